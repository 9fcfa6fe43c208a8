"""The pictures of how the right unit is found and the same matter known: catalogue, places, ranking, repeats, incidents."""

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser import bends
from tests.browser.bends import Claim, Desk
from tests.browser.burst import ASKED, TOLD, calls, rings, seen
from tests.browser.conftest import OpenWindow
from tests.browser.pictures import ONLY_WHEN_ASKED, SIZES, keep, keep_part, keep_whole
from tests.browser.windows import PATIENCE_MS, PHONE
from tests.e2e.people import Json, Officer
from tests.e2e.waiting import until
from tests.knowledge_files import sheet

pytestmark = [pytest.mark.browser, ONLY_WHEN_ASKED]

ADMIN = {
    "admin-catalogue": "/admin?part=catalogue",
    "admin-coverage": "/admin?part=catalogue&view=coverage",
    "admin-duties": "/admin?part=catalogue&view=duties",
    "admin-places": "/admin?part=places",
    "admin-ranking": "/admin?part=ranking",
    "admin-ranking-quality": "/admin?part=ranking&view=quality",
}
LAW = "《城市供水条例》"
WRONG_ROWS = [
    {"事项分类": "公共服务/供水/停水", "地域要求": "全市", "主办单位": "云泽水务集团", "法律依据": LAW},
    {"事项分类": "公共服务/供水/没有的类", "地域要求": "全市", "主办单位": "云泽水务集团", "法律依据": LAW},
    {"事项分类": "公共服务/供水/水质水压", "地域要求": "省里", "主办单位": "云泽水务集团", "法律依据": LAW},
    {"事项分类": "公共服务/供水/水费水表", "地域要求": "全市", "主办单位": "没有的局", "法律依据": LAW, "生效日期": "明年春天"},
]
FIRST_REPORT_S = 900.0
"""The worker makes it within ten minutes of its start."""
READ_WHOLE = (
    "admin-try",
    "admin-ranking",
    "admin-ranking-quality",
    "incidents",
    "console-incident",
    "ticket-repeats",
    "board-topics",
)


@pytest.fixture(autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def burst(desk: Desk) -> Json:
    """The burst main, seen, confirmed, and with what callers are told."""
    claims = [rings(desk, call) for call in calls()]
    incident = until(lambda: seen(desk, claims), what="the incident is seen")
    with desk.officer("leader1") as leader:
        if incident["state"] == "spotted":
            _act(leader, incident["id"], "confirm", {})
        _act(leader, incident["id"], "instruct", {"answer": TOLD})
    return incident


@SIZES
@pytest.mark.parametrize("name", ADMIN)
def test_part_of_the_administration_is_pictured(window: OpenWindow, name: str, size: ViewportSize) -> None:
    opened = window(size)
    opened.sign_in("cityadmin")
    _keep(opened.open(ADMIN[name]), name)


@SIZES
def test_checked_catalogue_is_pictured(window: OpenWindow, size: ViewportSize) -> None:
    opened = window(size)
    opened.sign_in("cityadmin")
    page = opened.open("/admin?part=catalogue")
    page.get_by_role("button", name="导入", exact=True).click()
    page.get_by_label("选择文件").set_input_files(
        {"name": "派单目录.xlsx", "mimeType": "application/octet-stream", "buffer": sheet(WRONG_ROWS, [*WRONG_ROWS[-1]])}
    )
    expect(page.get_by_role("dialog").get_by_role("row")).not_to_have_count(0)

    _keep(page, "admin-catalogue-import")


@SIZES
def test_tried_text_is_pictured(window: OpenWindow, size: ViewportSize) -> None:
    opened = window(size)
    opened.sign_in("cityadmin")
    page = opened.open("/admin?part=catalogue&view=try")
    page.get_by_label("诉求内容").fill(ASKED)
    page.get_by_label("诉求内容").press("Control+Enter")
    expect(page.get_by_role("status").get_by_role("listitem")).not_to_have_count(0)

    _keep(page, "admin-try")


@SIZES
def test_incident_is_pictured(window: OpenWindow, burst: Json, size: ViewportSize) -> None:
    opened = window(size)
    opened.sign_in("leader1")
    page = opened.open(f"/incidents?incident={burst['id']}")
    expect(bends.panel(page, "告知来电人").get_by_role("textbox")).to_have_value(TOLD)
    expect(bends.panel(page, "主单").get_by_role("radio").first).to_be_visible()

    _keep(page, "incidents")


@SIZES
def test_console_is_pictured_with_its_incident_and_repeats(window: OpenWindow, burst: Json, size: ViewportSize) -> None:
    page = window(size).sign_in("agent1" if size is PHONE else "agent2")
    page.get_by_role("button", name="无来电登记").click()
    page.get_by_label("标题").fill(burst["name"])
    page.get_by_label("诉求内容").fill(ASKED)
    expect(page.get_by_role("region", name="集中诉求提醒")).to_contain_text(TOLD)
    expect(page.get_by_role("region", name="疑似重复")).to_be_visible()

    _keep(page, "console-incident")


@SIZES
def test_repeats_of_a_ticket_are_pictured(window: OpenWindow, desk: Desk, burst: Json, size: ViewportSize) -> None:
    last = desk.dispatcher.get(f"/incidents/{burst['id']}")["tickets"][-1]
    claim = Claim(last["id"], last["number"], last["title"])
    until(lambda: desk.dispatcher.get(f"/tickets/{claim.id}/repeats")["items"], what="its repeats are known")
    page = bends.at_ticket(window(size), "dispatcher1", claim)
    expect(bends.panel(page, "疑似重复").get_by_role("listitem").first).to_be_visible()

    keep_whole(page, "ticket-repeats")


@SIZES
def test_hot_topics_are_pictured(window: OpenWindow, desk: Desk, size: ViewportSize) -> None:
    with desk.officer("manager1") as manager:
        until(lambda: manager.get("/hot-topics?days=30")["topics"], what="the first report is made", seconds=FIRST_REPORT_S)
    opened = window(size)
    opened.sign_in("manager1")
    page = opened.open("/board?topic_days=30")
    topics = bends.panel(page, "热点话题")
    expect(topics.get_by_role("row").or_(topics.get_by_role("listitem")).first).to_be_visible()

    keep_part(topics, "board-topics")


def _act(leader: Officer, incident_id: int, action: str, given: Json) -> None:
    version = leader.get(f"/incidents/{incident_id}")["version"]
    leader.post(f"/incidents/{incident_id}/actions/{action}", {"version": version, "given": given})


def _keep(page: Page, name: str) -> None:
    is_phone = page.viewport_size == PHONE
    (keep_whole if is_phone and name in READ_WHOLE else keep)(page, name)
