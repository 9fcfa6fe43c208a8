"""A call of which a party is not heard as it speaks: its console says so and why, whenever and however wide it is opened."""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, Page, expect

from asr.gateways.client import AudioSocketCaller
from asr.gateways.legs import leg_id
from asr.session import AGENT
from tests.browser.conftest import OpenWindow
from tests.browser.windows import PATIENCE_MS, PHONE
from tests.e2e.stage import Stage
from tests.e2e.story import offering

pytestmark = pytest.mark.browser

RATE_HZ, LONGEST_S = 8000, 120
NO_MODEL = "没有可用的语音识别模型：通话照常录音，没有转写也能正常接听和建单，请手工填写。"
SAID = "吵得孩子睡不着觉"


@pytest.fixture(autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


def test_console_says_why_a_party_is_not_heard_until_its_words_came(stage: Stage, window: OpenWindow) -> None:
    opened, call_id = window(), uuid.uuid4()
    page = opened.sign_in("agent3")
    with stage.gateway("vosk:///no/model") as without_model, speaking(without_model, call_id):
        _answered(stage, page, call_id)
        expect(_banner(page)).to_have_text(NO_MODEL)

        with speaking(stage.audio_port, leg_id(call_id, AGENT)):
            expect(page.get_by_role("log").locator(".agent").filter(has_text=SAID).first).to_be_visible()
            expect(_banner(page)).to_have_text(f"来电人：{NO_MODEL}")

            page.reload()
            phone = opened.beside(PHONE).open(f"/console?{page.url.partition('?')[2]}")
            for one in (page, phone):
                expect(_banner(one)).to_have_text(f"来电人：{NO_MODEL}")
            assert phone.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

    expect(page.get_by_role("log").locator(".caller").filter(has_text=SAID)).to_be_visible()
    expect(_banner(page)).to_have_count(0)
    page.keyboard.press("F4")
    expect(page.get_by_text("已挂机")).to_be_visible()


def _answered(stage: Stage, page: Page, call_id: uuid.UUID) -> None:
    with offering(stage) as line:
        line.post("/calls/offer", {"call_id": str(call_id), "number": "19900000555", "origin": "sim"})
    expect(page.get_by_text("19900000555")).to_be_visible()
    page.keyboard.press("F2")
    expect(page.get_by_role("button", name="挂机")).to_be_visible()


def _banner(page: Page) -> Locator:
    return page.get_by_role("region", name="实时转写").get_by_role("status")


@contextmanager
def speaking(port: int, leg: uuid.UUID) -> Iterator[None]:
    """That leg's audio comes to the gateway while inside."""
    line, over = AudioSocketCaller("127.0.0.1", port, leg, RATE_HZ), threading.Event()

    def play() -> None:
        next((at for at in line.play(bytes(2 * RATE_HZ * LONGEST_S)) if over.is_set()), None)

    thread = threading.Thread(target=play)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        line.hang_up()
