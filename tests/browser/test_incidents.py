"""An incident on the pages: seen while calls come in, told in one wording, gathered, answered and called back at once."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import bends
from tests.browser.bends import Claim, Desk
from tests.browser.burst import ASKED, CALLS, TOLD, calls, rings, seen
from tests.browser.conftest import OpenWindow
from tests.browser.windows import PATIENCE_MS, Window
from tests.e2e.people import Json, Officer
from tests.e2e.waiting import until

pytestmark = pytest.mark.browser

WATER, HANDLER = "云泽水务集团", "shuiwu-handler"
ANOTHER = "来电人家里自己的水管漏水，与主管无关，另行办理。"


@pytest.fixture(autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


def test_incident_is_seen_told_gathered_answered_and_everybody_is_called_back(window: OpenWindow, desk: Desk) -> None:
    page = window().enter("leader1").open("/incidents")
    floor = _floor(window())
    claims = [rings(desk, call) for call in calls()]
    incident = until(lambda: seen(desk, claims), what="the incident is seen")
    page.get_by_role("button", name=re.compile("新发现")).click()
    page.locator(f"#incident-{incident['id']}").click()
    expect(floor.get_by_role("alert")).not_to_be_empty()
    said = floor.get_by_role("alert").inner_text()

    expect(page.get_by_role("button", name="确认 c")).to_be_enabled()
    page.keyboard.press("c")
    expect(page.get_by_text("已确认").first).to_be_visible()
    bends.panel(page, "告知来电人").get_by_role("textbox").fill(TOLD)
    page.get_by_role("button", name="保存并下发").click()
    expect(page.get_by_text("告知内容已更新")).to_be_visible()
    another = _reminded(window())
    expect(page.get_by_role("option").filter(has_text=another)).to_be_visible()
    expect(floor.get_by_role("alert")).to_have_text(said)
    until(lambda: _warnings(desk, incident["id"]), what="the shift leader is told")
    assert _warnings(desk, incident["id"]) == 1

    wrong = claims[-1]
    _take_out(page, wrong)
    _gather(page)
    main = _merged(desk, incident["id"])
    unit = bends.at_ticket(window(), HANDLER, main)
    bends.sign(unit)
    bends.contact(unit)
    _answer_all(page)
    assert desk.dispatcher.get(f"/tickets/{wrong.id}")["state"] != "merged"
    caller = window().sign_in("callback1")
    for claim in (main, *_to_be_called(desk, incident["id"])):
        bends.choose_callback(caller, claim)
        expect(bends.panel(caller, "回访单")).to_contain_text(TOLD)


def _floor(leader: Window) -> Locator:
    """The incidents on the shift leader's floor."""
    return bends.panel(leader.enter("leader1").open("/floor"), "正在发生的集中诉求")


def _reminded(agent: Window) -> str:
    """An agent's next caller rings about it: the words stand ready, and a key puts the matter there. Gives the number."""
    page = agent.sign_in("agent1")
    page.get_by_role("button", name="无来电登记").click()
    page.locator('[data-field="type"] .el-select').click()
    page.get_by_role("option", name="求助", exact=True).locator("visible=true").click()
    page.get_by_label("标题").fill("翠湖花园停水")
    page.get_by_label("诉求内容").fill(ASKED)
    expect(page.get_by_role("region", name="集中诉求提醒")).to_contain_text(TOLD)
    page.keyboard.press("Alt+i")
    expect(page.get_by_label("答复内容")).to_have_value(TOLD)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    with page.expect_response(re.compile(r"/drafts/\d+/incident/\d+$")) as answer:
        page.keyboard.press("Alt+t")
    return str(answer.value.json()["number"])


def _warnings(desk: Desk, incident_id: int) -> int:
    """How often the shift leader was told of it."""
    with desk.officer("leader1") as leader:
        told = leader.get("/notices")["items"]
    return sum(one["link"] == f"/incidents?incident={incident_id}" for one in told)


def _take_out(page: Page, claim: Claim) -> None:
    """The leader finds that this caller speaks of something else."""
    row = page.get_by_role("listbox", name=re.compile("^工单（")).get_by_role("option").filter(has_text=claim.number)
    row.click()
    page.keyboard.press("x")
    page.keyboard.press("d")
    dialog = page.get_by_role("dialog", name="移出1件工单？")
    dialog.get_by_label("理由").fill(ANOTHER)
    dialog.get_by_role("button", name="确定").click()
    expect(page.get_by_text("已移出1件")).to_be_visible()
    expect(row).to_have_count(0)


def _gather(page: Page) -> None:
    main = bends.panel(page, "主单")
    main.get_by_role("radio", name=re.compile(WATER)).click()
    main.get_by_role("button", name=f"并到主单并派往{WATER}").click()
    expect(main.get_by_text("已派单")).to_be_visible()


def _merged(desk: Desk, incident_id: int) -> Claim:
    """The main ticket, once others were merged into it."""

    def done() -> Json:
        tickets = desk.dispatcher.get(f"/incidents/{incident_id}")["tickets"]
        return sum(one["state"] == "merged" for one in tickets) > CALLS // 2

    until(done, what="the others are merged")
    main = desk.dispatcher.get(f"/incidents/{incident_id}")["main"]
    return Claim(main["id"], main["number"], desk.dispatcher.get(f"/tickets/{main['id']}")["title"])


def _to_be_called(desk: Desk, incident_id: int) -> list[Claim]:
    """Whoever's ticket was merged, once all of them stand on the call-back list."""
    tickets = desk.dispatcher.get(f"/incidents/{incident_id}")["tickets"]
    merged = {one["id"]: Claim(one["id"], one["number"], one["title"]) for one in tickets if one["state"] == "merged"}
    with desk.officer("callback1") as caller:
        until(lambda: merged.keys() <= _listed(caller), what="everybody is to be called")
    return list(merged.values())


def _listed(caller: Officer) -> set[int]:
    return {one["ticket"]["id"] for one in caller.get("/callbacks?when=all&limit=100")["items"]}


def _answer_all(page: Page) -> None:
    page.keyboard.press("r")
    dialog = page.get_by_role("dialog", name="统一答复与回访")
    expect(dialog.get_by_label("答复内容")).to_have_value(TOLD)
    dialog.get_by_label("答复内容").press("Control+Enter")
    expect(bends.panel(page, "统一答复与回访")).to_contain_text(re.compile(r"已答复 ([1-9]\d*) / "))
