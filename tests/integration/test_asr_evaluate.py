"""`hotline asr evaluate`: the first line, tables, one object, and the page with sound."""

import json
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner, Result

from web.cli import hotline

SAID = "河西路停水了"
RATE = 16000


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """Two recordings of a second each, the second a telephone's."""
    tone = (8000 * np.sin(np.arange(RATE) / 5)).astype(np.int16)
    soundfile.write(tmp_path / "a.wav", tone, RATE)
    soundfile.write(tmp_path / "b.wav", tone[::2], RATE // 2, subtype="ULAW")
    manifest = tmp_path / "list.tsv"
    manifest.write_text(f"file\ttranscript\tsource\na.wav\t{SAID}\tours\nb.wav\t{SAID}吗\ttheirs\n", encoding="utf-8")
    return manifest


@pytest.fixture
def engine(tmp_path: Path) -> str:
    script = tmp_path / "script.tsv"
    script.write_text("0.1\t0.7\t和西路停水了\n", encoding="utf-8")
    return f"scripted://{quote(str(script))}"


def asked(manifest: Path, url: str, *options: str) -> Result:
    return CliRunner().invoke(hotline, ["asr", "evaluate", str(manifest), "--url", url, *options], catch_exceptions=False)


def test_first_line_is_the_error_rate_of_the_wide_band(recordings: Path, engine: str) -> None:
    lines = asked(recordings, engine, "--live", "0").stdout.splitlines()

    assert lines[0] == "CER 0.167 (16 kHz, n=1)"
    assert lines[1] == "CER 0.286 (8 kHz, n=1)"


def test_telephone_copy_is_one_band(recordings: Path, engine: str) -> None:
    lines = asked(recordings, engine, "--telephone", "--live", "1").stdout.splitlines()

    assert lines[0] == f"CER {3 / 13:.3f} (telephone 8 kHz, n=2)"
    assert "稳定度" in lines[-1]


def test_object_has_names_before_and_after_correction(recordings: Path, engine: str, tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("河西路\n翠湖花园\n", encoding="utf-8")

    told = json.loads(asked(recordings, engine, "--names", str(names), "--json", "--live", "0").stdout)

    assert told["names"] == {"raw": {"said": 2, "right": 0, "false": 0}, "shown": {"said": 2, "right": 2, "false": 0}}
    assert {one["name"]: one["count"] for one in told["sources"]} == {"ours": 1, "theirs": 1}
    assert told["files"][0]["raw"] == "和西路停水了"


def test_page_shows_the_worst_first_with_their_sound(recordings: Path, engine: str, tmp_path: Path) -> None:
    page = tmp_path / "report.html"

    asked(recordings, engine, "--html", str(page), "--live", "0")

    text = page.read_text(encoding="utf-8")
    assert text.index("b.wav") < text.index("a.wav")
    assert text.count("data:audio/ogg;base64,") == 2
    assert '<span class="replace">河</span>' in text
