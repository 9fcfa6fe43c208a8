"""What people miss or find wrong becomes knowledge: a correction leads to a change, an unanswered question to an article."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import bends
from tests.browser import knowledge_desk as desk
from tests.browser.conftest import OpenWindow
from tests.browser.knowledge_desk import EDITOR, HEAD, UNIT, WRITER
from tests.browser.windows import PATIENCE_MS, PHONE
from tests.e2e.people import Json, Officer
from tests.e2e.stage import Stage
from tests.e2e.waiting import until

pytestmark = pytest.mark.browser

LIVING = "旧衣回收箱坏了找谁修"
OLD = "旧衣回收箱由运营单位维修，请拨打箱体上的号码。"
NEW = "旧衣回收箱由街道环卫所维修，二十四小时内到场。"
WRONG_IN = "箱体上的号码已经停用，应当找街道环卫所"

THEME = "热气球婚礼"
WORDINGS = ("热气球婚礼升空要报批吗", "办热气球婚礼升空要不要报批", "想办热气球婚礼，升空需要报批吗")
ANSWER = "热气球婚礼升空须提前七个工作日报市城市管理局备案，并取得空域批复。"
GROUPED_S = 150.0
"""In which questions become a row of the worklist: they are grouped once a minute."""


@pytest.fixture(autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


def test_correction_reaches_the_unit_with_a_limit_and_its_asker_reads_what_became_of_it(
    window: OpenWindow, stage: Stage
) -> None:
    article = desk.published(stage, LIVING, OLD, "旧衣回收箱破了没人管")
    agent = desk.at_console(window())
    desk.looked_up(agent, LIVING, LIVING, OLD).get_by_role("button", name=LIVING).focus()
    agent.keyboard.press("Alt+c")
    agent.get_by_label("哪里不对").fill(WRONG_IN)
    agent.keyboard.press("Enter")
    expect(agent.get_by_role("status").filter(has_text=f"已转{UNIT}")).to_contain_text("剩余")

    unit = desk.at_tab(window(), WRITER, "tasks")
    task = desk.row(unit, WRONG_IN)
    expect(task).to_contain_text("剩余")
    task.get_by_role("link", name="去改知识").click()
    unit.get_by_role("button", name="修订", exact=True).click()
    expect(unit.get_by_text(f"修订：{LIVING}")).to_be_visible()
    desk.answers(unit, NEW)
    desk.submit(unit)
    passed_on(stage, article["id"], "take")

    asker = window().enter("agent1").open("/knowledge?tab=tasks&state=answered&mine=1")
    answered = desk.row(asker, WRONG_IN)
    expect(answered).to_contain_text("知识更新后自动答复")
    expect(answered).to_contain_text("第2版")
    answered.get_by_role("button", name="认可答复").click()
    expect(answered).to_have_count(0)
    desk.looked_up(agent, LIVING, LIVING, NEW)


def test_question_that_nobody_answers_becomes_an_article_of_a_unit_and_is_answered(window: OpenWindow, stage: Stage) -> None:
    for wording in WORDINGS:
        citizen = window(PHONE).open(f"/portal/answers?question={wording}")
        expect(citizen.get_by_role("button", name="转人工")).to_be_visible()
        expect(citizen.locator(".sure")).to_have_count(0)

    editor = desk.at_tab(window(), EDITOR, "questions")
    stage.ring("questions-group")
    grouped(editor)
    bends.reopen(editor)
    cluster = desk.row(editor, THEME)
    expect(cluster.get_by_title(re.compile("被问[0-9]+次"))).to_be_visible()
    cluster.get_by_role("button", name="交办单位").click()
    editor.get_by_role("combobox", name="单位").fill(UNIT)
    editor.get_by_role("option", name=UNIT).first.click()
    editor.get_by_role("dialog").get_by_role("button", name="交办单位").click()
    expect(cluster).to_contain_text("剩余")

    unit = desk.at_tab(window(), WRITER, "questions")
    desk.row(unit, THEME).get_by_role("button", name="起草知识").click()
    expect(unit.get_by_label("标题", exact=True)).to_have_value(re.compile(THEME))
    expect(unit.get_by_label("第1条问法", exact=True)).to_have_value(re.compile(THEME))
    desk.put_in_place(unit)
    desk.answers(unit, ANSWER)
    desk.submit(unit)
    article_id = int(re.search(r"article=(\d+)", unit.url).group(1))  # type: ignore[union-attr]  # it stands in the address
    passed_on(stage, article_id, "publish")

    desk.answered(window(PHONE).page, WORDINGS[0], ANSWER)
    editor.goto("/knowledge?tab=questions&state=answered")
    expect(desk.row(editor, THEME)).to_be_visible()
    unit.goto("/knowledge?tab=tasks&state=answered")
    expect(desk.row(unit, THEME)).to_contain_text("知识更新后自动答复")


def passed_on(stage: Stage, article_id: int, last: str) -> None:
    """The head passes what the unit wrote, or its change of that article, and the editor puts it into force."""
    for login, action in ((HEAD, "approve"), (EDITOR, last)):
        officer = Officer(stage, login)
        article: Json = officer.get(f"/knowledge/articles/{article_id}")
        at_hand = article["change"] or article
        desk.moved(officer, officer.get(f"/knowledge/articles/{at_hand['id']}"), action)
        officer.close()


def grouped(page: Page) -> None:
    """Wait until the questions stand on the worklist."""

    def seen() -> bool:
        items = page.request.get("/api/v1/knowledge/questions").json()["items"]
        return any(THEME in item["label"] for item in items)

    until(seen, what="the questions are grouped", seconds=GROUPED_S)
