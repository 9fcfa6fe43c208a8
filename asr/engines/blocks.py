"""Audio in blocks of one length, whatever lengths it comes in: an engine that looks for end points after each block then
finds the same ones for every sender.   Pure. Used by the streaming engines."""

from collections.abc import Iterator

from asr.engine import SAMPLE_BYTES, whole_samples


class Blocks:
    """Keeps what does not fill a block until more comes."""

    def __init__(self, sample_rate_hz: int, block_s: float) -> None:
        self._bytes = round(sample_rate_hz * block_s) * SAMPLE_BYTES
        self._kept = b""

    def cut(self, pcm: bytes) -> Iterator[bytes]:
        """The whole blocks there are now. An odd last byte is dropped."""
        self._kept += whole_samples(pcm)
        while len(self._kept) >= self._bytes:
            block, self._kept = self._kept[: self._bytes], self._kept[self._bytes :]
            yield block

    def rest(self) -> bytes:
        """What has not filled a block; it is given once."""
        kept, self._kept = self._kept, b""
        return kept
