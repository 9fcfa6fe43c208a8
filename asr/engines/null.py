"""The engine that hears nothing, for those who want recordings without words; nothing is heard later, either."""

from collections.abc import Sequence
from urllib.parse import SplitResult

from asr.engine import Hypothesis


def open_engine(url: SplitResult) -> "NullEngine":
    """`null:`"""
    return NullEngine()


class NullEngine:
    """Serves any number of streams."""

    name = "null"

    def open_stream(self, sample_rate_hz: int) -> "NullStream":
        return NullStream()

    def close(self) -> None:
        return


class NullStream:
    """Takes audio and never says a word."""

    def feed(self, pcm: bytes) -> Sequence[Hypothesis]:
        return ()

    def finish(self) -> Sequence[Hypothesis]:
        return ()

    def close(self) -> None:
        return
