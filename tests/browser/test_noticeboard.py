"""Beside articles: an announcement pinned everywhere at once, a number that a unit changes, a file of articles taken in."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import bends
from tests.browser import knowledge_desk as desk
from tests.browser.conftest import OpenWindow
from tests.browser.knowledge_desk import EDITOR, UNIT
from tests.browser.windows import PATIENCE_MS, PHONE
from tests.knowledge_files import sheet

pytestmark = pytest.mark.browser

CUT = "翠微路片区今晚抢修停水"
BODY = "供水主管抢修，翠微路沿线停水四小时，路口设有送水车。"
PLACES = "翠微路沿线"
ENTRY = "云泽水务集团24小时抢修"
HOURS = "工作日 8:00–20:00"
NAME = "窗台花架怎么固定"
ARTICLE = {
    "类目": "城市管理/市容环境/流动摊贩",
    "标题": NAME,
    "内容": "窗台花架须加装防坠绳，由社区登记。",
    "发文单位": UNIT,
    "材料性质": desk.MATERIAL,
    "关键字": "花架,阳台",
    "公开答复": "窗台花架须加装防坠绳，由社区登记。",
    "密级": "公开",
}
NO_SUCH = "不存在的类目"


@pytest.fixture(autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


def test_announcement_is_pinned_on_open_consoles_shown_to_citizens_and_gone_when_it_ends(window: OpenWindow) -> None:
    agent = window().enter("agent1").open("/console")
    strip = bends.panel(agent, "公告与口径")
    unfold(strip)
    leader = desk.at_tab(window(), "leader1", "announcements")
    leader.get_by_role("button", name="发布公告").click()
    form = leader.get_by_role("dialog", name="发布公告")
    form.get_by_label("标题").fill(CUT)
    form.get_by_label("具体范围").fill(PLACES)
    form.get_by_label("内容", exact=True).fill(BODY)
    form.get_by_role("button", name="发布", exact=True).click()
    expect(form).to_be_hidden()

    pinned = strip.get_by_role("button", name=re.compile(CUT))
    expect(pinned).to_be_visible()
    pinned.click()
    expect(strip).to_contain_text(BODY)
    citizen = window(PHONE).open("/portal/answers")
    told = bends.panel(citizen, "最新公告")
    unfold(told)
    told.get_by_text(CUT).click()
    expect(told.get_by_text(BODY)).to_be_visible()

    desk.row(leader, CUT).get_by_role("button", name="提前结束").click()
    leader.get_by_role("dialog").get_by_role("button", name="提前结束").click()
    expect(desk.row(leader, CUT)).to_have_count(0)
    expect(pinned).to_have_count(0)
    bends.reopen(citizen)
    unfold(told)
    expect(citizen.get_by_text(CUT)).to_have_count(0)


def test_number_that_a_unit_changes_stands_when_the_editor_took_it(window: OpenWindow) -> None:
    unit = desk.at_tab(window(), "shuiwu-handler", "phones")
    found_in_book(unit, ENTRY).get_by_role("button", name="修改", exact=True).click()
    form = unit.get_by_role("dialog", name="修改号码")
    form.get_by_label("服务时间").fill(HOURS)
    form.get_by_role("button", name="提交修改").click()
    expect(form).to_be_hidden()

    agent = desk.at_tab(window(), "agent1", "phones")
    entry = found_in_book(agent, ENTRY)
    expect(entry).not_to_contain_text(HOURS)
    editor = desk.at_tab(window(), EDITOR, "phones")
    editor.goto("/knowledge?tab=phones&state=proposed")
    proposal = desk.row(editor, ENTRY).filter(has_text=HOURS)
    expect(proposal).to_contain_text("修改待审")
    proposal.get_by_role("button", name="采纳修改").click()
    expect(proposal).to_have_count(0)

    bends.reopen(agent)
    expect(found_in_book(agent, ENTRY)).to_contain_text(HOURS)


def test_list_of_articles_is_checked_cell_by_cell_and_its_right_rows_are_taken(window: OpenWindow) -> None:
    wrong = {**ARTICLE, "标题": f"{NAME}二", "类目": NO_SUCH}
    book = {"name": "花架.xlsx", "mimeType": "application/octet-stream", "buffer": sheet([{**ARTICLE, "标题": NAME}, wrong])}
    page = desk.at_tab(window(), EDITOR, "import")
    page.get_by_label("选择文件").set_input_files(book)  # type: ignore[arg-type]  # a plain dict of what it holds
    run = page.get_by_role("status").filter(has_text="花架.xlsx")
    expect(run).to_contain_text("已检查，未写入")
    finding = run.get_by_role("row").filter(has_text=NO_SUCH)
    expect(finding.get_by_role("cell").first).to_have_text("3")
    expect(finding).to_contain_text("类目")

    run.get_by_role("button", name="导入正确的1行").click()

    expect(run.get_by_role("link", name="查看我导入的文章")).to_be_visible()
    page.goto(f"/knowledge?state=all&mine=1&search={NAME}")
    expect(page.get_by_role("option").filter(has_text=NAME)).to_have_count(1)


def unfold(notices: Locator) -> None:
    """Show all lines of a list that shows the first."""
    expect(notices).to_be_visible()
    more = notices.get_by_role("button", name=re.compile("^还有"))
    if more.count():
        more.click()


def found_in_book(page: Page, name: str) -> Locator:
    """The entry of that name, looked up."""
    page.get_by_label("名称、拼音、首字母或号码").fill(name)
    entry = desk.row(page, name).first
    expect(entry).to_be_visible()
    return entry
