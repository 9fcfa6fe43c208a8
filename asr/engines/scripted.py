"""An engine that speaks from a script as the audio passes, whatever the audio says: for tests, load and screens.

`scripted:///call.tsv` gives every stream that script; `scripted:///folder` gives the n-th stream the n-th `*.tsv` by
name, then starts over. A line is `start_s<TAB>end_s<TAB>text`; `#` begins a comment.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult

from asr.engine import Hypothesis, seconds
from asr.engines import options
from hotline.kernel.errors import Invalid

# A Latin word or number with what follows it, or any single character: the steps in which a partial grows.
STEPS = re.compile(r"[0-9A-Za-z]+\s*|.\s*", re.DOTALL)


@dataclass(frozen=True)
class Line:
    """One utterance of a script; seconds from the stream's start."""

    start_s: float
    end_s: float
    text: str


def open_engine(url: SplitResult) -> "ScriptedEngine":
    """`scripted:///file.tsv` or `scripted:///folder`"""
    place = options.path(url)
    files = sorted(place.glob("*.tsv")) if place.is_dir() else [place]
    if not files:
        raise Invalid("asr_url", "folder-without-scripts", path=str(place))
    return ScriptedEngine([read_script(file) for file in files])


def read_script(file: Path) -> tuple[Line, ...]:
    """The lines of a script, ascending. Raises Invalid with the number of the line that is wrong."""
    lines = []
    for number, raw in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if raw.strip() and not raw.startswith("#"):
            lines.append(_parse(raw, file, number))
    return tuple(sorted(lines, key=lambda line: line.start_s))


class ScriptedEngine:
    """Hands the scripts out in turn; two threads never get a half-advanced turn, as `next` on a cycle is atomic."""

    name = "scripted"

    def __init__(self, scripts: Sequence[tuple[Line, ...]]) -> None:
        self._turns: Iterator[tuple[Line, ...]] = itertools.cycle(scripts)

    def open_stream(self, sample_rate_hz: int) -> "ScriptedStream":
        return ScriptedStream(next(self._turns), sample_rate_hz)

    def close(self) -> None:
        return


class ScriptedStream:
    """Partials grow in step with the audio; the final comes when its end has passed."""

    def __init__(self, script: Sequence[Line], sample_rate_hz: int) -> None:
        self._left = list(script)
        self._rate = sample_rate_hz
        self._passed_s = 0.0
        self._shown = ""

    def feed(self, pcm: bytes) -> Sequence[Hypothesis]:
        self._passed_s += seconds(pcm, self._rate)
        heard = []
        while self._left and self._left[0].end_s <= self._passed_s:
            heard.append(self._final(self._left.pop(0)))
        if self._left and self._left[0].start_s < self._passed_s:
            heard.extend(self._partial(self._left[0]))
        return heard

    def finish(self) -> Sequence[Hypothesis]:
        begun = [line for line in self._left if line.start_s < self._passed_s]
        self._left = []
        return [self._final(line) for line in begun]

    def close(self) -> None:
        self._left = []

    def _final(self, line: Line) -> Hypothesis:
        self._shown = ""
        return Hypothesis(line.text, True, line.start_s, line.end_s)

    def _partial(self, line: Line) -> Iterator[Hypothesis]:
        steps = STEPS.findall(line.text)
        share = (self._passed_s - line.start_s) / (line.end_s - line.start_s)
        text = "".join(steps[: int(len(steps) * share)]).rstrip()
        if text and text != self._shown:
            self._shown = text
            yield Hypothesis(text, False, line.start_s, self._passed_s)


def _parse(raw: str, file: Path, number: int) -> Line:
    try:
        start, end, text = raw.split("\t", 2)
        line = Line(float(start), float(end), text.strip())
    except ValueError as error:
        raise Invalid("asr_url", "script-line", path=str(file), line=number) from error
    if not 0 <= line.start_s < line.end_s or not line.text:
        raise Invalid("asr_url", "script-line", path=str(file), line=number)
    return line
