"""Fetches the small Chinese Vosk model from its publisher: resumable, checked by its sum, unpacked in one move.

Called by the start and by `hotline asr models --fetch`; without a network it gives up in seconds.
"""

import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import httpx

from asr.models_check import SMALL_CHINESE, ModelUnusable, check_model, sha256_of
from hotline.kernel.errors import Unavailable

TIMEOUT = httpx.Timeout(10.0, connect=3.0)
UNPACKED_MOST_BYTES = 400 * 1024 * 1024


@dataclass(frozen=True)
class Release:
    """A model as its publisher offers it: one archive with one folder of that name."""

    name: str
    url: str
    archive_bytes: int
    sha256: str


SMALL_CHINESE_RELEASE = Release(
    SMALL_CHINESE,
    f"https://alphacephei.com/vosk/models/{SMALL_CHINESE}.zip",
    43_898_754,
    "3af8b0e7e0f835ae9d414ce5df580237a3cfb08d586c9fbbb0f7ff29ad5b14ba",
)

Progress = Callable[[int, int], None]
"""Told the bytes that are here and the bytes there will be."""


class ModelNotFetched(Unavailable):
    """The publisher could not be reached, or sent something else; `details` has the `reason`."""

    code = "speech-model-not-fetched"


def fetch_model(
    models: Path, progress: Progress, client: httpx.Client | None = None, release: Release = SMALL_CHINESE_RELEASE
) -> Path:
    """The model's folder below `models`. What an interrupted fetch left is gone on with.

    Raises ModelNotFetched, or ModelUnusable when the archive is the right one and its content is not.
    """
    models.mkdir(parents=True, exist_ok=True)
    part = models / f"{release.name}.zip.part"
    if not _is_whole(part, release):
        with client or httpx.Client(timeout=TIMEOUT, follow_redirects=True) as opened:
            _download(opened, part, release, progress)
    if sha256_of(part) != release.sha256:
        part.unlink()
        raise ModelNotFetched(reason="wrong-checksum")
    folder = unpack(part, models, release.name)
    part.unlink()
    return folder


def unpack(archive: Path, models: Path, name: str) -> Path:
    """Unpack beside the target and move it there when whole, so that nobody ever finds half a model."""
    target, beside = models / name, models / f".{name}.unpacking"
    shutil.rmtree(beside, ignore_errors=True)
    try:
        with zipfile.ZipFile(archive) as packed:
            _check_members(packed, target)
            packed.extractall(beside)
        check_model(beside / name)
        shutil.rmtree(target, ignore_errors=True)
        (beside / name).rename(target)
    except zipfile.BadZipFile as error:
        raise ModelUnusable(target, "not-an-archive") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return target


def _download(client: httpx.Client, part: Path, release: Release, progress: Progress) -> None:
    here = part.stat().st_size if part.exists() else 0
    try:
        with client.stream("GET", release.url, headers={"Range": f"bytes={here}-"} if here else {}) as answer:
            answer.raise_for_status()
            resumed = answer.status_code == httpx.codes.PARTIAL_CONTENT
            _write(answer, part, here if resumed else 0, release, progress)
    except httpx.HTTPError as error:
        raise ModelNotFetched(str(error), reason=type(error).__name__) from error
    except OSError as error:
        raise ModelNotFetched(str(error), reason="disk") from error


def _write(answer: httpx.Response, part: Path, here: int, release: Release, progress: Progress) -> None:
    with part.open("ab" if here else "wb") as file:
        for chunk in answer.iter_bytes(64 * 1024):
            file.write(chunk)
            here += len(chunk)
            if here > release.archive_bytes:
                break  # something else is being sent; the checksum will say so
            progress(here, release.archive_bytes)


def _is_whole(part: Path, release: Release) -> bool:
    if not part.exists() or part.stat().st_size < release.archive_bytes:
        return False
    if part.stat().st_size > release.archive_bytes:
        part.unlink()
        return False
    return True


def _check_members(packed: zipfile.ZipFile, target: Path) -> None:
    # extractall keeps members inside the target; this also refuses foreign top folders and archives that swell.
    for member in packed.infolist():
        path = PurePosixPath(member.filename)
        if path.is_absolute() or ".." in path.parts or path.parts[0] != target.name:
            raise ModelUnusable(target, "unexpected-member")
    if sum(member.file_size for member in packed.infolist()) > UNPACKED_MOST_BYTES:
        raise ModelUnusable(target, "too-large")
