"""The dispatch desk without a mouse: units by digit and Enter, a unit outside its duties with a reason, repeats by a key."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import bends
from tests.browser.bends import Claim, Desk
from tests.browser.conftest import OpenWindow
from tests.browser.windows import PATIENCE_MS
from tests.e2e.people import Json
from tests.e2e.waiting import until

pytestmark = pytest.mark.browser

OUTSIDE = "云泽水务集团"
WHY = "摊贩占压供水检查井，水务集团同意先到场移开井盖上的摊位。"
STALLS = "绿荫街道晴川路口的流动摊贩占满人行道，压住了检查井盖，行人只能走机动车道，请清理晴川路口的流动摊贩。"
GARAGE = "绿荫街道听雨公寓地下车库的照明灯坏了三盏，晚上一片漆黑，老人下车摔了一跤，请物业修好车库照明。"
PLACE = {"area_code": "990303", "address": "晴川路口", "urgency": "critical"}
DECISION = re.compile("/decision$")
GUARD = re.compile("/actions/dispatch$")
CONFLICT = 409


@pytest.fixture(autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


def test_queue_is_worked_off_by_digits_and_enter(window: OpenWindow, desk: Desk) -> None:
    desk.opened("晴川路口流动摊贩占道", body=STALLS, **PLACE)
    desk.opened("晴川路口公厕无人打扫", category_code="010202", **PLACE)
    page = window().sign_in("dispatcher1")
    first = _in_hand(page)
    row = first.get_attribute("id")
    candidates = _candidates(page)
    expect(candidates.nth(0)).to_be_checked()

    page.keyboard.press("2")
    expect(candidates.nth(1)).to_be_checked()
    page.keyboard.press("1")
    expect(candidates.nth(0)).to_be_checked()
    expect(candidates.nth(1)).not_to_be_checked()
    unit = candidates.nth(0).locator(".name").inner_text()
    page.keyboard.press("Enter")

    expect(page.get_by_text(f"已派给{unit}")).to_be_visible()
    expect(page.locator(f"#{row}")).to_have_count(0)
    expect(_in_hand(page)).to_have_count(1)
    expect(_candidates(page).first).to_be_visible()


def test_unit_outside_its_duties_is_given_a_ticket_only_with_a_reason_which_stays(window: OpenWindow, desk: Desk) -> None:
    claim = desk.opened("晴川路口摊位压住检查井", body=STALLS, **PLACE)
    opened = window().enter("dispatcher1")
    page = opened.open(f"/dispatch?ticket={claim.id}")
    expect(_candidates(page).nth(0)).to_be_checked()

    page.keyboard.press("/")
    page.keyboard.type(OUTSIDE)
    expect(page.get_by_role("option", name=re.compile(f"^{OUTSIDE}")).locator("visible=true")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"派给 {OUTSIDE}")).to_be_enabled()
    with opened.refused(GUARD, CONFLICT):
        page.keyboard.press("Control+Enter")
    asked = page.get_by_role("dialog", name="派给清单以外的单位")
    expect(asked).to_contain_text(f"{OUTSIDE}的权责清单里没有")
    expect(asked).to_contain_text("清单上承办的是")

    page.keyboard.type("先去")
    asked.get_by_role("button", name="仍然派单").press("Enter")
    expect(asked).to_contain_text("请写明理由，至少10个字")
    asked.get_by_role("textbox").fill(WHY)
    asked.get_by_role("button", name="仍然派单").press("Enter")

    expect(page.get_by_text(f"已派给{OUTSIDE}")).to_be_visible()
    page = opened.open(f"/tickets/{claim.id}")
    line = page.locator(".history").get_by_role("listitem").filter(has_text="突破派单规则")
    expect(line).to_contain_text(WHY)
    expect(line).to_contain_text(OUTSIDE)


def test_repeats_beside_a_ticket_are_merged_or_set_apart_by_a_key(window: OpenWindow, desk: Desk) -> None:
    dark = {"body": GARAGE, "category_code": "030101", "area_code": "990303", "address": "听雨公寓"}
    main = desk.opened("听雨公寓车库没有灯", contact_phone="19900007201", **dark)
    again, apart = (desk.opened(f"听雨公寓车库{word}", contact_phone=phone, **dark) for word, phone in OTHERS)
    page = window().sign_in("dispatcher1")

    _decided(page, desk, apart, main, "Alt+x")
    expect(page.get_by_text(f"与 {main.number} 不是同一件")).to_be_visible()
    expect(_repeat(page, main)).to_have_count(0)
    expect(page.get_by_role("heading", name=apart.title, exact=True)).to_be_visible()

    _decided(page, desk, again, main, "Alt+m")
    expect(page.get_by_text(f"已并入 {main.number}")).to_be_visible()
    assert desk.dispatcher.get(f"/tickets/{again.id}")["state"] == "merged"
    assert desk.dispatcher.get(f"/tickets/{apart.id}")["state"] != "merged"
    assert not _offered(desk, apart, main)


OTHERS = (("漆黑", "19900007202"), ("照明坏了", "19900007203"))
"""How two others say the same, and from which phones."""


def _in_hand(page: Page) -> Locator:
    """The row of the queue that is open."""
    return page.get_by_role("option", selected=True)


def _candidates(page: Page) -> Locator:
    return bends.panel(page, "派给哪个单位").get_by_role("radio")


def _repeat(page: Page, main: Claim) -> Locator:
    return bends.panel(page, "疑似重复").get_by_role("listitem").filter(has_text=main.number)


def _offered(desk: Desk, claim: Claim, main: Claim) -> Json:
    """Whether the one is offered as a repeat beside the other."""
    found = desk.dispatcher.get(f"/tickets/{claim.id}/repeats")["items"]
    return any(one["ticket"]["id"] == main.id for one in found)


def _decided(page: Page, desk: Desk, claim: Claim, main: Claim, key: str) -> None:
    """Open the ticket once its repeat is known, walk to the repeat with keys, and decide."""
    until(lambda: _offered(desk, claim, main), what="the repeat is offered")
    page.goto(f"/dispatch?ticket={claim.id}")
    row = _repeat(page, main)
    expect(row).to_be_visible()
    walked = page.locator("li.hand")
    for _ in range(bends.panel(page, "疑似重复").get_by_role("listitem").count()):
        if main.number in walked.inner_text():
            break
        page.keyboard.press("Alt+ArrowDown")
    expect(row).to_have_class(re.compile("hand"))
    with page.expect_response(DECISION) as answer:
        page.keyboard.press(key)
    assert answer.value.ok, answer.value.text()
