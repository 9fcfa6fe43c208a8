"""The pictures of docs/screenshots, taken anew when HOTLINE_TEST_SCREENSHOTS is set: the main screens, wide and on a phone."""

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import OpenWindow
from tests.browser.pictures import ONLY_WHEN_ASKED, SIZES, keep, keep_whole
from tests.browser.windows import PATIENCE_MS, PHONE
from tests.knowledge_files import row, sheet

pytestmark = [pytest.mark.browser, ONLY_WHEN_ASKED]

DESKS = {
    "dispatch": ("dispatcher1", "/dispatch"),
    "dispatch-to-check": ("dispatcher1", "/dispatch?view=to_check"),
    "dispatch-returns": ("dispatcher1", "/dispatch?view=returns"),
    "unit": ("qingtang-urban-management", "/unit?view=to_answer"),
    "review": ("auditor1", "/review"),
    "review-suspension": ("auditor1", "/review?view=suspension"),
    "supervision": ("supervisor1", "/supervision?view=orders_open"),
    "supervision-proposed": ("supervisor1", "/supervision?view=orders_proposed"),
    "supervision-marks": ("supervisor1", "/supervision?view=bad_marks"),
    "callbacks": ("callback1", "/callbacks"),
    "board": ("manager1", "/board"),
    "inbox": ("dispatcher1", "/inbox"),
    "floor": ("leader1", "/floor"),
    "admin-units": ("cityadmin", "/admin"),
    "admin-officers": ("cityadmin", "/admin?part=officers"),
    "admin-rights": ("cityadmin", "/admin?part=rights"),
    "admin-calendar": ("cityadmin", "/admin?part=calendar"),
    "admin-policies": ("cityadmin", "/admin?part=policies"),
    "admin-rules": ("cityadmin", "/admin?part=rules"),
    "due": ("dispatcher1", "/due"),
    "knowledge": ("editor1", "/knowledge?search=公积金"),
    "knowledge-tasks": ("editor1", "/knowledge?tab=tasks&state=all"),
    "knowledge-questions": ("editor1", "/knowledge?tab=questions"),
    "knowledge-announcements": ("leader1", "/knowledge?tab=announcements"),
    "knowledge-wordings": ("editor1", "/knowledge?tab=wordings"),
    "knowledge-phones": ("editor1", "/knowledge?tab=phones&state=proposed"),
    "knowledge-report": ("editor1", "/knowledge?tab=report"),
}
ANSWERS = {
    "portal-answers": "/portal/answers",
    "portal-answered": "/portal/answers?question=公积金怎么提取",
    "portal-unanswered": "/portal/answers?question=外星人入境手续在哪里办",
    "portal-phones": "/portal/answers?part=phones",
}
SUBJECT = "城市管理/市容环境/流动摊贩"
READ_WHOLE = ("console", "console-typed", "portal", "portal-article", "ticket", "knowledge-compare", "knowledge-form", *ANSWERS)
"""What is read from top to bottom, beside the desks at work."""
WORKING = ("dispatch-to-check", "dispatch-returns", "review-suspension", "supervision", "supervision-proposed")
"""Desks whose phone picture shows the chosen ticket and its work, from top to bottom; the others show the list."""
MOST_EVENTFUL_OF = 12


@pytest.fixture(autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


@SIZES
@pytest.mark.parametrize("name", DESKS)
def test_desk_is_pictured(window: OpenWindow, name: str, size: ViewportSize) -> None:
    login, path = DESKS[name]
    opened = window(size)
    opened.sign_in(login)

    page = opened.open(path)
    if size is PHONE and name in WORKING:
        page.get_by_role("option").first.click()
        expect(page.get_by_role("article")).to_be_visible()

    _keep(page, name)


@SIZES
def test_ticket_is_pictured(window: OpenWindow, size: ViewportSize) -> None:
    opened = window(size)
    page = opened.sign_in("supervisor1")
    found = page.request.get(
        "/api/v1/tickets", params={"view": "all", "state": "review", "limit": str(MOST_EVENTFUL_OF)}
    ).json()["items"]

    whole = [page.request.get(f"/api/v1/tickets/{one['id']}").json() for one in found]
    eventful = max(whole, key=lambda ticket: len(ticket["timeline"]))

    _keep(opened.open(f"/tickets/{eventful['id']}"), "ticket")


@SIZES
def test_portal_is_pictured(window: OpenWindow, size: ViewportSize) -> None:
    page = window(size).open("/portal")
    page.get_by_label("诉求内容").fill("租房子能提公积金吗？公积金怎么提取")
    expect(page.get_by_text("这解决了我的问题")).to_be_visible()

    _keep(page, "portal")


@SIZES
def test_console_is_pictured_in_a_call(window: OpenWindow, size: ViewportSize) -> None:
    page = window(size).sign_in("agent1")
    page.get_by_role("button", name="用本页麦克风模拟来电").click()
    expect(page.get_by_role("log")).to_contain_text("吵得孩子睡不着觉")
    expect(page.get_by_label("诉求内容")).to_have_value(re.compile("制止夜间施工"))
    expect(page.get_by_role("region", name="知识推荐").get_by_role("listitem").first).to_be_visible()
    expect(page.locator(".partial")).to_be_visible()

    _keep(page, "console")
    _end_call(page)


@SIZES
@pytest.mark.parametrize("name", ANSWERS)
def test_self_service_is_pictured(window: OpenWindow, name: str, size: ViewportSize) -> None:
    _keep(window(size).open(ANSWERS[name]), name)


@SIZES
def test_article_of_the_self_service_is_pictured(window: OpenWindow, size: ViewportSize) -> None:
    page = window(size).open(ANSWERS["portal-answered"])
    page.get_by_role("link", name="查看全文").click()
    expect(page.get_by_role("article")).to_be_visible()

    _keep(page, "portal-article")


@SIZES
@pytest.mark.parametrize(("name", "mode"), [("knowledge-compare", "read"), ("knowledge-form", "edit")])
def test_change_of_an_article_is_pictured(window: OpenWindow, name: str, mode: str, size: ViewportSize) -> None:
    opened = window(size)
    page = opened.sign_in("editor1")
    found = page.request.get("/api/v1/knowledge/articles", params={"state": "all", "limit": "100"}).json()["items"]
    drafts = [one for one in found if one["state"] == "draft"]
    shown = drafts[0] if mode == "edit" else next(one for one in found if one["replaces_id"])

    _keep(opened.open(f"/knowledge?state={shown['state']}&article={shown['id']}&mode={mode}"), name)


@SIZES
def test_checked_file_is_pictured(window: OpenWindow, size: ViewportSize) -> None:
    opened = window(size)
    opened.sign_in("editor1")
    page = opened.open("/knowledge?tab=import")
    rows = [
        row(标题="沿街花箱占道怎么办", 类目=SUBJECT),
        row(标题="早市摊位怎么申请", 类目="没有的类目"),
        row(标题="夜市几点收摊", 类目=SUBJECT, 材料性质="随笔", 内容=""),
    ]
    page.get_by_label("选择文件").set_input_files(
        {"name": "摊点.xlsx", "mimeType": "application/octet-stream", "buffer": sheet(rows)}
    )
    expect(page.get_by_role("status").filter(has_text="摊点.xlsx").get_by_role("row")).not_to_have_count(0)

    _keep(page, "knowledge-import")


@SIZES
def test_console_is_pictured_while_typing(window: OpenWindow, size: ViewportSize) -> None:
    page = window(size).sign_in("agent2")
    page.get_by_role("button", name="无来电登记").click()
    page.get_by_label("诉求内容").fill("渔歌街道停水，想问什么时候来水；另外公积金怎么提取")
    panel = page.get_by_role("region", name="知识推荐")
    expect(panel.get_by_role("listitem").first).to_contain_text("因为提到")
    page.get_by_role("region", name="公告与口径").get_by_role("button", name=re.compile("渔歌街道")).first.click()

    _keep(page, "console-typed")


def _keep(page: Page, name: str) -> None:
    """On a phone the whole page of what is read from top to bottom."""
    is_phone = page.viewport_size == PHONE
    (keep_whole if is_phone and name in (*READ_WHOLE, *WORKING) else keep)(page, name)


def _end_call(page: Page) -> None:
    page.keyboard.press("F4")
    expect(page.get_by_text("已挂机")).to_be_visible()
    page.get_by_role("button", name="放弃此件").click()
    page.get_by_role("dialog").get_by_role("button", name="放弃此件").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("F9")
    page.get_by_role("dialog").get_by_text("误拨").click()
    page.get_by_role("button", name="结束来电").click()
    expect(page.get_by_text("就绪，等待来电。")).to_be_visible()
