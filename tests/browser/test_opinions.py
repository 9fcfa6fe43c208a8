"""What requesters think, on the pages: what is "not solved" at the call-back comes back and ends solved; a link works once."""

import re

import pytest
from playwright.sync_api import Page, expect

from hotline.people.notifier import FileNotifier
from tests.browser import bends
from tests.browser.bends import INTERNAL_REPLY, PUBLIC_REPLY, Claim, Desk
from tests.browser.conftest import OpenWindow
from tests.browser.windows import PATIENCE_MS, PHONE
from tests.e2e.stage import Stage
from tests.e2e.waiting import until

pytestmark = pytest.mark.browser

BUREAU, LOGIN = "青塘区城市管理局", "qingtang-urban-management"
FINDING = "现场复查，问题仍在，诉求合理。"
LINK = re.compile(r"https?://\S+?(/portal/evaluate#[\w.-]+)")
QUESTIONS = ("承办单位联系过您吗", "您反映的问题解决了吗", "您对办理结果满意吗")
NOT_SOLVED = ("1", "3", "4")
SOLVED = ("1", "1", "1")
KEPT = {"第1轮回访": ("联系过", "未解决", "不满意"), "第2轮回访": ("联系过", "已解决", "非常满意")}
"""Both rounds' answers on the ticket's page, the first beside the final."""
MANY = 10_000


@pytest.fixture(autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


def test_call_back_not_solved_comes_back_to_the_unit_and_ends_solved(window: OpenWindow, desk: Desk) -> None:
    claim = _answered(desk, desk.dispatched(desk.opened("巷口垃圾堆了一周没有清"), BUREAU))
    caller = window().sign_in("callback1")

    _rung(caller, claim, NOT_SOLVED)
    expect(caller.get_by_text("提交后将进入不满意件审核")).to_be_visible()
    caller.get_by_role("button", name="问题未解决").click()
    _sent(caller, "已转不满意件审核")

    auditor = window().sign_in("auditor1")
    bends.view(auditor, "不满意件审核")
    bends.choose_row(auditor, claim)
    review = auditor.get_by_role("region", name="工单内容").get_by_role("region", name="不满意件审核")
    for words in ("未解决", "不满意", "问题未解决"):
        expect(review).to_contain_text(words)
    review.get_by_text("合理", exact=True).click()
    review.get_by_label("认定依据").fill(FINDING)
    review.get_by_text("重办", exact=True).click()
    expect(review).to_contain_text("退回承办单位，按重办时限再办一轮，办完再回访。")
    review.get_by_role("button", name="提交审核").click()
    expect(auditor.get_by_text("已退回重办")).to_be_visible()

    unit = window().sign_in(LOGIN)
    bends.view(unit, "退回重办")
    bends.choose_row(unit, claim)
    expect(bends.work(unit)).to_contain_text(FINDING)
    _answered(desk, claim)
    _rung(caller, claim, SOLVED)
    expect(bends.panel(caller, "回访单")).to_contain_text("上一轮评价")
    expect(caller.get_by_text("提交后工单办结")).to_be_visible()
    _sent(caller, "已办结")

    page = bends.at_ticket(window(), "supervisor1", claim)
    for heading, answers in KEPT.items():
        told = page.get_by_role("listitem").filter(has_text=heading).first
        for words in answers:
            expect(told.get_by_text(words, exact=True)).to_be_visible()
    expect(page.get_by_role("article").get_by_text("已办结")).to_be_visible()


def test_evaluation_link_works_once_and_says_so(window: OpenWindow, desk: Desk, stage: Stage) -> None:
    claim = _answered(desk, desk.dispatched(desk.opened("人行道地砖松动绊脚", contact_phone="19900007031"), BUREAU))
    caller = window().sign_in("callback1")
    bends.choose_callback(caller, claim)
    caller.get_by_role("button", name="发送评价链接").click()
    expect(caller.get_by_text("评价链接已发送")).to_be_visible()

    citizen = window(PHONE).open(_link(stage, "19900007031"))
    expect(citizen.get_by_role("heading", name=claim.title)).to_be_visible()
    assert "#" not in citizen.url
    for answer in ("联系过", "已解决", "满意"):
        citizen.get_by_text(answer, exact=True).click()
    citizen.get_by_role("button", name="提交评价").click()
    expect(citizen.get_by_role("heading", name="谢谢，评价已收到")).to_be_visible()

    again = window(PHONE).open(_link(stage, "19900007031"))
    expect(again.get_by_role("heading", name="这个链接已经用过了")).to_be_visible()
    expect(again.get_by_role("button", name="提交评价")).to_have_count(0)


def _answered(desk: Desk, claim: Claim) -> Claim:
    """The unit signs, contacts and replies; where a head must sign or an auditor look, they do."""
    given = {"reply_public": PUBLIC_REPLY, "reply_internal": INTERNAL_REPLY, "solved": "yes"}
    with desk.officer(LOGIN) as unit:
        desk.move(unit, claim, "sign", {})
        desk.move(unit, claim, "contact", {"note": "已电话联系，约定现场核查。"})
        desk.move(unit, claim, "reply", given)
        state = unit.get(f"/tickets/{claim.id}")["state"]
    if state == "audit":
        with desk.officer("auditor1") as auditor:
            desk.move(auditor, claim, "pass_reply", {})
    return claim


def _rung(page: Page, claim: Claim, digits: tuple[str, ...]) -> None:
    """Ring the requester: reached, then an answer to each question by its digit."""
    bends.choose_callback(page, claim)
    page.keyboard.press("1")
    for question, digit in zip(QUESTIONS, digits, strict=True):
        expect(page.get_by_role("group", name=question)).to_be_visible()
        page.keyboard.press(digit)


def _sent(page: Page, told: str) -> None:
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text(told).first).to_be_visible()


def _link(stage: Stage, phone: str) -> str:
    """The path of the link that was sent to that telephone."""

    def found() -> str | None:
        sent = FileNotifier(stage.folder / "data" / "messages").recent(MANY)
        matches = [LINK.search(message.text) for message in sent if message.to == phone]
        return next((match[1] for match in matches if match), None)

    return until(found, what="the link was sent")
