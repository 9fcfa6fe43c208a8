"""A change of limits is previewed, published and explained on the ticket; rows explain themselves."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import bends
from tests.browser.bends import Desk
from tests.browser.conftest import OpenWindow
from tests.browser.windows import PATIENCE_MS, PHONE, Window
from tests.e2e.waiting import until

pytestmark = pytest.mark.browser

UNIT = "云泽市城市管理局"
NAME, NOTE = "求助缩短", "求助件缩短为3个工作日"
MAY_MOVE = "2027-02-09"
MOMENT = re.compile(r"\d{4}/\d+/\d+ \d+:\d+")


@pytest.fixture(autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


def test_a_shorter_limit_is_previewed_published_and_explained_on_the_ticket(window: OpenWindow, desk: Desk) -> None:
    claim = desk.dispatched(desk.opened("求助路口护栏缺损", type="help"), UNIT)
    ticket = bends.at_ticket(window(), "dispatcher1", claim)
    expect(ticket.get_by_text(_handling(5))).to_be_visible()
    page = _part(window(), "时限规则")
    _draft(page)
    _shorten(page)

    preview = _preview(page)
    row = preview.get_by_role("row").filter(has_text=claim.number)
    expect(row).to_contain_text("提前")
    was, becomes = (MOMENT.findall(row.get_by_role("cell").nth(place).inner_text())[0] for place in (2, 3))
    preview.get_by_label("发布说明").fill(NOTE)
    preview.get_by_role("button", name="发布并重算").click()

    expect(preview).to_be_hidden()
    expect(page.get_by_role("button", name=re.compile(rf"第\d+版 现行 {NAME}"))).to_be_visible()
    expect(page.get_by_text("上次重算已完成")).to_be_visible()
    _wait_until_counted_again(ticket)
    expect(ticket.get_by_text(_handling(3))).to_be_visible()
    line = ticket.get_by_role("listitem").filter(has_text="时限重新计算")
    expect(line).to_contain_text(f"办理时限由{was}改为{becomes}")


def test_a_day_of_a_year_is_changed_after_its_effect_was_seen(window: OpenWindow) -> None:
    page = _part(window(), "工作日历")
    page.get_by_role("button", name="录入2027年").click()
    page.get_by_role("button", name=re.compile(f"^{MAY_MOVE} ")).click()
    day = page.get_by_role("dialog", name=MAY_MOVE)
    day.get_by_text("放假", exact=True).click()
    day.get_by_label("名称").fill("春节")
    day.get_by_role("button", name="确定").click()
    expect(page.get_by_role("button", name=re.compile(f"{MAY_MOVE}.*已改，未生效"))).to_be_visible()

    page.get_by_role("button", name="预览并生效（1天）").click()

    apply = page.get_by_role("dialog", name="2027年日历")
    expect(apply.get_by_text("核对时限")).to_be_visible()
    apply.get_by_role("button", name="取消").click()
    page.get_by_role("button", name="撤销1天的修改").click()
    expect(page.get_by_role("button", name=re.compile("已改，未生效"))).to_have_count(0)


def test_a_row_s_limit_is_explained_by_the_keyboard_and_by_touch(window: OpenWindow, desk: Desk) -> None:
    claim = desk.dispatched(desk.opened("投诉围挡占道", type="complaint"), UNIT)
    page = window(PHONE).enter("dispatcher1").open(f"/tickets?search={claim.number}")
    limit = page.locator(f"[data-limit-of='{claim.id}']")

    limit.click()
    expect(page.get_by_role("tooltip")).to_contain_text("诉求总时限")
    expect(page.get_by_role("tooltip")).to_contain_text("单位办理时限")
    page.keyboard.press("Escape")
    expect(page.get_by_role("tooltip")).to_be_hidden()

    page.get_by_role("listitem").get_by_role("link").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("tooltip")).to_contain_text("派单")


def test_what_falls_due_is_listed_by_day_and_leads_to_the_ticket(window: OpenWindow, desk: Desk) -> None:
    claim = desk.opened("反映窨井冒溢危险", type="help", urgency="critical")
    page = window(PHONE).enter("dispatcher1").open("/due")

    page.get_by_role("link").filter(has_text=claim.number).click()

    expect(page).to_have_url(re.compile(f"/tickets/{claim.id}$"))


def _part(opened: Window, name: str) -> Page:
    page = opened.enter("cityadmin").open("/admin")
    page.get_by_role("navigation", name="系统管理").get_by_role("button", name=name).click()
    return page


def _draft(page: Page) -> None:
    page.get_by_role("button", name=re.compile("第1版")).click()
    page.get_by_role("button", name="起草新版").click()
    dialog = page.get_by_role("dialog", name="起草新版")
    dialog.get_by_label("名称").fill(NAME)
    dialog.get_by_role("button", name="起草新版").click()
    expect(page.get_by_role("button", name="预览并发布")).to_be_visible()


def _shorten(page: Page) -> None:
    """Requests for help: three working days for the unit instead of five."""
    stage = page.locator("section").filter(has=page.get_by_role("heading", name=re.compile("单位：办理并答复"))).last
    row = stage.get_by_role("row").filter(has=page.get_by_role("cell", name="求助", exact=True))
    row.get_by_role("button", name="修改").click()
    stage.get_by_role("spinbutton", name="时限").fill("3")
    stage.get_by_role("button", name="保存").click()
    expect(row).to_contain_text("原为5个工作日")


def _preview(page: Page) -> Locator:
    page.get_by_role("button", name="预览并发布").click()
    preview = page.get_by_role("dialog", name=re.compile("发布第"))
    expect(preview.get_by_text("将变动", exact=True)).to_be_visible()
    return preview


def _handling(days: int) -> re.Pattern[str]:
    """The sum of the unit's limit begins so."""
    return re.compile(f"单位办理时限：求助{days}个工作日")


def _wait_until_counted_again(ticket: Page) -> None:
    def counted() -> bool:
        bends.reopen(ticket)
        return ticket.get_by_text("时限重新计算").count() > 0

    until(counted, what="the limit is counted again")
