"""The folder of recordings: new files, audio of a time range, deletion. Rows about them are `asr.recording_rows`'.

Made by `web.recordings` from the settings; used by live sessions, by late hearing and to let a person hear a word again.
"""

import contextlib
import hashlib
import itertools
import logging
import struct
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from asr.engine import SAMPLE_BYTES
from asr.recording import HEADER_BYTES, MAGIC, RATE_AT, SEALED_HEAD, AudioMissing, Recording, Sealed
from hotline.kernel.vault import KeyUnknown, Vault

LOG = logging.getLogger("asr.recordings")
PLAIN, SEALED = ".wav", ".sealed"
PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
"""Voices are personal data: for the gateway's own user alone."""
MARK = ".mark"
"""The file that names its folder."""


@dataclass(frozen=True)
class Recordings:
    """The recordings of one folder; machines that do not share one have one each. With a vault new ones are sealed; older plain
    ones stay readable."""

    folder: Path
    vault: Vault | None = None

    @property
    def mark(self) -> str:
        """What tells this folder from those of other machines, and is in the names of its files. Laid down with the first
        recording; empty before, and where nothing can be laid down."""
        try:
            return (self.folder / MARK).read_text(encoding="ascii")
        except OSError:
            return ""

    def begin(self, stem: str, sample_rate_hz: int) -> Recording:
        """A new recording of that call and party, in a file that no earlier stream of it has, here or in another folder."""
        with contextlib.suppress(OSError):
            self.folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            _lay_down_mark(self.folder)
        ending = ("." + self.mark).rstrip(".") + (SEALED if self.vault else PLAIN)
        return Recording(_reserve(self.folder, stem, ending), sample_rate_hz, self.vault)

    def seconds(self, file: str) -> float:
        """How much audio there is. Raises AudioMissing."""
        with self._opened(file) as (opened, rate):
            sealed = self._sealed(file)
            size = (self.folder / file).stat().st_size
            if sealed is None:
                return max(0, size - HEADER_BYTES) // SAMPLE_BYTES / rate
            last = max(0, (size - SEALED_HEAD.size - 1) // sealed.size(rate))
            return last + len(sealed.read(opened, rate, last)) // SAMPLE_BYTES / rate

    def rate(self, file: str) -> int:
        """Samples a second. Raises AudioMissing."""
        with self._opened(file) as (_, rate):
            return rate

    def read(self, file: str, from_s: float, to_s: float) -> bytes:
        """PCM (16-bit little-endian, mono) of that part; shorter where the audio ends. Raises AudioMissing, KeyUnknown."""
        with self._opened(file) as (opened, rate):
            first, last = max(0, round(from_s * rate)), max(0, round(to_s * rate))
            sealed = self._sealed(file)
            if sealed is None:
                opened.seek(HEADER_BYTES + first * SAMPLE_BYTES)
                found = opened.read(max(0, last - first) * SAMPLE_BYTES)
                return found[: len(found) - len(found) % SAMPLE_BYTES]
            seconds = range(first // rate, -(-last // rate))
            pcm = b"".join(sealed.read(opened, rate, second) for second in seconds)
            begin = (first - seconds.start * rate) * SAMPLE_BYTES
            return pcm[begin : begin + max(0, last - first) * SAMPLE_BYTES]

    def pieces(self, file: str, from_s: float, to_s: float, piece_s: float) -> Iterator[tuple[float, bytes]]:
        """The audio of that part bit by bit, each with its second. Raises AudioMissing, KeyUnknown."""
        for count in itertools.count():
            at_s = from_s + count * piece_s
            pcm = self.read(file, at_s, min(to_s, at_s + piece_s)) if at_s < to_s else b""
            if not pcm:
                return
            yield at_s, pcm

    def is_sealed(self, file: str) -> bool:
        """Whether it is encrypted at rest."""
        return file.endswith(SEALED)

    def delete(self, file: str) -> None:
        """Remove the file; safe to call twice."""
        self._path(file).unlink(missing_ok=True)

    def is_quiet(self, file: str, for_s: float) -> bool:
        """Whether nobody wrote to it for so long; not for a file that is not here."""
        try:
            return self._path(file).stat().st_mtime < time.time() - for_s
        except OSError:
            return False

    def ended_at(self, file: str) -> datetime:
        """When somebody last wrote to it. Raises AudioMissing."""
        try:
            return datetime.fromtimestamp(self._path(file).stat().st_mtime, UTC)
        except OSError as error:
            raise AudioMissing(file) from error

    def is_missing(self, file: str) -> bool:
        """Whether the folder is here and that file is not in it."""
        try:
            self._path(file).stat()
        except FileNotFoundError:
            return self.folder.is_dir()
        except OSError:
            return False
        return False

    def files(self, untouched_s: float) -> list[str]:
        """Names of all recordings that nobody wrote to for so long."""
        if not self.folder.is_dir():
            return []
        found = (entry.name for entry in self.folder.iterdir() if entry.suffix in (PLAIN, SEALED) and entry.is_file())
        return sorted(name for name in found if self.is_quiet(name, untouched_s))

    @contextlib.contextmanager
    def _opened(self, file: str) -> Iterator[tuple[BinaryIO, int]]:
        try:
            with self._path(file).open("rb") as opened:
                yield opened, _rate(opened)
        except OSError as error:
            raise AudioMissing(file) from error

    def _sealed(self, file: str) -> Sealed | None:
        if not self.is_sealed(file):
            return None
        if self.vault is None:
            raise KeyUnknown("sealed, and no key is set", part="recordings")
        return Sealed(self.vault)

    def _path(self, file: str) -> Path:
        return self.folder / Path(file).name


def stream_of(file: str) -> str:
    """The beginning of the names of all utterances that were heard from that recording."""
    return hashlib.blake2s(Path(file).stem.encode(), digest_size=6).hexdigest()


def stream_of_utterance(utterance: str) -> str:
    """The stream that its name begins with."""
    return utterance.partition("-")[0]


def mark_of(file: str) -> str:
    """Of which folder the recording is, by its name; empty for one from before folders had marks."""
    return Path(file).stem.partition(".")[2]


def party_of(file: str) -> tuple[uuid.UUID, str] | None:
    """Call and role by the name of a recording; None for a file that is none of ours."""
    stem = Path(file).stem.partition(".")[0]
    try:
        call_id = uuid.UUID(stem[:36])
    except ValueError:
        return None
    role = stem[36:].strip("-").split("-")[0]
    return call_id, "caller" if not role or role.isdigit() else role


def _rate(opened: BinaryIO) -> int:
    head = opened.read(HEADER_BYTES)
    try:
        rate: int = SEALED_HEAD.unpack_from(head)[1] if head.startswith(MAGIC) else struct.unpack_from("<I", head, RATE_AT)[0]
    except struct.error as error:
        raise AudioMissing("empty recording") from error
    if not rate:
        raise AudioMissing("empty recording")
    return rate


def _reserve(folder: Path, stem: str, ending: str) -> Path:
    """An empty file. Where none can be made, a name that nothing has; writing will fail and say so."""
    for count in itertools.count(1):
        file = folder / (f"{stem}{ending}" if count == 1 else f"{stem}-{count}{ending}")
        try:
            file.touch(mode=PRIVATE_FILE, exist_ok=False)
        except FileExistsError:
            continue
        except OSError:
            LOG.warning("no recording of %s can be made", stem)
            return folder / f"{stem}-{uuid.uuid4().hex[:8]}{ending}"
        return file
    raise AssertionError("counting has no end")


def _lay_down_mark(folder: Path) -> None:
    """Two gateways may begin at once: the first mark stays, and is whole as soon as it is there."""
    if (folder / MARK).exists():
        return
    mark = uuid.uuid4().hex[:8]
    made = folder / f"{MARK}-{mark}"
    try:
        made.write_text(mark, encoding="ascii")
        (folder / MARK).hardlink_to(made)
    finally:
        made.unlink(missing_ok=True)
