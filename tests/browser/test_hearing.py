"""Hearing the caller: danger on the word, a word heard again, lines set right by two at once, names taken, a call split, and
calls that nobody took."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, Request, Response, Route, expect

from tests.browser import untaken
from tests.browser.conftest import OpenWindow, staged
from tests.browser.windows import PATIENCE_MS, PHONE, Window
from tests.e2e.stage import Stage
from web.embedded import PostgresServer

pytestmark = pytest.mark.browser

SCRIPT = (
    (1.0, 5.0, "你好我家在星涛路那边楼下着火了快派人过来看看吧"),
    (11.0, 13.5, "另外望江大道的路灯也不亮已经三天了"),
    (14.0, 16.0, "希望尽快派人来修好"),
    (16.5, 19.5, "还有一个小区门口的垃圾没人清运臭得很"),
    (20.0, 21.5, "我姓张就打这个电话"),
)
MENDED, MENDED_AGAIN, INSISTED = "希望今天派人来修好路灯", "希望今晚派人来修好路灯", "希望明天派人来修好路灯"
MENDED_PATH = re.compile("/transcript/3$")


@pytest.fixture(autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def stage(chromium: str, postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A city of its own, in which every call is this one."""
    with staged(postgres, tmp_path_factory.mktemp("hearing"), "hotline_hearing", SCRIPT) as made:
        yield made


@pytest.fixture
def console(window: OpenWindow) -> Page:
    """An agent's console with the call begun."""
    page = window().sign_in("agent1")
    page.get_by_role("button", name="用本页麦克风模拟来电").click()
    return page


def test_what_a_caller_says_is_seen_heard_set_right_and_split(console: Page, window: OpenWindow) -> None:
    _danger_shows_while_it_is_spoken(console)
    _a_name_is_taken(console)
    expect(console.get_by_text("静默")).to_be_visible()
    _a_word_is_heard(console)
    _a_line_is_set_right(console)
    _two_set_a_line_right_at_once(console, _beside(window, console))
    _the_call_is_split(console)
    _the_summary_is_worded(console)


def _danger_shows_while_it_is_spoken(page: Page) -> None:
    """The banner stands before the sentence is over; its end makes it an alert that waits for a choice."""
    partial = page.get_by_role("log").locator(".partial")
    expect(partial).to_contain_text("着火")
    heard = time.monotonic()
    banner = page.get_by_role("alert").filter(has_text="正在说“着火”")
    expect(banner).to_be_visible()
    print(f"banner {time.monotonic() - heard:.3f} s after the word was on the screen")  # noqa: T201
    expect(page.get_by_role("alert").filter(has_text="出现险情词“着火”")).to_be_visible()
    expect(banner).to_have_count(0)


def _a_name_is_taken(page: Page) -> None:
    line = _line(page, 1)
    expect(line.get_by_role("button", name="听涛路?")).to_be_visible()
    page.keyboard.press("Alt+s")
    expect(line.locator(".words")).to_contain_text("听涛路")
    expect(line.get_by_text("已校正")).to_be_visible()


def _a_word_is_heard(page: Page) -> None:
    line = _line(page, 2)
    with page.expect_response(re.compile("/audio")) as answer:
        line.locator(".word").first.click()
    _check_sound(answer.value)
    line.focus()
    with page.expect_request(re.compile("/audio")) as asked:
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
    assert _from_s(asked.value) > _from_s(answer.value.request)


def _check_sound(answer: Response) -> None:
    assert answer.ok
    assert answer.headers["content-type"] == "audio/wav"


def _from_s(request: Request) -> float:
    found = re.search(r"from_s=([\d.]+)", request.url)
    assert found
    return float(found[1])


def _a_line_is_set_right(page: Page) -> None:
    """With the keyboard alone; Esc leaves, Enter saves, and a reload shows it."""
    line = _line(page, 3)
    line.focus()
    page.keyboard.press("e")
    line.get_by_label("改这一句").fill("不要这样")
    page.keyboard.press("Escape")
    expect(line.locator(".words")).to_contain_text("尽快")
    page.keyboard.press("e")
    line.get_by_label("改这一句").fill(MENDED)
    page.keyboard.press("Enter")
    expect(line.locator(".words")).to_contain_text(MENDED)
    expect(line.get_by_text("已校正")).to_be_visible()
    expect(_line(page, 5)).to_be_visible()


def _beside(window: OpenWindow, console: Page) -> Window:
    """A shift leader's window on the same call."""
    opened = window()
    opened.sign_in("leader1")
    opened.open(f"/console?{console.url.partition('?')[2]}")
    return opened


def _two_set_a_line_right_at_once(agent: Page, leader: Window) -> None:
    """The later one is told, keeps what was typed, and decides; neither has to ask for the other's words."""
    line, held = _line(leader.page, 3), list[Route]()
    expect(line.locator(".words")).to_contain_text(MENDED)
    leader.page.route(MENDED_PATH, lambda route: held.append(route))
    _type_in(line, INSISTED)
    with leader.refused(MENDED_PATH, 409):
        _type_in(_line(agent, 3), MENDED_AGAIN)
        expect(_line(agent, 3).locator(".words")).to_contain_text(MENDED_AGAIN)
        held.pop().continue_()
    expect(line.get_by_role("alert")).to_contain_text(MENDED_AGAIN)
    expect(line.get_by_label("改这一句")).to_have_value(INSISTED)
    leader.page.unroute(MENDED_PATH)
    line.get_by_label("改这一句").press("Enter")
    expect(line.locator(".words")).to_contain_text(INSISTED)
    expect(_line(agent, 3).locator(".words")).to_contain_text(INSISTED)
    expect(_line(agent, 3).get_by_title("已校正")).to_be_visible()


def _type_in(line: Locator, words: str) -> None:
    line.focus()
    line.press("e")
    line.get_by_label("改这一句").fill(words)
    line.get_by_label("改这一句").press("Enter")


def _line(page: Page, seq: int) -> Locator:
    return page.get_by_role("log").locator(f'[data-seq="{seq}"]')


def _the_call_is_split(page: Page) -> None:
    strip = page.get_by_role("region", name="几件事")
    expect(strip).to_contain_text("本次通话似有3件事")
    page.keyboard.press("Alt+m")
    expect(page.get_by_role("tab")).to_have_count(3)
    expect(strip).to_have_count(0)


def _the_summary_is_worded(page: Page) -> None:
    page.keyboard.press("F4")
    summary = page.get_by_role("region", name="通话摘要").get_by_role("textbox")
    expect(summary).not_to_have_value("")
    summary.fill("路灯和垃圾两件事，已登记。")
    with page.expect_response(lambda answer: answer.request.method == "PUT"):
        page.keyboard.press("Control+Enter")
    page.reload()
    expect(summary).to_have_value("路灯和垃圾两件事，已登记。")
    expect(_line(page, 3)).to_contain_text(INSISTED)


def test_floor_sees_danger_grow_on_a_call_that_a_telephone_shows(window: OpenWindow) -> None:
    leader = window()
    leader.sign_in("leader1")
    floor = leader.open("/floor")
    page = window(PHONE).sign_in("agent2")
    page.get_by_role("button", name="用本页麦克风模拟来电").click()

    growing = floor.get_by_role("listitem").filter(has_text="正在说")
    expect(growing).to_contain_text("着火")
    expect(growing).to_contain_text("119")
    expect(growing).to_have_count(0)
    expect(_line(page, 1)).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.keyboard.press("F4")
    expect(page.get_by_text("已挂机")).to_be_visible()


def test_call_nobody_took_is_read_heard_and_taken_down_from_the_floor(stage: Stage, window: OpenWindow) -> None:
    leader = window()
    leader.sign_in("leader1")
    part = leader.open("/floor").get_by_role("region", name="未接起的来电语音")
    expect(part.get_by_text("没有未接起的来电语音")).to_be_visible()
    untaken.lay_down(stage)

    leader.page.reload()
    row = part.get_by_role("listitem")
    expect(row).to_contain_text("0:20")
    expect(row).to_contain_text("你好我家楼下的路灯坏了")
    row.get_by_role("button", name="读和听").click()

    _its_legs_stand_in_one_time(leader.page)
    with leader.page.expect_response(re.compile("/audio")) as answer:
        _line(leader.page, 2).locator(".word").first.click()
    _check_sound(answer.value)
    assert "role=agent" in answer.value.url
    assert _from_s(answer.value.request) < untaken.SAID[1][1]

    leader.page.get_by_role("dialog").get_by_role("button", name="登记", exact=True).click()
    leader.page.wait_for_url(re.compile("/console"))
    expect(leader.page.get_by_label("诉求内容")).to_have_value(re.compile("路灯"))


def _its_legs_stand_in_one_time(page: Page) -> None:
    """Ten seconds later than in its own audio: silence before the agent, overlap with the caller, a stretch without words."""
    expect(page.get_by_role("log").get_by_text("静默7秒")).to_be_visible()
    expect(_line(page, 2).get_by_role("button", name="话务员 0:11")).to_be_visible()
    expect(_line(page, 3).get_by_text("同时说话")).to_be_visible()
    expect(page.get_by_role("log").get_by_text("同时说话")).to_have_count(1)
    expect(page.get_by_role("log").get_by_text("0:15–0:18 此段没有转写出来")).to_be_visible()
