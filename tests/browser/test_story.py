"""One request in five windows: spoken into the console's microphone, dispatched, handled, called back, seen on the board."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import bends
from tests.browser.conftest import OpenWindow
from tests.browser.windows import PATIENCE_MS

pytestmark = pytest.mark.browser

TITLE = "望江大道工地半夜施工"
PUBLIC_REPLY = "您好，您反映的问题已收悉。经核查，该工地未取得夜间施工证明，已责令停止夜间施工。"
INTERNAL_REPLY = "执法人员当晚到场核查，责令停工并立案，留存现场照片。"
NUMBER = re.compile(r"已建单 (\d+)")


@pytest.fixture(autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


def test_request_travels_from_microphone_to_board_with_everybody_in_their_own_window(window: OpenWindow) -> None:
    board = window().sign_in("manager1")
    before = _received(board)

    number = _heard_and_recorded(window().sign_in("agent1"))
    unit = _dispatched(window().sign_in("dispatcher1"), number)
    _handled(window().sign_in(unit), number)
    _called_back(window().sign_in("callback1"), number)

    expect(_card(board, "受理量").get_by_role("link")).to_have_text(str(before + 1))
    _card(board, "受理量").get_by_role("link").click()
    row = board.get_by_role("listitem").or_(board.get_by_role("row")).filter(has_text=number)
    expect(row).to_contain_text(TITLE)
    expect(row).to_contain_text("已办结")


def _heard_and_recorded(page: Page) -> str:
    """The agent takes a call from this page, sees words and draft, words the title, makes the ticket; gives its number."""
    page.get_by_role("button", name="用本页麦克风模拟来电").click()
    words = page.get_by_role("log")
    expect(words.locator(".partial")).to_contain_text("你好")
    expect(words).to_contain_text("吵得孩子睡不着觉")
    expect(words).to_contain_text("请尽快安排人来查一查")
    expect(words.locator(".partial")).to_have_count(0)
    expect(page.get_by_label("诉求内容")).to_have_value(re.compile("夜间施工"))
    expect(page.get_by_label("详细地址")).to_have_value(re.compile("望江大道"))
    expect(page.get_by_role("region", name="知识推荐").get_by_role("listitem").first).to_be_visible()
    page.get_by_label("标题").fill(TITLE)
    page.keyboard.press("Control+Enter")
    made = page.get_by_text(NUMBER)
    expect(made).to_be_visible()
    number = NUMBER.search(made.inner_text())
    assert number
    page.keyboard.press("F4")
    expect(page.get_by_text("已挂机")).to_be_visible()
    page.keyboard.press("F9")
    page.get_by_role("button", name="结束来电").click()
    expect(page.get_by_text("就绪，等待来电。")).to_be_visible()
    return number.group(1)


def _dispatched(page: Page, number: str) -> str:
    """The dispatcher confirms the first unit with one key; gives the login of its liaison officer."""
    page.get_by_role("option").filter(has_text=number).click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    chosen = page.get_by_role("radio", checked=True).locator(".name")
    expect(chosen).to_be_visible()
    unit = chosen.inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"已派给{unit}")).to_be_visible()
    units = page.request.get("/api/v1/units", params={"search": unit}).json()["items"]
    return str(next(one["code"] for one in units if one["name"] == unit))


def _handled(page: Page, number: str) -> None:
    """The unit signs, contacts the requester and replies."""
    page.get_by_role("option").filter(has_text=number).click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    page.keyboard.press("s")
    expect(page.get_by_text("已签收").first).to_be_visible()
    page.get_by_label("联系情况").fill("已电话联系，今晚现场核查。")
    bends.work(page).get_by_role("button", name="先行联系").last.click()
    page.get_by_label("公开答复").fill(PUBLIC_REPLY)
    page.get_by_label("内部办理情况").fill(INTERNAL_REPLY)
    page.get_by_role("radiogroup", name="是否解决").get_by_text("已解决", exact=True).click()
    page.get_by_role("button", name="提交答复").click()
    expect(page.get_by_text("已完成：答复")).to_be_visible()


def _called_back(page: Page, number: str) -> None:
    """Reached, contacted, solved, satisfied: by digits alone."""
    page.goto("/callbacks?view=all")
    page.get_by_role("option").filter(has_text=number).get_by_text(TITLE).click()
    expect(page.get_by_role("region", name="回访单")).to_contain_text(TITLE)
    for question in ("接通情况", "承办单位联系过您吗", "您反映的问题解决了吗", "您对办理结果满意吗"):
        expect(page.get_by_role("group", name=question)).to_be_visible()
        page.keyboard.press("1")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("已办结")).to_be_visible()


def _received(page: Page) -> int:
    return int(_card(page, "受理量").get_by_role("link").inner_text())


def _card(page: Page, title: str) -> Locator:
    return page.get_by_role("article").filter(has=page.get_by_role("heading", name=title))
