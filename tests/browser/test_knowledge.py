"""Articles of units reviewed, taken and found by agents; changed while the old words answer; compared and restored."""

import pytest
from playwright.sync_api import expect

from tests.browser import knowledge_desk as desk
from tests.browser.conftest import OpenWindow
from tests.browser.knowledge_desk import EDITOR, HEAD, WRITER
from tests.browser.windows import PATIENCE_MS
from tests.e2e.stage import Stage

pytestmark = pytest.mark.browser

TITLE = "共享雨伞架摆放要备案吗"
FIRST = "在人行道摆放共享雨伞架要先向街道城管所备案，三个工作日内答复。"
BETTER = "在人行道摆放共享雨伞架要先向街道城管所备案，五个工作日内答复，不收费。"
REMARK = "请写明答复时限和是否收费"

LIVING = "社区晾衣架能装在绿化带旁吗"
OLD = "晾衣架由居民小组提出申请，社区勘察后统一安装。"
NEW = "晾衣架由居民小组提出申请，社区十日内勘察后统一安装。"


@pytest.fixture(autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


def test_article_of_a_unit_is_sent_back_reworked_published_and_found_by_words_and_pinyin(window: OpenWindow) -> None:
    writer = desk.at_articles(window(), WRITER)
    writer.get_by_role("button", name="新建", exact=True).click()
    desk.write(writer, TITLE, FIRST, "雨伞架放门口要去哪里报备")
    writer.get_by_role("button", name="保存", exact=True).click()
    expect(writer.get_by_text("已全部保存")).to_be_visible()
    desk.submit(writer)

    head = desk.at_articles(window(), HEAD, "unit_review")
    desk.choose(head, TITLE)
    desk.act(head, "退回修改", 说明=REMARK)

    writer = desk.at_articles(window(), WRITER, "draft")
    desk.choose(writer, TITLE)
    expect(writer.get_by_text(REMARK).first).to_be_visible()
    writer.get_by_role("button", name="修改", exact=True).click()
    desk.answers(writer, BETTER)
    desk.submit(writer)

    head.goto("/knowledge?state=unit_review")
    desk.choose(head, TITLE)
    desk.act(head, "审核通过")
    editor = desk.at_articles(window(), EDITOR, "editor_review")
    desk.choose(editor, TITLE)
    expect(editor.get_by_role("region", name="公开答复")).to_contain_text(BETTER)
    desk.act(editor, "发布")

    agent = desk.at_console(window())
    desk.suggested(agent, "gongxiangyusan", TITLE).click()
    expect(agent.get_by_role("dialog", name=TITLE)).to_contain_text(BETTER)
    agent.keyboard.press("Escape")
    desk.looked_up(agent, "雨伞架要不要报备", TITLE, BETTER).get_by_role("button", name="用于答复").click()
    answer = agent.get_by_role("dialog", name="直接答复")
    expect(answer).to_contain_text(TITLE)
    expect(answer.get_by_label("答复内容")).to_have_value(BETTER)


def test_change_of_an_article_answers_only_when_it_is_taken_and_old_words_come_back(window: OpenWindow, stage: Stage) -> None:
    article = desk.published(stage, LIVING, OLD, "绿化带旁边装晾衣架行不行")
    agent = desk.at_console(window())
    desk.looked_up(agent, LIVING, LIVING, OLD)

    writer = window().enter(WRITER).open(f"/knowledge?article={article['id']}")
    writer.get_by_role("button", name="修订", exact=True).click()
    expect(writer.get_by_text(f"修订：{LIVING}")).to_be_visible()
    desk.answers(writer, NEW)
    desk.submit(writer)
    head = desk.at_articles(window(), HEAD, "unit_review")
    desk.choose(head, LIVING)
    desk.act(head, "审核通过")
    desk.looked_up(agent, LIVING, LIVING, OLD)

    editor = desk.at_articles(window(), EDITOR, "editor_review")
    desk.choose(editor, LIVING)
    compared = editor.locator(".fold").filter(has=editor.get_by_role("button", name="修订内容"))
    expect(compared.locator("ins").first).to_have_text("十日内")
    expect(compared).not_to_contain_text("复核日期")
    desk.act(editor, "发布修订")
    desk.looked_up(agent, LIVING, LIVING, NEW)

    editor.get_by_role("button", name="版本", exact=True).click()
    versions = editor.get_by_role("region", name="版本")
    expect(versions.locator("ins").first).to_have_text("十日内")
    versions.get_by_role("row").filter(has_text="第1版").get_by_role("button", name="恢复这一版").click()
    editor.get_by_role("dialog").get_by_role("button", name="恢复这一版").click()
    expect(editor.get_by_label("话务答复", exact=True)).to_have_value(OLD)
    desk.submit(editor, "提交编辑审核")
    desk.act(editor, "发布修订")
    desk.looked_up(agent, LIVING, LIVING, OLD)
    expect(editor.get_by_text("第3版").first).to_be_visible()
