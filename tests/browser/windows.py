"""A person's browser window: opens pages, signs in, and remembers whatever went wrong on them.

Every window is a browser context of its own, so that five people can be signed in at once. Who signed in by the form once
comes back by the cookies of then.
"""

import re
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, Response, ViewportSize

from web.demo.reference import DEMO_PASSWORD

DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
PATIENCE_MS = 120_000
LOWEST_ERROR_STATUS = 400
BROWSER_SAYS_IT_TOO = re.compile("Failed to load resource")
"""The console repeats every bad answer without its address; the answer itself is noted with it."""
LEFT_THE_PAGE = "net::ERR_ABORTED"
"""A request given up because its page was left."""
SIGN_IN = "/login"

Keys = MutableMapping[tuple[str, str], Sequence[Any]]
"""The cookies of whoever signed in, as Playwright takes them, by address and login."""


@dataclass
class Window:
    """One window on one address. `troubles` are console errors, page errors, failed requests and bad answers."""

    page: Page
    address: str
    keys: Keys = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._said)
        self.page.on("pageerror", self._broke)
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def open(self, path: str) -> Page:
        """Go to the page of that path and wait until it asks for nothing more."""
        self.set_out(path)
        return self.arrived()

    def set_out(self, path: str) -> None:
        """Go to the page of that path without waiting for what it asks."""
        self.page.goto(f"{self.address}{path}", wait_until="commit")

    def arrived(self) -> Page:
        """The page, once it is there and asks for nothing more."""
        self.page.wait_for_load_state("load")
        self.page.wait_for_load_state("networkidle")
        return self.page

    def beside(self, size: ViewportSize) -> "Window":
        """A tab of the same person in that size; what goes wrong on it is this window's trouble."""
        tab = Window(self.page.context.new_page(), self.address, self.keys, self.troubles)
        tab.page.set_viewport_size(size)
        return tab

    def sign_in(self, login: str) -> Page:
        """Sign in as that account of the demo city; leads to the first page of its role."""
        return self.open("/") if self._is_let_in(login) else self._fill_in(login)

    def enter(self, login: str) -> "Window":
        """The same, for whoever goes on to another page at once."""
        if not self._is_let_in(login):
            self._fill_in(login)
        return self

    @contextmanager
    def refused(self, path: re.Pattern[str], status: int) -> Iterator[None]:
        """What is done inside asks that path once and is answered with that status, which is no trouble then."""
        with self.page.expect_response(path) as answer:
            yield
        assert answer.value.status == status, answer.value.text()
        self.troubles.remove(_words(answer.value))

    def close(self) -> None:
        """Close the window and forget who was signed in."""
        self.page.context.close()

    def _is_let_in(self, login: str) -> bool:
        known = self.keys.get((self.address, login))
        if known:
            self.page.context.add_cookies(known)
        return known is not None

    def _fill_in(self, login: str) -> Page:
        self.open(SIGN_IN)
        self.page.get_by_label("账号").fill(login)
        self.page.get_by_label("密码").fill(DEMO_PASSWORD)
        self.page.get_by_role("button", name="登录", exact=True).click()
        self.page.wait_for_url(lambda url: not urlsplit(url).path.startswith(SIGN_IN))
        self.arrived()
        self.keys[self.address, login] = _cookies(self.page)
        return self.page

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not BROWSER_SAYS_IT_TOO.search(message.text):
            self.troubles.append(f"console of {self.page.url}: {message.text}")

    def _broke(self, error: Error) -> None:
        self.troubles.append(f"page {self.page.url}: {error}")

    def _failed(self, request: Request) -> None:
        if request.failure != LEFT_THE_PAGE:
            self.troubles.append(f"failed: {request.method} {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= LOWEST_ERROR_STATUS:
            self.troubles.append(_words(response))


def _words(response: Response) -> str:
    return f"answer: {response.status} {response.request.method} {response.url}"


def _cookies(page: Page) -> list[Any]:
    return [{"name": one["name"], "value": one["value"], "url": page.url} for one in page.context.cookies()]


def open_window(browser: Browser, address: str, keys: Keys, size: ViewportSize = DESK) -> Window:
    """A window of that size with the microphone allowed, in Chinese."""
    context = browser.new_context(base_url=address, viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai")
    context.grant_permissions(["microphone"], origin=address)
    return Window(context.new_page(), address, keys)
