"""What people do on the pages in the bends of a ticket's life, said once for all stories; and the dull openings, over HTTP.

Every step waits for the words that tell of its success. Names and numbers are the demo city's.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.browser.windows import Window
from tests.e2e.people import Json, Officer
from tests.e2e.stage import Stage

PUBLIC_REPLY = (
    "您好，您反映的问题已收悉。经核查，已安排人员到场处理，依据《城市市容和环境卫生管理条例》第十四条责令整改。感谢您的支持。"
)
INTERNAL_REPLY = "工作人员当日到场核查，责令整改，留存照片两张，联系电话记录齐全。"
MOVE = re.compile("/actions/[a-z_]+$")
CATEGORY = "010101"
DISTRICT = "9903"
OVERRIDE = "按牵头单位要求先行派单，已电话说明"
"""Stories of other things send tickets to units that the catalogue does not name."""


@dataclass(frozen=True)
class Claim:
    """A ticket as the stories speak of it."""

    id: int
    number: str
    title: str


@dataclass(frozen=True)
class Desk:
    """The hotline's officers behind the dull parts of a story."""

    stage: Stage
    agent: Officer
    dispatcher: Officer

    def opened(self, title: str, **facts: Json) -> Claim:
        """A ticket that an agent took down."""
        told = {"type": "complaint", "title": title, "body": f"{title}，请处理。", "category_code": CATEGORY}
        told |= {"area_code": DISTRICT, "contact_name": "陈女士", "contact_phone": "19900007001", **facts}
        row = self.agent.post("/tickets", told)
        return Claim(row["id"], row["number"], row["title"])

    def dispatched(self, claim: Claim, unit: str, *, assist: tuple[str, ...] = (), note: str = "") -> Claim:
        """The dispatcher gives it to a unit, and to those that assist, by their names."""
        given = {"unit_id": self.unit_id(unit), "assist_unit_ids": [self.unit_id(name) for name in assist], "note": note}
        given["override"] = OVERRIDE
        self.move(self.dispatcher, claim, "dispatch", given)
        return claim

    def move(self, officer: Officer, claim: Claim, action: str, given: Json) -> None:
        """A move of the ticket, or of the first part that may make it."""
        detail = officer.get(f"/tickets/{claim.id}")
        row = next(one for one in detail["actions"] if one["action"] == action)
        parts = {part["id"]: part["version"] for part in detail["assignments"]}
        version = detail["version"] if row["on"] == "ticket" else parts[row["id"]]
        officer.post(f"/{row['on']}s/{row['id']}/actions/{action}", {"version": version, "given": given})

    def unit_id(self, name: str) -> int:
        """The unit of that name."""
        found = self.dispatcher.get(f"/units?search={name}")["items"]
        return int(next(unit["id"] for unit in found if unit["name"] == name))

    @contextmanager
    def officer(self, login: str) -> Iterator[Officer]:
        """Somebody else, signed in while inside."""
        signed_in = Officer(self.stage, login)
        try:
            yield signed_in
        finally:
            signed_in.close()


def at_ticket(window: Window, login: str, claim: Claim, *, title: str = "") -> Page:
    """Sign in and open the ticket's own page; units read a confidential one under another title."""
    page = window.enter(login).open(f"/tickets/{claim.id}")
    expect(page.get_by_role("heading", name=title or claim.title, exact=True).last).to_be_visible()
    return page


def reopen(page: Page) -> None:
    """Load the page again, as somebody who comes back to it."""
    page.reload(wait_until="load")
    page.wait_for_load_state("networkidle")


def choose_row(page: Page, claim: Claim) -> None:
    """Open the ticket in the list of a desk."""
    page.get_by_role("option").filter(has_text=claim.number).click()
    expect(page.get_by_role("heading", name=claim.title, exact=True)).to_be_visible()


def choose_callback(page: Page, claim: Claim) -> None:
    """Open the ticket among all call-backs, also those that need not be rung yet."""
    page.goto("/callbacks?view=all")
    page.get_by_role("option").filter(has_text=claim.number).get_by_text(claim.title).click()
    expect(panel(page, "回访单")).to_contain_text(claim.title)


def view(page: Page, name: str) -> None:
    """Choose a view of a desk."""
    page.get_by_role("navigation", name="视图").get_by_role("button", name=re.compile(f"^{name}( \\d+)?$")).click()


def panel(page: Page, name: str) -> Locator:
    """The panel of that name."""
    return page.get_by_role("region", name=name, exact=True)


def work(page: Page) -> Locator:
    """The panel of what a unit may do with its part."""
    return panel(page, "办理")


def pick(page: Page, field: Locator, name: str) -> None:
    """Type into a choice that searches, and take what has the name."""
    field.fill(name)
    page.get_by_role("option", name=re.compile(f"^{name}")).locator("visible=true").first.click()


def choose(page: Page, form: Locator, label: str, option: str) -> None:
    """Take one of a short list, under its label."""
    form.locator(".field").filter(has_text=re.compile(f"^{label}")).locator(".el-select").click()
    page.get_by_role("option", name=option, exact=True).locator("visible=true").click()


def dispatch(page: Page, unit: str) -> None:
    """The dispatcher sends the chosen ticket to the unit that was picked."""
    press(page, panel(page, "派给哪个单位").get_by_role("button", name=f"派给 {unit}"))


def in_form(form: Locator, label: str) -> Locator:
    """The choice of a form under that label."""
    return form.locator(".field").filter(has_text=re.compile(f"^{label}")).get_by_role("combobox")


def from_menu(page: Page, action: str) -> Locator:
    """Open a move of the menu 更多操作; gives its dialog."""
    page.get_by_role("button", name="更多操作").click()
    page.get_by_role("menuitem", name=action).click()
    return page.get_by_role("dialog")


def press(page: Page, button: Locator) -> None:
    """Press the button of a move, and wait until the server made it."""
    with page.expect_response(MOVE) as answer:
        button.click()
    assert answer.value.ok, answer.value.text()


def sign(page: Page) -> None:
    """The unit signs."""
    press(page, work(page).get_by_role("button", name=re.compile("^签收")).last)


def contact(page: Page, words: str = "已电话联系，约定现场核查。") -> None:
    """The unit contacts the requester."""
    work(page).get_by_label("联系情况").fill(words)
    press(page, work(page).get_by_role("button", name="先行联系").last)


def write_reply(page: Page, public: str = PUBLIC_REPLY) -> None:
    """Fill the reply's form."""
    work(page).get_by_label("公开答复").fill(public)
    work(page).get_by_label("内部办理情况").fill(INTERNAL_REPLY)
    work(page).get_by_role("radiogroup", name="是否解决").get_by_text("已解决", exact=True).click()


def reply(page: Page) -> None:
    """The unit, which nobody need sign for, replies."""
    write_reply(page)
    press(page, work(page).get_by_role("button", name="提交答复"))


def ask(page: Page, action: str) -> Locator:
    """Open the form of something that a unit asks for."""
    work(page).get_by_role("button", name="提出申请").click()
    page.get_by_role("menuitem", name=action).click()
    expect(work(page).get_by_role("button", name=action, exact=True).last).to_be_visible()
    return work(page)
