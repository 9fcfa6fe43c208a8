"""Attachments by content hash: size and type checked, pictures given a thumbnail. The folder store of `file:`."""

import hashlib
import io
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol
from urllib.parse import SplitResult

from PIL import Image, ImageOps, UnidentifiedImageError

from hotline.kernel.errors import Invalid, NotFound, TooLarge, Unavailable

SIGNATURES = {
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/webp": (b"RIFF",),
    "application/pdf": (b"%PDF-",),
    "audio/wav": (b"RIFF",),
    "video/mp4": (b"\x00\x00\x00",),
}
THUMBNAIL_PX = 480
THUMBNAIL_SOURCE_PIXELS = 64_000_000
"""A picture is opened in memory, four bytes a pixel; a small file may claim to be a huge one."""
CHUNK = 1 << 16


@dataclass(frozen=True)
class StoredFile:
    """What is kept: `sha256` names it for ever."""

    sha256: str
    content_type: str
    size_bytes: int


class Files(Protocol):
    """A store of files."""

    def put(self, stream: IO[bytes], *, content_type: str, limit_bytes: int) -> StoredFile:
        """Keep the bytes. Raises TooLarge over the limit, Invalid for a type we refuse or that the bytes contradict."""

    def open(self, sha256: str) -> IO[bytes]:
        """The bytes. Raises NotFound."""

    def thumbnail(self, sha256: str) -> bytes:
        """A small JPEG of a picture. Raises NotFound."""


class Folder:
    """Files in a folder, two levels of hash prefixes deep; a half-written file never gets a name."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, stream: IO[bytes], *, content_type: str, limit_bytes: int) -> StoredFile:
        try:
            return self._put(stream, content_type, limit_bytes)
        except OSError as error:
            raise Unavailable(f"files: {error.strerror}", part="files") from error

    def open(self, sha256: str) -> IO[bytes]:
        try:
            return self._path(sha256).open("rb")
        except FileNotFoundError as error:
            raise NotFound(sha256) from error

    def thumbnail(self, sha256: str) -> bytes:
        with self.open(sha256) as source:
            return _thumbnail(source.read())

    def _put(self, stream: IO[bytes], content_type: str, limit_bytes: int) -> StoredFile:
        self._root.mkdir(parents=True, exist_ok=True)
        digest, size, head = hashlib.sha256(), 0, b""
        with tempfile.NamedTemporaryFile(dir=self._root, delete=False) as target:
            try:
                while chunk := stream.read(CHUNK):
                    size += len(chunk)
                    if size > limit_bytes:
                        raise TooLarge("attachment", field="file", limit_bytes=limit_bytes)
                    head = head or chunk
                    digest.update(chunk)
                    target.write(chunk)
                _check_type(head, content_type)
                path = self._path(digest.hexdigest())
                path.parent.mkdir(parents=True, exist_ok=True)
                target.close()
                os.replace(target.name, path)
            except BaseException:
                Path(target.name).unlink(missing_ok=True)
                raise
        return StoredFile(digest.hexdigest(), content_type, size)

    def _path(self, sha256: str) -> Path:
        if len(sha256) != 64 or not all(letter in "0123456789abcdef" for letter in sha256):
            raise NotFound(sha256)
        return self._root / sha256[:2] / sha256[2:4] / sha256


def open_folder(url: SplitResult, *, data_dir: Path) -> Folder:
    """`file:` is the folder `files` of the data folder, `file:///srv/files` names another."""
    return Folder(Path(url.path) if url.path else data_dir / "files")


def _check_type(head: bytes, content_type: str) -> None:
    starts = SIGNATURES.get(content_type)
    if starts is None:
        raise Invalid("file", "content-type", given=content_type, allowed=sorted(SIGNATURES))
    if not head.startswith(starts):
        raise Invalid("file", "content-does-not-match-type", given=content_type)


def _thumbnail(data: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > THUMBNAIL_SOURCE_PIXELS:
                raise NotFound("too many pixels")
            small = ImageOps.exif_transpose(picture).convert("RGB")
            small.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
            out = io.BytesIO()
            small.save(out, "JPEG", quality=80)
            return out.getvalue()
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise NotFound("no picture") from error
