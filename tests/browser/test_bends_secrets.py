"""A confidential report in the windows of all who meet it: what each sees, and who may reach the requester."""

from collections.abc import Mapping

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import bends
from tests.browser.bends import Claim, Desk
from tests.browser.conftest import OpenWindow
from tests.browser.windows import PATIENCE_MS

pytestmark = pytest.mark.browser

UNIT, HANDLER, UNIT_ADMIN = "云泽市城市管理局", "chengguan-handler", "chengguan-admin"
ACCUSED, ACCUSED_LOGIN = "青塘区城市管理局", "qingtang-urban-management"
NAME, PHONE = "皇甫先生", "19900007201"
DETAIL = "我住在夜市对面三楼，亲眼看见"
REDACTED_TITLE, REDACTED_BODY = "反映夜市执法人员收费问题", "诉求人反映夜市管理中存在私下收费，请核查。"
ORIGINAL: Mapping[str, str] = {
    "type": "report",
    "title": "举报城管人员私下收夜市摊位费",
    "body": f"{DETAIL}城管人员收摊位费不给票。",
    "contact_name": NAME,
    "contact_phone": PHONE,
}


@pytest.fixture(autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


def test_confidential_report_shows_each_reader_only_what_is_theirs(window: OpenWindow, desk: Desk) -> None:
    claim = desk.opened(**ORIGINAL, confidential=True)
    agent = bends.at_ticket(window(), "agent1", claim)
    expect(_sheet(agent)).to_contain_text(DETAIL)
    expect(_sheet(agent)).to_contain_text(NAME)

    dispatcher = window().sign_in("dispatcher1")
    _name_accused(dispatcher, claim)
    _checked(dispatcher, claim)
    _dispatched(dispatcher, claim)

    head = bends.at_ticket(window(), UNIT_ADMIN, claim, title=REDACTED_TITLE)
    _reads_redacted(head)
    expect(_sheet(head).get_by_role("button", name="查看敏感信息")).to_have_count(0)
    bends.sign(head)
    _name_officer(head, "乔松年")

    handler = bends.at_ticket(window(), HANDLER, claim, title=REDACTED_TITLE)
    _reads_redacted(handler)
    _reveal(handler, "电话", "核实线索需联系诉求人")
    expect(_sheet(handler)).to_contain_text(PHONE)

    manager = bends.at_ticket(window(), "manager1", claim, title=REDACTED_TITLE)
    _reads_redacted(manager)
    expect(_sheet(manager).get_by_role("button", name="查看敏感信息")).to_have_count(0)

    accused = window().sign_in(ACCUSED_LOGIN)
    assert accused.request.get(f"/api/v1/tickets/{claim.id}").status == 404


def test_strictly_confidential_report_is_reached_through_the_hotline_alone(window: OpenWindow, desk: Desk) -> None:
    claim = desk.opened(**ORIGINAL, confidential=True)
    desk.move(desk.dispatcher, claim, "set_secrecy", {"secrecy": "strict", "note": "诉求人担心打击报复"})
    redacted = {"redacted_title": REDACTED_TITLE, "redacted_body": REDACTED_BODY}
    desk.move(desk.dispatcher, claim, "check", redacted)
    desk.dispatched(claim, UNIT)

    head = bends.at_ticket(window(), UNIT_ADMIN, claim, title=REDACTED_TITLE)
    expect(_sheet(head)).to_contain_text("严格保密")
    bends.sign(head)
    _name_officer(head, "乔松年")
    handler = bends.at_ticket(window(), HANDLER, claim, title=REDACTED_TITLE)
    _reads_redacted(handler)
    expect(_sheet(handler).get_by_role("button", name="查看敏感信息")).to_have_count(0)

    agent = bends.at_ticket(window(), "agent1", claim)
    expect(_sheet(agent)).to_contain_text(DETAIL)
    expect(_sheet(agent)).not_to_contain_text(PHONE)
    _reveal(agent, "电话", "承办单位请热线代为核实")
    expect(_sheet(agent)).to_contain_text(PHONE)


def _sheet(page: Page) -> Locator:
    return page.get_by_role("article")


def _reads_redacted(page: Page) -> None:
    expect(_sheet(page)).to_contain_text(REDACTED_BODY)
    for secret in (DETAIL, NAME, PHONE, ORIGINAL["title"]):
        expect(page.locator("body")).not_to_contain_text(secret)


def _name_accused(page: Page, claim: Claim) -> None:
    """The dispatcher writes down whom the report is about."""
    bends.view(page, "待预审")
    bends.choose_row(page, claim)
    form = bends.from_menu(page, "设定保密级别")
    form.get_by_text("保密", exact=True).click()
    bends.pick(page, bends.in_form(form, "被投诉"), ACCUSED)
    form.get_by_label("说明").fill("举报人要求保密")
    bends.press(page, form.get_by_role("button", name="设定保密级别").last)
    expect(_sheet(page)).to_contain_text(ACCUSED)


def _checked(page: Page, claim: Claim) -> None:
    check = bends.panel(page, "预审")
    expect(check).to_contain_text(DETAIL)
    expect(check.get_by_role("button", name="预审通过")).to_be_disabled()
    check.get_by_label("脱敏标题").fill(REDACTED_TITLE)
    check.get_by_label("脱敏正文").fill(REDACTED_BODY)
    bends.press(page, check.get_by_role("button", name="预审通过"))


def _dispatched(page: Page, claim: Claim) -> None:
    bends.view(page, "待派单")
    bends.choose_row(page, claim)
    choice = bends.panel(page, "派给哪个单位")
    bends.pick(page, choice.get_by_label("搜索单位名称"), UNIT)
    bends.dispatch(page, UNIT)


def _name_officer(page: Page, name: str) -> None:
    bends.work(page).get_by_role("button", name="指定经办人").first.click()
    bends.choose(page, bends.work(page), "经办人", name)
    bends.press(page, bends.work(page).get_by_role("button", name="指定经办人").last)


def _reveal(page: Page, what: str, reason: str) -> None:
    _sheet(page).get_by_role("button", name=f"查看敏感信息：{what}").click()
    dialog = page.get_by_role("dialog")
    confirm = dialog.get_by_role("button", name="查看", exact=True)
    expect(confirm).to_be_disabled()
    dialog.get_by_role("textbox").fill(reason)
    confirm.click()
    expect(dialog).to_be_hidden()
