"""Bends inside: the approval ladder of a big unit and none of a small one; three repeats merged and each caller called back."""

import re
import uuid
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser import bends
from tests.browser.bends import PUBLIC_REPLY, Claim, Desk
from tests.browser.conftest import OpenWindow
from tests.browser.windows import PATIENCE_MS, Window
from tests.e2e.people import citizen
from tests.e2e.waiting import until

pytestmark = pytest.mark.browser

BIG_BUREAU = "云泽市住房和城乡建设局"
SMALL_UNIT, SMALL_LOGIN = "青塘区绿荫街道办事处", "qingtang-lvyin"
HOUSING = "010101"
COMMON_WORDS = "绿荫街道朝晖路口的流动摊贩占满人行道，行人只能走机动车道，请清理朝晖路口的流动摊贩。"
DECISION = re.compile("/decision$")
BETTER_REPLY = f"{PUBLIC_REPLY}如有疑问可联系本局信访科。"


@dataclass(frozen=True)
class Caller:
    """Somebody who asks on the portal, and what follows the ticket."""

    name: str
    phone: str
    code: str
    claim: Claim


@pytest.fixture(autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


def test_important_reply_of_a_big_unit_climbs_its_ladder_and_may_come_down_again(window: OpenWindow, desk: Desk) -> None:
    claim = desk.dispatched(desk.opened("在建楼栋外架松动有坠落危险", urgency="critical"), BIG_BUREAU)
    handler = bends.at_ticket(window(), "zhujian-handler", claim)
    bends.sign(handler)
    bends.contact(handler)
    bends.write_reply(handler)
    _propose(handler)

    section = _waiting_for_signature(window(), "zhujian-section", claim)
    _decide(section, "审批通过", "情况属实，同意上报。")
    signing = _waiting_for_signature(window(), "zhujian-signing", claim)
    expect(bends.panel(signing, "单位内审：答复")).to_contain_text("靳修远")
    _decide(signing, "审批退回", "请写明联系科室。")

    expect(bends.work(handler).get_by_label("公开答复")).to_have_value(PUBLIC_REPLY)
    expect(handler.get_by_text("请写明联系科室。").first).to_be_visible()
    bends.work(handler).get_by_label("公开答复").fill(BETTER_REPLY)
    _propose(handler)
    for page, login in ((section, "zhujian-section"), (signing, "zhujian-signing")):
        page.goto(f"/unit?view=to_approve&ticket={claim.id}")
        expect(bends.panel(page, "单位内审：答复"), login).to_contain_text("如有疑问可联系本局信访科。")
        _decide(page, "审批通过", "")
    expect(handler.get_by_role("article").get_by_text(re.compile("^(待回访|待审核答复)$"))).to_be_visible()


def test_reply_of_a_small_unit_goes_straight_out(window: OpenWindow, desk: Desk) -> None:
    claim = desk.dispatched(desk.opened("绿荫街道公园长椅破损", area_code="990303"), SMALL_UNIT)
    unit = bends.at_ticket(window(), SMALL_LOGIN, claim)
    bends.sign(unit)
    bends.contact(unit)
    expect(bends.work(unit).get_by_role("button", name="提交单位内审")).to_have_count(0)
    bends.reply(unit)
    expect(unit.get_by_role("article").get_by_text("待回访")).to_be_visible()


def test_three_repeats_are_merged_answered_once_and_each_caller_is_called_back_alone(window: OpenWindow, desk: Desk) -> None:
    main, *others = callers = [_asks(desk, name, phone) for name, phone in CALLERS]
    dispatcher = window().sign_in("dispatcher1")
    for other in others:
        _until_alike(desk, other.claim, main.claim)
        dispatcher.goto(f"/dispatch?ticket={other.claim.id}")
        suggestions = bends.panel(dispatcher, "疑似重复")
        row = suggestions.get_by_role("listitem").filter(has_text=main.claim.number)
        with dispatcher.expect_response(DECISION) as answer:
            row.get_by_role("button", name="并入此单").click()
        assert answer.value.ok, answer.value.text()
    dispatcher.goto(f"/tickets/{main.claim.id}")
    relations = dispatcher.locator("section").filter(has=dispatcher.get_by_role("button", name="关联工单"))
    for other in others:
        expect(relations).to_contain_text(other.claim.number)
    desk.dispatched(main.claim, SMALL_UNIT)

    unit = bends.at_ticket(window(), SMALL_LOGIN, main.claim)
    bends.sign(unit)
    bends.contact(unit)
    bends.reply(unit)

    caller = window().sign_in("callback1")
    for one in callers:
        _called_back(caller, one)
    for one in callers:
        _followed_alone(window(), one, [other for other in callers if other is not one])


CALLERS = (("欧阳女士", "19900007101"), ("上官先生", "19900007102"), ("司徒女士", "19900007103"))
"""Their names are rare enough to be looked for on other callers' pages."""


def _propose(handler: Page) -> None:
    bends.press(handler, bends.work(handler).get_by_role("button", name="提交单位内审"))
    expect(bends.work(handler)).to_contain_text("已提交，正在审批")


def _waiting_for_signature(window: Window, login: str, claim: Claim) -> Page:
    page = window.sign_in(login)
    bends.view(page, "待审批")
    bends.choose_row(page, claim)
    return page


def _decide(page: Page, action: str, words: str) -> None:
    paper = bends.panel(page, "单位内审：答复")
    paper.get_by_label("审核意见").fill(words)
    bends.press(page, paper.get_by_role("button", name=action))


def _asks(desk: Desk, name: str, phone: str) -> Caller:
    """A citizen submits the same matter on the portal."""
    somebody = citizen(desk.stage)
    told = {"text": COMMON_WORDS, "area_code": "990303", "address": "朝晖路口", "name": name, "phone": phone}
    sent = somebody.post("/public/tickets", {**told, "submission_key": str(uuid.uuid4())})
    somebody.close()
    row = desk.dispatcher.get(f"/tickets?view=all&search={sent['number']}")["items"][0]
    return Caller(name, phone, sent["query_code"], Claim(row["id"], row["number"], row["title"]))


def _until_alike(desk: Desk, claim: Claim, main: Claim) -> None:
    """The index knows both."""

    def found() -> bool:
        repeats = desk.dispatcher.get(f"/tickets/{claim.id}/repeats")["items"]
        return any(repeat["ticket"]["id"] == main.id for repeat in repeats)

    until(found, what="the repeat is suggested")


def _called_back(page: Page, caller: Caller) -> None:
    bends.choose_callback(page, caller.claim)
    sheet = page.get_by_role("region", name="回访单")
    expect(sheet).to_contain_text(caller.phone)
    expect(sheet).to_contain_text(PUBLIC_REPLY)
    for question in ("接通情况", "承办单位联系过您吗", "您反映的问题解决了吗", "您对办理结果满意吗"):
        expect(page.get_by_role("group", name=question)).to_be_visible()
        page.keyboard.press("1")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("option").filter(has_text=caller.claim.number)).to_have_count(0)


def _followed_alone(window: Window, caller: Caller, others: list[Caller]) -> None:
    """The caller reads the common answer, and nothing of the others."""
    page = window.open(f"/portal/ticket?number={caller.claim.number}")
    page.get_by_label("查询码").fill(caller.code)
    page.get_by_role("button", name="查询", exact=True).click()
    expect(page.get_by_text(PUBLIC_REPLY).first).to_be_visible()
    expect(page.get_by_text("已办结").first).to_be_visible()
    for other in others:
        for secret in (other.name, other.phone, other.claim.number):
            expect(page.locator("body")).not_to_contain_text(secret)
