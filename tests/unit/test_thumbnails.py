"""Small pictures of what citizens send, whatever they send."""

import io
from pathlib import Path

import pytest
from PIL import Image

from hotline.kernel.errors import NotFound
from hotline.kernel.files import Folder


def png(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("1", (width, height)).save(out, "PNG")
    return out.getvalue()


def thumbnail(folder: Path, data: bytes) -> bytes:
    files = Folder(folder)
    return files.thumbnail(files.put(io.BytesIO(data), content_type="image/png", limit_bytes=2**24).sha256)


def test_picture_gets_a_small_jpeg(tmp_path: Path) -> None:
    with Image.open(io.BytesIO(thumbnail(tmp_path, png(2000, 1000)))) as small:
        assert (small.format, small.size) == ("JPEG", (480, 240))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(png(9000, 9000), id="a small file that claims to be huge"),
        pytest.param(png(200, 100)[:60], id="cut"),
        pytest.param(png(200, 100)[:40] + b"\xff" * 200, id="garbage"),
        pytest.param(b"\x89PNG\r\n\x1a\n", id="only the beginning"),
    ],
)
def test_picture_that_cannot_be_shown_is_not_found(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(NotFound):
        thumbnail(tmp_path, data)
