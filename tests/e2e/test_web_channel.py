"""A citizen without a telephone call: asks, submits with a photo, follows by number and code, adds, evaluates."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from hotline.kernel.settings import Settings
from tests.e2e.people import Client, Json, citizen
from tests.e2e.stage import Stage
from tests.e2e.story import PUBLIC_REPLY, SATISFIED, Cast, Story
from tests.e2e.waiting import until
from web import texts

pytestmark = pytest.mark.e2e

SUBMISSION = {
    "text": "望江大道的工地夜间施工，半夜还在打混凝土，请制止夜间施工。",
    "address": "望江大道8号",
    "name": "陈女士",
    "phone": "19900001301",
    "submission_key": "web-channel-story",
}
HUGE_BYTES = 200 * 1024 * 1024


@pytest.fixture
def resident(stage: Stage) -> Iterator[Client]:
    made = citizen(stage)
    yield made
    made.close()


def test_request_from_the_portal_is_followed_to_its_end(stage: Stage, cast: Cast, resident: Client, recording: Path) -> None:
    best = resident.post("/public/answers", {"question": "晚上几点后不能施工"})["answer"]
    assert best["title"] == "夜间噪声时段和各类噪声谁管"

    token = resident.ask("POST", "/public/attachments", files={"file": ("工地.jpg", photo(), "image/jpeg")})["token"]
    submission = {**SUBMISSION, "attachment_tokens": [token]}
    sent = [resident.post("/public/tickets", submission) for _ in range(2)]
    assert len({one["number"] for one in sent}) == 1
    code, path = {"query_code": sent[0]["query_code"]}, f"/public/tickets/{sent[0]['number']}"
    resident.ask("POST", f"{path}/look", {"query_code": "WRONG1"}, status=404)
    assert [file["name"] for file in resident.post(f"{path}/look", code)["attachments"]] == ["工地.jpg"]
    assert resident.post(f"{path}/additions", {**code, "text": "昨晚一点也在施工"})["can_urge"]

    story = Story(stage, cast, SUBMISSION["phone"], recording, number=sent[0]["number"])
    (row,) = [row for row in cast["dispatcher1"].get("/tickets?view=to_dispatch")["items"] if row["number"] == story.number]
    assert row["category"]["name"] == "夜间施工"
    story.ticket_id = row["id"]
    story.dispatch()
    story.handle()

    seen = resident.post(f"{path}/look", code)
    assert (seen["unit"], seen["public_reply"], seen["can_evaluate"]) == (story.unit["name"], PUBLIC_REPLY, True)
    assert resident.post(f"{path}/evaluation", {**code, "answers": SATISFIED})["state"] == "closed"
    resident.ask("POST", f"{path}/evaluation", {**code, "answers": SATISFIED}, status=409)
    until(lambda: number_in_messages(stage, story.number), what="the citizen is told by message")


def test_photo_of_200_megabytes_is_refused_by_the_running_server(stage: Stage, resident: Client) -> None:
    files = {"file": ("big.jpg", io.BufferedReader(Huge()), "image/jpeg")}
    answer = httpx.post(f"{stage.address}/api/v1/public/attachments", files=files, timeout=60)

    assert answer.status_code == 413
    limit = Settings.model_fields["upload_max_bytes"].default // 2**20
    assert answer.json()["error"]["message"] == texts.text("error.too-large", texts.DEFAULT, limit=f"{limit} MB")
    assert resident.get("/public/areas")["items"]


class Huge(io.RawIOBase):
    """200 MB that are made while they are read."""

    _at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + (HUGE_BYTES if whence == io.SEEK_END else 0)
        return self._at

    def readinto(self, buffer: Any) -> int:
        given = min(len(buffer), HUGE_BYTES - self._at)
        buffer[:given] = bytes(given)
        self._at += given
        return given


def photo() -> bytes:
    """A small JPEG."""
    out = io.BytesIO()
    Image.new("RGB", (32, 24), "grey").save(out, "JPEG")
    return out.getvalue()


def number_in_messages(stage: Stage, number: str) -> list[Json]:
    """Messages about the ticket on the demonstration's page."""
    items = httpx.get(f"{stage.address}/api/v1/demo/messages", timeout=20).json()["items"]
    return [item for item in items if number in item["text"]]
