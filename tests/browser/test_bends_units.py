"""Bends between the hotline and its units: a disputed return, a refused extension, two units on one ticket, lookers-on."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import bends
from tests.browser.bends import Claim, Desk
from tests.browser.conftest import OpenWindow
from tests.browser.windows import PATIENCE_MS

pytestmark = pytest.mark.browser

STREETS_BUREAU, STREETS_LOGIN = "青塘区城市管理局", "qingtang-urban-management"
HOUSING_BUREAU, HOUSING_LOGIN = "青塘区住房和城乡建设局", "qingtang-housing"
STREET = "青塘区星河街道办事处"
LAW = "《物业管理条例》第五条"
FINDING = "核对三定方案和现场照片，属小区公共部位"


@pytest.fixture(autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


def test_returned_ticket_is_ruled_on_by_precedent_and_its_new_unit_may_not_return_it(window: OpenWindow, desk: Desk) -> None:
    earlier = _ruled_before(desk)
    claim = desk.dispatched(desk.opened("小区门口占道堆物一直没人管"), STREETS_BUREAU)

    unit = bends.at_ticket(window(), STREETS_LOGIN, claim)
    form = bends.ask(unit, "申请退单")
    bends.choose(unit, form, "原因", "另有主管单位")
    form.get_by_label("理由").fill("堆物在小区红线以内，由物业主管部门负责。")
    form.get_by_label("法律依据").fill(LAW)
    bends.pick(unit, bends.in_form(form, "建议承办单位"), HOUSING_BUREAU)
    bends.press(unit, form.get_by_role("button", name="申请退单").last)
    expect(bends.work(unit)).to_contain_text("已提交，正在审批")

    dispatcher = window().sign_in("dispatcher1")
    bends.view(dispatcher, "退单审核")
    bends.choose_row(dispatcher, claim)
    asked = bends.panel(dispatcher, "审批：退单")
    for words in (STREETS_BUREAU, "另有主管单位", LAW, HOUSING_BUREAU, f"裁定由{HOUSING_BUREAU}承办", FINDING):
        expect(asked).to_contain_text(words)
    expect(asked.get_by_role("link", name=earlier.number)).to_be_visible()
    asked.get_by_role("button", name="裁定改由他单位承办…").click()
    asked.get_by_label("证据和核查情况").fill(FINDING)
    asked.get_by_label("裁定意见").fill("小区红线内堆物由住建部门承办。")
    asked.get_by_label("依据", exact=True).fill(LAW)
    bends.pick(dispatcher, bends.in_form(asked, "指定承办单位"), HOUSING_BUREAU)
    bends.press(dispatcher, asked.get_by_role("button", name="裁定改由他单位承办", exact=True))

    designated = bends.at_ticket(window(), HOUSING_LOGIN, claim)
    expect(bends.work(designated)).to_contain_text("小区红线内堆物由住建部门承办。")
    bends.sign(designated)
    bends.work(designated).get_by_role("button", name="提出申请").click()
    expect(designated.get_by_role("menuitem", name="申请延期")).to_be_visible()
    expect(designated.get_by_role("menuitem", name="申请退单")).to_have_count(0)


def test_refused_extension_reaches_the_unit_with_its_reason(window: OpenWindow, desk: Desk) -> None:
    claim = desk.dispatched(desk.opened("路边摊点油烟扰民希望清理"), STREETS_BUREAU)
    unit = bends.at_ticket(window(), STREETS_LOGIN, claim)
    bends.sign(unit)
    form = bends.ask(unit, "申请延期")
    form.get_by_label("理由").fill("需与市场监管部门联合检查。")
    form.get_by_label("申请天数").fill("2")
    bends.press(unit, form.get_by_role("button", name="申请延期").last)

    auditor = window().sign_in("auditor1")
    bends.view(auditor, "延期")
    bends.choose_row(auditor, claim)
    asked = bends.panel(auditor, "审批：延期")
    expect(asked).to_contain_text("需与市场监管部门联合检查。")
    asked.get_by_label("审核意见").fill("联合检查可在原时限内完成，不同意延期。")
    bends.press(auditor, asked.get_by_role("button", name="驳回延期"))

    expect(bends.work(unit)).not_to_contain_text("已提交，正在审批")
    parts = unit.get_by_role("listitem").filter(has_text=STREETS_BUREAU)
    expect(parts.first).to_contain_text("已驳回")
    expect(parts.first).to_contain_text("联合检查可在原时限内完成，不同意延期。")
    unit.goto("/inbox")
    notice = unit.get_by_role("listitem").filter(has_text=claim.number).first
    expect(notice).to_contain_text("未获同意")
    notice.get_by_role("link").click()
    expect(unit.get_by_role("heading", name=claim.title, exact=True).last).to_be_visible()


def test_lead_unit_answers_without_a_silent_assistant_and_says_so(window: OpenWindow, desk: Desk) -> None:
    claim = desk.opened("小区外墙脱落又占道需要两家一起管")
    dispatcher = window().sign_in("dispatcher1")
    bends.choose_row(dispatcher, claim)
    choice = bends.panel(dispatcher, "派给哪个单位")
    bends.pick(dispatcher, choice.get_by_label("搜索单位名称"), STREETS_BUREAU)
    bends.pick(dispatcher, choice.get_by_label("可不选，可选多个"), HOUSING_BUREAU)
    bends.dispatch(dispatcher, STREETS_BUREAU)

    lead = bends.at_ticket(window(), STREETS_LOGIN, claim)
    assistant = bends.at_ticket(window(), HOUSING_LOGIN, claim)
    expect(bends.work(lead)).to_contain_text("主办")
    expect(bends.work(assistant)).to_contain_text("协办")
    bends.sign(assistant)
    bends.sign(lead)
    bends.contact(lead)

    bends.write_reply(lead)
    send = bends.work(lead).get_by_role("button", name="提交答复")
    expect(send).to_be_disabled()
    silent = bends.work(lead).locator("label").filter(has_text=f"{HOUSING_BUREAU}尚未答复")
    silent.get_by_role("textbox").fill("住建部门仍在约请鉴定，先行答复占道部分。")
    bends.press(lead, send)

    expect(lead.get_by_role("article").get_by_text("待回访")).to_be_visible()
    expect(assistant.get_by_role("article").get_by_text("待回访")).to_be_visible()
    expect(bends.work(assistant)).to_have_count(0)


def test_sub_bureau_is_seen_by_its_district_and_its_city_bureau_and_a_copied_district_only_reads(
    window: OpenWindow, desk: Desk
) -> None:
    below = desk.dispatched(desk.opened("夜市散场后垃圾满地没人清"), STREETS_BUREAU)
    copied = desk.opened("街道巷子路灯坏了半个月")
    dispatcher = window().sign_in("dispatcher1")
    bends.choose_row(dispatcher, copied)
    choice = bends.panel(dispatcher, "派给哪个单位")
    bends.pick(dispatcher, choice.get_by_label("搜索单位名称"), STREET)
    bends.dispatch(dispatcher, STREET)

    for login in ("qingtang", "chengguan"):
        superior = bends.at_ticket(window(), login, below)
        expect(superior.get_by_role("note").filter(has_text=f"由{STREETS_BUREAU}承办，这里只能查看。")).to_be_visible()
        expect(bends.work(superior)).to_have_count(0)
        expect(superior.get_by_role("button", name="更多操作")).to_have_count(0)
    stranger = window().sign_in("lanqiao-housing")
    assert stranger.request.get(f"/api/v1/tickets/{below.id}").status == 404

    district = window().sign_in("qingtang")
    bends.view(district, "抄送")
    bends.choose_row(district, copied)
    expect(district.get_by_role("listitem").filter(has_text="青塘区人民政府").filter(has_text="抄送").first).to_be_visible()
    expect(bends.work(district)).to_have_count(0)
    expect(district.get_by_role("button", name="更多操作")).to_have_count(0)
    street = bends.at_ticket(window(), "qingtang-xinghe", copied)
    bends.sign(street)
    expect(district.get_by_role("article").get_by_text(re.compile("办理中"))).to_be_visible()


def _ruled_before(desk: Desk) -> Claim:
    """The same dispute, ruled on some time ago."""
    claim = desk.dispatched(desk.opened("单元楼道口占道堆物"), STREETS_BUREAU)
    objection = {"reason_code": "other_unit", "reason": "在小区红线以内", "legal_basis": LAW}
    with desk.officer(STREETS_LOGIN) as unit:
        desk.move(unit, claim, "ask_return", objection)
    ruling = {"evidence": FINDING, "note": FINDING, "basis": LAW, "unit_id": desk.unit_id(HOUSING_BUREAU)}
    desk.move(desk.dispatcher, claim, "designate_other", ruling)
    return claim
