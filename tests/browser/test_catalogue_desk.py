"""The administrator's catalogue: a file with wrong cells changes nothing, the mended one comes as a version of a coming day."""

import io
import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Locator, Page, expect

from hotline.kernel import clock
from tests.browser.conftest import OpenWindow
from tests.browser.windows import PATIENCE_MS
from tests.conftest import ZONE
from tests.e2e.people import Json

pytestmark = pytest.mark.browser

CATEGORY, WHERE, UNIT, BASIS, WORDS, FROM = "事项分类", "地域要求", "主办单位", "法律依据", "含任一词", "生效日期"
WRONG = (
    (2, CATEGORY, "城乡建设/没有这一类"),
    (3, UNIT, "云泽市不存在的局"),
    (4, WHERE, "省里"),
    (5, FROM, "明年春天"),
)
"""Row of the sheet, column, and what is put there instead."""
NEW_BASIS = "《云泽市公共供水条例》第九条"
NEW_WORD, NEW_UNIT = "灯会", "云泽市城市管理局"
REASON, WITHDRAWN = "按新修订的职责清单调整", "清单还要再核对，先撤回"
ASKED = "枕河街道河西路的自来水管爆了，翠湖花园停水，请抢修。"
WATER = "云泽水务集团"
FAR = timedelta(days=30)
Lines = list[list[str]]


@dataclass(frozen=True)
class Book:
    """A sheet as people change it: its headings and lines."""

    headings: list[str]
    lines: Lines

    def put(self, row: int, heading: str, words: str) -> None:
        """Write into a cell; rows count as the sheet does, the headings are the first."""
        self.lines[row - 2][self.headings.index(heading)] = words

    def row_of(self, heading: str, words: str) -> int:
        """The first row with these words in that column."""
        at = self.headings.index(heading)
        return next(number for number, line in enumerate(self.lines, start=2) if line[at] == words)

    def file(self, name: str) -> Json:
        """As the browser sends it."""
        book = Workbook()
        for line in (self.headings, *self.lines):
            book.active.append(line)  # type: ignore[union-attr]  # a new book has a sheet
        target = io.BytesIO()
        book.save(target)
        return {"name": name, "mimeType": "application/octet-stream", "buffer": target.getvalue()}


@pytest.fixture(autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


def test_file_with_wrong_cells_changes_nothing_and_the_mended_one_comes_and_is_withdrawn(window: OpenWindow) -> None:
    page = window().enter("cityadmin").open("/admin?part=catalogue")
    before = _versions(page)
    first = _exported(page)
    for row, heading, words in WRONG:
        first.put(row, heading, words)
    _refused(page, first)
    assert _versions(page) == before

    taken = _taken(page, _mended(page))
    _stands(page, taken, "将生效")
    assert _versions(page)["current"] == before["current"]
    _compared(page, before["current"])
    _tried(page, before["current"])
    _withdrawn(page, taken)


def _versions(page: Page) -> Json:
    """All versions, as the server tells them."""
    return page.request.get("/api/v1/admin/catalogue").json()


def _exported(page: Page) -> Book:
    """The catalogue in force as the page hands it out."""
    link = page.get_by_role("link", name="导出")
    expect(link).to_be_visible()
    content = page.request.get(str(link.get_attribute("href"))).body()
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    headings, *lines = [[str(cell or "") for cell in line] for line in sheet.iter_rows(values_only=True)]
    return Book(headings, lines)


def _mended(page: Page) -> Book:
    """One row reads otherwise, one went, one came."""
    book = _exported(page)
    book.put(book.row_of(UNIT, WATER), BASIS, NEW_BASIS)
    added = list(book.lines[0])
    book.lines.pop()
    book.lines.append(added)
    last = len(book.lines) + 1
    book.put(last, WORDS, NEW_WORD)
    book.put(last, UNIT, NEW_UNIT)
    return book


def _choose(page: Page, book: Book, name: str) -> Locator:
    """Put the file into the dialog; gives what is said of it."""
    dialog = page.get_by_role("dialog", name="导入", exact=True)
    dialog.get_by_label("选择文件").set_input_files(book.file(name))
    expect(dialog.get_by_text(name)).to_be_visible()
    return dialog.get_by_role("status")


def _refused(page: Page, book: Book) -> None:
    page.get_by_role("button", name="导入", exact=True).click()
    said = _choose(page, book, "有错的目录.xlsx")
    expect(said).to_contain_text(f"有{len(WRONG)}处要改")
    for row, heading, words in WRONG:
        line = said.get_by_role("row").filter(has_text=words)
        expect(line.get_by_role("cell").nth(0)).to_have_text(str(row))
        expect(line.get_by_role("cell").nth(1)).to_have_text(heading)
        expect(line.get_by_role("cell").nth(2)).to_have_text(re.compile(".{4,}。$"))
    expect(page.get_by_role("button", name=re.compile("^更新"))).to_be_disabled()


def _taken(page: Page, book: Book) -> int:
    """The mended file into the same dialog, in force in a month; gives the version's number."""
    said = _choose(page, book, "改好的目录.xlsx")
    for words in ("新增1", "改动1", "删除1", "检查通过"):
        expect(said).to_contain_text(words)
    dialog = page.get_by_role("dialog", name="导入", exact=True)
    day = dialog.get_by_role("combobox", name="生效时间")
    day.fill((clock.now() + FAR).astimezone(ZONE).strftime("%Y-%m-%d 00:00:00"))
    day.press("Enter")
    dialog.get_by_label("变更说明").fill(REASON)
    dialog.get_by_role("button", name="更新3处").click()
    expect(dialog).to_be_hidden()
    return int(max(one["number"] for one in _versions(page)["versions"]))


def _stands(page: Page, number: int, state: str) -> None:
    """The version is the one opened, and stands so."""
    chosen = page.get_by_role("list", name="目录版本").get_by_role("button", name=f"第{number}版")
    chosen.click()
    expect(chosen).to_contain_text(state)
    expect(chosen).to_have_attribute("aria-current", "true")


def _compared(page: Page, current: int) -> None:
    page.get_by_role("button", name="版本对比").click()
    dialog = page.get_by_role("dialog", name="版本对比")
    parts = dialog.locator("section")
    expect(parts.filter(has_text="新增1")).to_contain_text(f"提到：{NEW_WORD} · {NEW_UNIT}")
    expect(parts.filter(has_text="改动1")).to_contain_text(NEW_BASIS)
    expect(parts.filter(has_text="删除1").locator("del")).to_have_count(1)
    expect(dialog).to_contain_text(f"第{current}版")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def _tried(page: Page, current: int) -> None:
    """What the catalogue in force does with a text."""
    views = page.get_by_role("radiogroup", name="派单目录的内容")
    views.get_by_text("试一试").click()
    page.get_by_label("诉求内容").fill(ASKED)
    page.get_by_label("诉求内容").press("Control+Enter")
    said = page.get_by_role("status")
    expect(said).to_contain_text("枕河街道")
    expect(said.get_by_role("listitem").filter(has_text=WATER).first).to_contain_text("依据")
    expect(said).to_contain_text(f"第{current}版")
    views.get_by_text("目录", exact=True).click()


def _withdrawn(page: Page, number: int) -> None:
    _stands(page, number, "将生效")
    page.get_by_role("button", name="撤回这一版").click()
    dialog = page.get_by_role("dialog", name="撤回这一版")
    expect(dialog.get_by_role("button", name="撤回这一版")).to_be_disabled()
    dialog.get_by_label("撤回原因").fill(WITHDRAWN)
    dialog.get_by_role("button", name="撤回这一版").click()
    expect(dialog).to_be_hidden()
    _stands(page, number, "已撤回")
    expect(page.get_by_text(WITHDRAWN)).to_be_visible()
