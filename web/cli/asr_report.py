"""The page of `hotline asr evaluate --html`: the worst recordings, what was said beside what was heard, and their sound."""

import base64
import io
from collections.abc import Iterator, Sequence

import numpy as np
import soundfile
from jinja2 import Environment, PackageLoader
from rapidfuzz.distance import Levenshtein

from asr import audio
from asr.evaluation import Outcome, total
from asr.text import fold
from web import texts

WORST = 40
Piece = tuple[str, str]
"""A kind (equal, replace, delete, insert) and the characters."""


def html(outcomes: Sequence[Outcome], band: str) -> str:
    """The page as one file: sounds are in it."""
    worst = sorted(outcomes, key=lambda one: -one.edits.rate)[:WORST]
    page = Environment(loader=PackageLoader("web"), autoescape=True).get_template("asr_report.html")
    return page.render(
        words=_words(),
        rate=f"{total(outcomes).rate:.3f}",
        count=len(outcomes),
        band=band,
        rows=[_row(one) for one in worst],
    )


def pieces(truth: str, heard: str) -> tuple[list[Piece], list[Piece]]:
    """Both sides folded and cut where they differ: what of the truth was lost, what of the hearing is wrong."""
    wanted, got = fold(truth), fold(heard)
    cuts = Levenshtein.opcodes(wanted, got)
    mine = [(cut.tag, wanted[cut.src_start : cut.src_end]) for cut in cuts if cut.src_end > cut.src_start]
    theirs = [(cut.tag, got[cut.dest_start : cut.dest_end]) for cut in cuts if cut.dest_end > cut.dest_start]
    return mine, theirs


def _words() -> dict[str, str]:
    return {
        "title": texts.text("asr.report.title"),
        "worst": texts.text("asr.report.worst"),
        "truth": texts.text("asr.report.truth"),
        "heard": texts.text("asr.report.heard"),
        "shown": texts.text("asr.report.shown"),
        "rate": texts.text("asr.report.rate"),
        "sound": texts.text("asr.report.sound"),
    }


def _row(one: Outcome) -> dict[str, object]:
    truth, heard = pieces(one.sample.transcript, one.raw)
    named = {"file": one.sample.file.name, "source": one.sample.source, "rate": f"{one.edits.rate:.2f}"}
    return {**named, "truth": truth, "heard": heard, "shown": one.shown, "sound": "".join(_sound(one))}


def _sound(one: Outcome) -> Iterator[str]:
    rate = min(one.sample.rate, 16000)
    channels = [np.frombuffer(pcm, "<i2") for pcm in audio.read_channels(one.sample.file, rate)]
    out = io.BytesIO()
    soundfile.write(out, np.stack(channels, axis=1), rate, format="OGG", subtype="VORBIS")
    yield "data:audio/ogg;base64,"
    yield base64.b64encode(out.getvalue()).decode()
