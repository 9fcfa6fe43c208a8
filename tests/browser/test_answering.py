"""What is known reaches whoever asks: a card corrected in one key, an answer for a citizen, a question handed to a person."""

import pytest
from playwright.sync_api import expect

from tests.browser.bends import Desk
from tests.browser.conftest import OpenWindow
from tests.browser.knowledge_desk import eventually
from tests.browser.windows import PATIENCE_MS, PHONE
from tests.e2e.stage import Stage

pytestmark = pytest.mark.browser

WRONG = "提取入口已经改了"
UNKNOWN = "外星人入境手续在哪里办"
NUMBER = "19900004321"
GROUPED_S = 150.0


@pytest.fixture(autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


def test_card_is_corrected_in_one_key_and_stands_on_the_worklist(window: OpenWindow) -> None:
    page = window().enter("agent1").open("/console")
    page.get_by_role("button", name="无来电登记").click()
    page.get_by_label("诉求内容").fill("想问公积金怎么提取")
    expect(page.locator("[data-article]").first).to_contain_text("因为提到")

    page.keyboard.press("Alt+c")
    page.get_by_label("哪里不对").fill(WRONG)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="答复")).to_contain_text("剩余")

    editor = window().enter("editor1").open("/knowledge?tab=tasks")
    expect(editor.get_by_role("article").filter(has_text=WRONG)).to_be_visible()


def test_citizen_is_answered_and_the_way_back_leads_back(window: OpenWindow) -> None:
    page = window(PHONE).open("/portal/answers")

    page.get_by_role("combobox", name="问题").fill("公积金怎么提取")
    page.keyboard.press("Enter")
    expect(page.get_by_text("来源：").first).to_be_visible()
    page.get_by_role("link", name="查看全文").click()
    page.get_by_role("button", name="有帮助", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("谢谢")
    page.go_back()

    expect(page.get_by_role("link", name="查看全文")).to_be_visible()


def test_question_without_an_answer_goes_along_to_a_person(window: OpenWindow, desk: Desk) -> None:
    page = window(PHONE).open(f"/portal/answers?question={UNKNOWN}")

    page.get_by_role("button", name="转人工").click()
    expect(page.get_by_label("诉求内容")).to_have_value(UNKNOWN)
    page.get_by_label("手机号码").fill(NUMBER)
    page.get_by_role("button", name="提交", exact=True).click()

    expect(page.get_by_role("heading", name="已收到您的诉求")).to_be_visible()
    number = page.get_by_role("definition").first.inner_text()
    (row,) = desk.dispatcher.get(f"/tickets?view=all&search={number}")["items"]
    assert UNKNOWN in desk.dispatcher.get(f"/tickets/{row['id']}")["body"]


def test_unanswered_question_is_given_to_a_unit_with_a_limit(window: OpenWindow, stage: Stage) -> None:
    page = window().enter("editor1").open("/knowledge?tab=questions")
    waiting = page.get_by_role("article").filter(has=page.get_by_role("button", name="交办单位"))
    stage.ring("questions-group")
    eventually(page, lambda: waiting.count() > 0, "questions are grouped", seconds=GROUPED_S)
    cluster = page.get_by_role("article").filter(has_text=waiting.first.get_by_role("heading").inner_text())

    cluster.get_by_role("button", name="交办单位").click()
    page.get_by_role("combobox", name="单位").fill("公安")
    page.get_by_role("option").first.click()
    page.get_by_role("dialog").get_by_role("button", name="交办单位").click()

    expect(cluster).to_contain_text("剩余")
