"""The scripted engine: words in step with the audio; clear refusal of scripts that are wrong."""

from pathlib import Path

import pytest

from asr.engine import Hypothesis, open_engine
from asr.engines.scripted import Line, ScriptedStream
from hotline.kernel.errors import Invalid

RATE = 8000
SECOND = bytes(2 * RATE)


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_a_partial_grows_with_the_audio_and_the_final_comes_at_its_end() -> None:
    stream = ScriptedStream([Line(1.0, 5.0, "路灯不亮")], RATE)

    heard = [list(stream.feed(SECOND)) for _ in range(5)]

    assert [[found.text for found in step] for step in heard] == [[], ["路"], ["路灯"], ["路灯不"], ["路灯不亮"]]
    assert heard[4] == [Hypothesis("路灯不亮", True, 1.0, 5.0)]


def test_one_long_piece_of_audio_gives_all_finals_it_covers() -> None:
    stream = ScriptedStream([Line(0, 1, "喂"), Line(1, 2, "你好")], RATE)

    assert [found.text for found in stream.feed(SECOND * 3)] == ["喂", "你好"]


def test_finish_gives_what_had_begun_and_not_what_was_never_reached() -> None:
    stream = ScriptedStream([Line(0, 9, "你好"), Line(10, 11, "再见")], RATE)
    stream.feed(SECOND)

    assert [found.text for found in stream.finish()] == ["你好"]
    assert stream.finish() == []


def test_a_latin_word_is_one_step() -> None:
    stream = ScriptedStream([Line(0, 4, "小区 wifi 坏了")], RATE)

    assert [found.text for _ in range(3) for found in stream.feed(SECOND)] == ["小", "小区", "小区 wifi"]


def test_a_folder_gives_its_scripts_in_turn(tmp_path: Path) -> None:
    write(tmp_path, "b.tsv", "0\t1\t二")
    write(tmp_path, "a.tsv", "# first\n0\t1\t一\n")
    engine = open_engine(f"scripted://{tmp_path}")

    texts = [engine.open_stream(RATE).feed(SECOND)[0].text for _ in range(3)]

    assert texts == ["一", "二", "一"]


@pytest.mark.parametrize("line", ["0\t1", "x\t1\t喂", "2\t1\t喂", "-1\t1\t喂", "0\t1\t ", "只有文字"])
def test_a_wrong_line_is_refused_with_its_number(tmp_path: Path, line: str) -> None:
    file = write(tmp_path, "call.tsv", f"0\t1\t好\n{line}\n")

    with pytest.raises(Invalid) as refused:
        open_engine(f"scripted://{file}")

    assert refused.value.details["rule"] == "script-line"
    assert refused.value.details["line"] == 2


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("scripted:", "path-missing"),
        ("scripted:///nowhere.tsv", "path-not-found"),
        ("vosk:", "path-missing"),
        ("nonsense:///x", "unknown-plugin"),
        ("", "unknown-plugin"),
    ],
)
def test_a_wrong_url_is_refused_with_the_rule_it_breaks(url: str, rule: str) -> None:
    with pytest.raises(Invalid) as refused:
        open_engine(url)

    assert refused.value.details["rule"] == rule


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="folder-without-scripts"):
        open_engine(f"scripted://{tmp_path}")


@pytest.mark.parametrize(("query", "rule"), [("beam=many", "not-a-number"), ("beam=0", "not-above-zero")])
def test_a_wrong_option_is_refused(tmp_path: Path, query: str, rule: str) -> None:
    with pytest.raises(Invalid, match=rule):
        open_engine(f"whisper://{tmp_path}?{query}")
