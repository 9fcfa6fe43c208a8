"""Every page of every role, wide and on a phone, in both languages: nothing broken, nothing hidden, every text worded."""

import re
from collections import Counter
from collections.abc import Sequence

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenWindow
from tests.browser.windows import DESK, PATIENCE_MS, PHONE, Window
from tests.e2e.people import Json, Officer
from tests.e2e.stage import Stage

pytestmark = pytest.mark.browser

LOGINS = (
    *("agent1", "dispatcher1", "chengguan", "callback1", "auditor1", "supervisor1", "leader1"),
    *("manager1", "editor1", "cityadmin"),
)
"""One account per role that has pages of its own."""
PUBLIC_PAGES = ("/login", "/portal", "/portal/ticket", "/portal/answers", "/portal/evaluate", "/demo/messages")
ASKED = tuple(
    f"/portal/answers?{place}"
    for place in ("question=公积金怎么提取", "question=外星人", "article=1", "category=0306", "part=phones", "area=9901")
)
BOARDS = ("tasks", "announcements", "phones")
KEPT = (*BOARDS, "questions", "import", "report")
PLACES = {
    "editor1": (
        *(f"/knowledge?tab={tab}" for tab in (*KEPT, "wordings", "words")),
        *("/knowledge?article=new&mode=edit", "/knowledge?article=1&mode=versions", "/knowledge?state=all"),
    ),
    "chengguan": tuple(f"/knowledge?tab={tab}" for tab in KEPT),
    "leader1": tuple(f"/knowledge?tab={tab}" for tab in (*BOARDS, "wordings", "report")),
    "agent1": tuple(f"/knowledge?tab={tab}" for tab in BOARDS),
    "cityadmin": tuple(
        f"/admin?part={part}" for part in ("absences", "categories", "ladders", "calendar", "policies", "rules")
    ),
    "supervisor1": tuple(f"/supervision?view={view}" for view in ("orders_proposed", "orders_open", "bad_marks")),
    "auditor1": tuple(f"/review?view={view}" for view in ("review", "appeals", "bad_marks")),
    "callback1": tuple(f"/callbacks?view={view}" for view in ("all", "later")),
    "qingtang-urban-management": tuple(f"/unit?view={view}" for view in ("redo", "ordered", "bad_marks")),
}
"""Parts and views that a page shows only when asked for."""
MESSAGE_ID = re.compile(r"\b[a-z]+[a-z_0-9]*(?:\.[a-z_]+[a-z_0-9]*)+\b")
"""What a text looks like that no catalogue words: desks.board.title. Keys that are meant to be read stand in `code`."""
TABS = 6
PHONE_NUMBER = "19900007788"
LOCALE_COOKIE = "hotline_locale"
AT_ONCE = 2
"""Pages that are looked at beside each other."""

FOCUS_SCRIPT = """async () => {
  const settled = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const one = document.activeElement;
  const looks = () => {
    const found = [];
    for (let at = one; at && found.length < 5; at = at.parentElement) {
      const style = getComputedStyle(at);
      found.push([style.outlineStyle, style.outlineWidth, style.boxShadow, style.borderColor, style.left].join());
    }
    return found.join(";");
  };
  await settled();
  const focused = looks();
  one.blur();
  await settled();
  const bare = looks();
  one.focus({ focusVisible: true });
  return focused === bare ? one.outerHTML.slice(0, 200) : "";
}"""
"""The element with the keyboard's focus when it, and what holds it, are drawn as they are without; else nothing."""
NO_MOVEMENT = "*, ::before, ::after { transition: none !important; animation: none !important; }"


@pytest.fixture(autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


@pytest.mark.parametrize("login", LOGINS)
def test_every_page_of_the_role_is_whole_in_both_widths_and_languages(window: OpenWindow, login: str) -> None:
    opened = window()
    paths = _pages_of(opened.sign_in(login))
    assert paths

    _walk(opened, paths)


@pytest.mark.parametrize("login", PLACES)
def test_places_inside_a_page_are_whole_in_both_widths_and_languages(window: OpenWindow, login: str) -> None:
    opened = window()
    opened.sign_in(login)

    _walk(opened, PLACES[login])


@pytest.mark.parametrize("paths", [PUBLIC_PAGES, ASKED], ids=["pages", "asked"])
def test_every_public_page_is_whole_in_both_widths_and_languages(window: OpenWindow, paths: Sequence[str]) -> None:
    opened = window()
    tabs = _tabs(opened)
    _look_at(tabs, paths)
    opened.page.context.add_cookies([{"name": LOCALE_COOKIE, "value": "en", "url": opened.address}])

    _look_at(tabs, paths)


@pytest.mark.parametrize("login", ["agent1", "dispatcher1", "chengguan", "callback1", "manager1"])
def test_focus_can_be_seen_while_the_keyboard_walks_the_page(window: OpenWindow, login: str) -> None:
    page = window().sign_in(login)
    page.add_style_tag(content=NO_MOVEMENT)

    for _ in range(TABS):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS_SCRIPT) == ""


def test_citizen_submits_follows_and_evaluates_on_a_phone(window: OpenWindow, stage: Stage) -> None:
    opened = window(PHONE)
    page = opened.open("/portal")
    page.get_by_label("诉求内容").fill("钟鼓楼前街路灯坏了三盏，晚上走路看不清，希望尽快修好。")
    page.get_by_label("区县").select_option(label="澜桥区")
    page.get_by_label("详细地址").fill("钟鼓楼前街12号附近")
    page.get_by_label("手机号码").fill(PHONE_NUMBER)
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text("已收到您的诉求")).to_be_visible()
    number = page.get_by_role("definition").first.inner_text()
    _fits(page)

    page.get_by_role("link", name="查询进度").last.click()
    expect(page.get_by_text("已收到，正在安排承办单位。")).to_be_visible()
    _fits(page)
    _answered_by_unit(stage, number)

    page.reload()
    for answer in ("联系过", "已解决", "满意"):
        page.get_by_text(answer, exact=True).click()
    page.get_by_role("button", name="提交评价").click()
    expect(page.get_by_text("已办结。")).to_be_visible()
    _fits(page)


def _pages_of(page: Page) -> list[str]:
    """The pages the role's menu shows, and a ticket's own page where it may read one."""
    paths = [f"/{name.removeprefix('/')}" for name in page.request.get("/api/v1/session").json()["pages"]]
    if "/tickets" not in paths:
        return paths
    rows = page.request.get("/api/v1/tickets", params={"view": "all", "limit": "1"}).json()["items"]
    return [*paths, *(f"/tickets/{row['id']}" for row in rows)]


def _walk(opened: Window, paths: Sequence[str]) -> None:
    """Look at all of them in Chinese, then in English. The window stays where the languages are chosen."""
    tabs = _tabs(opened)
    _look_at(tabs, paths)
    _switch(opened.page, "English")
    _look_at(tabs, paths)
    _switch(opened.page, "中文")


def _tabs(opened: Window) -> list[tuple[Window, Window]]:
    """Wide and narrow ones."""
    return [(opened.beside(DESK), opened.beside(PHONE)) for _ in range(AT_ONCE)]


def _look_at(tabs: Sequence[tuple[Window, Window]], paths: Sequence[str]) -> None:
    """Load every page in both widths; some at once, since a page waits longer than it works."""
    for start in range(0, len(paths), AT_ONCE):
        some = zip(tabs, paths[start : start + AT_ONCE], strict=False)
        going = [(tab, path) for pair, path in some for tab in pair]
        for tab, path in going:
            tab.set_out(path)
        for tab, _ in going:
            _check(tab.arrived())


def _check(page: Page) -> None:
    _fits(page)
    shown = Counter(MESSAGE_ID.findall(page.locator("body").inner_text()))
    meant = Counter(MESSAGE_ID.findall(" ".join(page.locator("code").all_inner_texts())))
    assert shown <= meant, (page.url, shown - meant)


def _fits(page: Page) -> None:
    """Nothing reaches beyond the window's side."""
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert page.viewport_size
    assert wide <= page.viewport_size["width"], f"{page.url} is {wide} px wide"


def _switch(page: Page, language: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=language, exact=True).click()
    page.wait_for_load_state("networkidle")


def _answered_by_unit(stage: Stage, number: str) -> None:
    """The hotline dispatches the ticket and the unit replies; over HTTP, as their pages are looked at elsewhere."""
    dispatcher = Officer(stage, "dispatcher1")
    row = next(one for one in dispatcher.get("/tickets?view=to_dispatch&limit=200")["items"] if one["number"] == number)
    unit = dispatcher.get(f"/tickets/{row['id']}/proposal")["candidates"][0]["unit"]
    _act(dispatcher, "tickets", row, "dispatch", {"unit_id": unit["id"]})
    (named,) = dispatcher.get(f"/units?id={unit['id']}")["items"]
    liaison = Officer(stage, named["code"])
    steps: dict[str, Json] = {
        "sign": {},
        "contact": {"note": "已电话联系"},
        "reply": {"reply_public": "您好，三盏路灯已修复亮灯。", "reply_internal": "更换光源三只。", "solved": "yes"},
    }
    for action, given in steps.items():
        (part,) = dispatcher.get(f"/tickets/{row['id']}")["assignments"]
        _act(liaison, "assignments", part, action, given)
    for officer in (dispatcher, liaison):
        officer.close()


def _act(officer: Officer, things: str, thing: Json, action: str, given: Json) -> None:
    officer.post(f"/{things}/{thing['id']}/actions/{action}", {"version": thing["version"], "given": given})
