"""What every language model for drafts must do, and what of its answer becomes a field."""

import json
import logging
import threading
import time
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from asr.redaction import hide_numbers
from hotline.intake.drafting.model import DraftModel, complete, load_model_rules, messages, suggestions
from hotline.intake.drafting.values import Evidence, Proposal, Turn
from hotline.kernel import plugins
from hotline.kernel.errors import Invalid

GROUP = "hotline.draft_models"
TURNS = (
    Turn(1, "agent", "您好，请讲，是要退款吗"),
    Turn(2, "caller", "我叫潘宗敏，门口 那家店，老是把垃圾堆在 118号楼道里"),
    Turn(3, "caller", "电话是一三八零零零零五六七八，你们找人来清一下"),
    Turn(4, "caller", "另一个是 199，后面 0000，再 1234"),
)
WISH = {"value": "派人清理垃圾", "quote": "你们找人来清一下"}


class _Server(ThreadingHTTPServer):
    """Answers as it is told: a text as the model's, or a number as status; keeps what it was sent."""

    says: str | int = ""
    waits_s: float = 0
    sent: Mapping[str, Any] = {}
    token = ""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        self.server.sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.token = self.headers["Authorization"]
        time.sleep(self.server.waits_s)
        says = self.server.says
        body = json.dumps({"choices": [{"message": {"content": says}}]}).encode()
        self.send_response(says if isinstance(says, int) else 200 if self.path == "/v1/chat/completions" else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Silent."""

    def handle_one_request(self) -> None:
        """Whoever stopped waiting is gone."""
        try:
            super().handle_one_request()
        except ConnectionError:
            self.close_connection = True


@pytest.fixture
def server() -> Iterator[_Server]:
    running = _Server(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    thread.join()


def opened(server: _Server) -> DraftModel:
    url = f"openai+http://:secret@127.0.0.1:{server.server_port}/v1?model=small&timeout_s=0.3"
    model: DraftModel = plugins.open_url(GROUP, url)
    return model


def filled(server: _Server, fields: object, known: Mapping[str, Proposal] = {}) -> dict[str, Proposal]:
    server.says = fields if isinstance(fields, str | int) else json.dumps(fields)
    return complete(known, suggestions(opened(server).answer(messages(TURNS, hide_numbers))), TURNS)


def test_a_good_answer_becomes_a_field_with_the_callers_words_and_less_sure_than_rules(server: _Server) -> None:
    fields = filled(server, {"wanted": WISH, "persons": {"value": "门口那家店", "quote": "门口那家店"}})

    sure = load_model_rules().confidence
    assert fields["wanted"] == Proposal("派人清理垃圾", sure, (Evidence(3, 15, 23),))
    assert TURNS[1].text[fields["persons"].evidence[0].start : fields["persons"].evidence[0].end] == "门口 那家店"
    assert server.token == "Bearer secret"
    assert server.sent["model"] == "small"


def test_an_answer_within_other_words_is_read(server: _Server) -> None:
    assert set(filled(server, f"好的：```json\n{json.dumps({'wanted': WISH})}\n```")) == {"wanted"}


def test_what_the_rules_found_stands(server: _Server) -> None:
    ours = Proposal("尽快清走", 0.6, (Evidence(3, 15, 23),))

    assert filled(server, {"wanted": WISH}, {"wanted": ours}) == {"wanted": ours}


@pytest.mark.parametrize(
    "fields",
    [
        {"wanted": {"value": "赔偿", "quote": "要求赔偿三千元"}},  # nobody said so
        {"wanted": {"value": "退款", "quote": "是要退款吗"}},  # the agent said so
        {"wanted": {"value": "清理", "quote": "清"}},  # says nothing
        {"wanted": {"value": "清理", "quote": ""}},
        {"wanted": {"value": "清" * 501, "quote": WISH["quote"]}},  # longer than a person may type
        {"wanted": {"value": "", "quote": WISH["quote"]}},
        {"wanted": WISH["quote"]},
        {"address": {"value": "听涛苑3号楼", "quote": "堆在118号楼道里"}},  # not what the quote says
        {"type": {"value": "rant", "quote": WISH["quote"]}},
        {"contact_phone": {"value": "13800005678", "quote": "电话是"}},  # never asked
        {"secret": WISH},
        {"wanted": {"value": "回电138******78", "quote": WISH["quote"]}},
        [],
        "没有 {可填的} 字段",
        "{" * 5000 + "}" * 5000,
        "",
        500,
        302,
    ],
)
def test_what_nobody_said_and_what_is_no_answer_fills_nothing(server: _Server, fields: object) -> None:
    assert filled(server, fields) == {}


def test_a_slow_server_is_left_after_its_time_with_a_line_that_tells_nothing(
    server: _Server, caplog: pytest.LogCaptureFixture
) -> None:
    server.waits_s = 1
    began = time.monotonic()

    with caplog.at_level(logging.WARNING):
        assert filled(server, {"wanted": WISH}) == {}

    assert time.monotonic() - began < 0.9
    assert [record.getMessage() for record in caplog.records] == ["draft model: no answer (ReadTimeout)"]


def test_a_server_that_is_away_and_no_model_say_nothing() -> None:
    for url in ("openai+http://127.0.0.1:9/v1?model=small&timeout_s=0.3", "null:"):
        model: DraftModel = plugins.open_url(GROUP, url)
        assert model.answer(messages(TURNS, hide_numbers)) == ""


def test_the_model_sees_no_number_whole_or_in_pieces_and_no_name_of_the_caller(server: _Server) -> None:
    filled(server, {})

    task, told = (one["content"] for one in server.sent["messages"])
    assert not [piece for piece in ("5678", "五六七八", "138", "一三八", "199", "0000", "1234", "潘宗敏") if piece in told]
    assert "118号楼道" in told
    assert "contact" not in task


def test_a_call_by_mistake_stays_empty_whatever_the_model_says() -> None:
    turns = [Turn(1, "caller", "打错了，不好意思")]

    assert complete({}, suggestions(json.dumps({"type": {"value": "help", "quote": "打错了"}})), turns) == {}


@pytest.mark.parametrize("url", ["openai+http:///v1?model=small", "openai+https://127.0.0.1/v1"])
def test_an_address_without_host_or_model_is_refused(url: str) -> None:
    with pytest.raises(Invalid) as caught:
        plugins.open_url(GROUP, url)

    assert caught.value.details["field"] == "drafting_url"
