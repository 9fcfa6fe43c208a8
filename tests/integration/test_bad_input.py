"""What is wrong is refused with code, field, rule and a sentence in the reader's language, and nothing is lost or harmed."""

import gc
import io
import json
from typing import Any

import pytest

from tests.integration.people import BEYOND, TICKET, Person, SignIn
from web.bootstrap import Container

SUBMISSION = {"text": "听涛路的路灯三天没有亮了", "phone": "19900000456", "submission_key": "bad-input-1"}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
PHOTO_BYTES = 200 * 1024 * 1024
WRONG_CODES_IN_ALL = 50
WRONG_CODES = 5

TEXTS = [
    # text, rule, what the sentence says in Chinese, in English
    ("", "required", "请填写诉求内容", "Please fill in"),
    ("   \n\t", "required", "请填写诉求内容", "Please fill in"),
    ("灯", "too-short", "至少需要5个字，现在是1个", "at least 5 characters"),
    ("灯" * 100_000, "too-long", "最多10000个字，现在是100000个", "at most 10000 characters"),
]


@pytest.mark.parametrize(("text", "rule", "chinese", "english"), TEXTS)
def test_wrong_text_is_named_with_its_rule_in_both_languages(
    citizen: Person, text: str, rule: str, chinese: str, english: str
) -> None:
    for query, words in (("", chinese), ("?lang=en", english)):
        error = citizen.refused(422, "POST", f"/public/tickets{query}", json={**SUBMISSION, "text": text})
        assert (error["code"], error["details"]["field"], error["details"]["rule"]) == ("invalid", "text", rule)
        assert words in error["message"]


def test_officer_reads_the_rule_in_their_language(sign_in: SignIn) -> None:
    error = sign_in("agent", locale="en").refused(422, "POST", "/tickets", json={**TICKET, "title": "长" * 61})

    assert error["message"] == "Title: at most 60 characters; there are 61."


@pytest.mark.parametrize("phone", ["", "12", "电话", "1" * 500])
def test_wrong_phone_is_named(citizen: Person, phone: str) -> None:
    error = citizen.refused(422, "POST", "/public/tickets", json={**SUBMISSION, "phone": phone})

    assert error["details"]["field"] == "phone"


class Photo(io.RawIOBase):
    """A multipart body of 200 MB that is made while it is read; `given` counts the bytes that were asked for."""

    HEAD = b'--b\r\nContent-Disposition: form-data; name="file"; filename="big.png"\r\nContent-Type: image/png\r\n\r\n'

    def __init__(self) -> None:
        self.given, self._at = 0, 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + (PHOTO_BYTES if whence == io.SEEK_END else 0)
        return self._at

    def readinto(self, buffer: Any) -> int:
        chunk = self.HEAD + PNG if self._at == 0 else bytes(len(buffer))
        size = min(len(buffer), len(chunk), PHOTO_BYTES - self._at)
        buffer[:size] = chunk[:size]
        self._at += size
        self.given += size
        return size


CHUNKED = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # werkzeug leaves the cut file to the collector
@pytest.mark.parametrize("told", [{}, CHUNKED], ids=["length-told", "chunked"])
def test_photo_of_200_megabytes_is_refused_before_it_is_read_whole(
    citizen: Person, parts: Container, told: dict[str, Any]
) -> None:
    limit, photo = parts.settings.upload_max_bytes, Photo()

    sent = {"input_stream": photo, "content_type": "multipart/form-data; boundary=b", "environ_overrides": told}
    error = citizen.refused(413, "POST", "/public/attachments", **sent)

    assert (error["code"], error["details"]["field"]) == ("too-large", "file")
    assert error["details"]["limit_bytes"] == limit
    assert "20" in error["message"]
    gc.collect()
    assert photo.given < 2 * limit
    assert not list((parts.settings.data_dir / "files").rglob("*.*"))


FILES = [
    # bytes, name, type, rule
    (b"<script>", "a.html", "text/html", "content-type"),
    (b"MZ" + bytes(64), "a.png", "image/png", "content-does-not-match-type"),
    (b"", "a.png", "image/png", "content-does-not-match-type"),
    (PNG, "a.jpg", "image/jpeg", "content-does-not-match-type"),
]


@pytest.mark.parametrize(("data", "name", "content_type", "rule"), FILES)
def test_file_whose_type_or_bytes_are_wrong_is_refused(
    citizen: Person, data: bytes, name: str, content_type: str, rule: str
) -> None:
    for query in ("", "?lang=en"):
        sent = {"file": (io.BytesIO(data), name, content_type)}
        error = citizen.refused(422, "POST", f"/public/attachments{query}", data=sent)
        assert (error["details"]["field"], error["details"]["rule"]) == ("file", rule)
        assert error["message"].isascii() == bool(query), error["message"]


def test_missing_file_is_named(citizen: Person) -> None:
    assert citizen.refused(422, "POST", "/public/attachments")["details"]["field"] == "file"


def test_wrong_query_code_many_times_is_too_many(citizen: Person) -> None:
    made = [citizen.done("POST", "/public/tickets", json={**SUBMISSION, "submission_key": f"code-{n:04}"}) for n in (1, 2)]
    look = [(f"/public/tickets/{one['number']}/look", {"query_code": one["query_code"]}) for one in made]
    (path, right), (other_path, other_right) = look

    for _ in range(WRONG_CODES):
        assert citizen.refused(404, "POST", path, json={"query_code": "WRONG1"})["code"] == "not-found"

    error = citizen.refused(429, "POST", path, json=right)
    assert error["code"] == "too-many"
    assert citizen.done("POST", other_path, json=other_right)["number"] == made[1]["number"]


def test_wrong_query_codes_of_all_views_count_together(citizen: Person) -> None:
    made = citizen.done("POST", "/public/tickets", json=SUBMISSION)

    for view in ("look", "urges", "additions", "look", "urges"):
        citizen.refused(404, "POST", f"/public/tickets/{made['number']}/{view}", json={"query_code": "WRONG1"})

    citizen.refused(429, "POST", f"/public/tickets/{made['number']}/additions", json={"query_code": "WRONG1"})


def test_one_address_may_not_try_a_few_codes_on_each_of_many_tickets(citizen: Person) -> None:
    for number in range(WRONG_CODES_IN_ALL):
        citizen.refused(404, "POST", f"/public/tickets/26112200{number:05}/look", json={"query_code": "WRONG1"})

    citizen.refused(429, "POST", "/public/tickets/2611229999999/look", json={"query_code": "WRONG1"})


def test_number_that_does_not_exist_says_the_same_as_a_wrong_code(citizen: Person) -> None:
    made = citizen.done("POST", "/public/tickets", json=SUBMISSION)

    wrong = citizen.refused(404, "POST", f"/public/tickets/{made['number']}/look", json={"query_code": "WRONG1"})
    unknown = citizen.refused(404, "POST", "/public/tickets/2000010100001/look", json={"query_code": "WRONG1"})

    assert {**wrong, "request_id": ""} == {**unknown, "request_id": ""}


BODIES = [
    (b"{", "application/json"),
    (b"", "application/json"),
    (b"\xff\xfe", "application/json"),
    (b"[" * 50_000, "application/json"),
    (json.dumps(TICKET).encode(), "text/plain"),
    (b"title=1", "application/x-www-form-urlencoded"),
]


@pytest.mark.parametrize(("data", "content_type"), BODIES)
def test_body_that_is_no_json_is_refused(sign_in: SignIn, data: bytes, content_type: str) -> None:
    error = sign_in("agent").refused(422, "POST", "/tickets", data=data, content_type=content_type)

    assert (error["details"]["field"], error["details"]["rule"]) == ("body", "not-json")


SHAPES: list[tuple[Any, str]] = [
    # what is sent, the field at fault
    ([], "body"),
    (None, "body"),
    ("text", "body"),
    ({**TICKET, "state": "closed"}, "state"),
    ({**TICKET, "title": ["x"]}, "title"),
    ({**TICKET, "title": None}, "title"),
    ({key: value for key, value in TICKET.items() if key != "body"}, "body"),
    ({**TICKET, "type": "gossip"}, "type"),
    ({**TICKET, "urgency": "now"}, "urgency"),
    ({**TICKET, "category_code": "9" * 40}, "category_code"),
    ({**TICKET, "area_code": "nowhere"}, "area_code"),
    ({**TICKET, "attachment_tokens": ["none"]}, "attachment_tokens"),
]


@pytest.mark.parametrize(("sent", "field"), SHAPES)
def test_body_of_a_wrong_shape_names_the_field(sign_in: SignIn, sent: Any, field: str) -> None:
    agent = sign_in("agent", locale="en")

    error = agent.refused(422, "POST", "/tickets", json=sent)

    assert error["details"]["field"] == field
    assert error["details"]["rule"]
    assert error["message"].isascii(), error["message"]
    assert agent.done("GET", "/tickets")["items"] == []


def test_control_characters_are_dropped_from_a_text(citizen: Person, sign_in: SignIn) -> None:
    citizen.done("POST", "/public/tickets", json={**SUBMISSION, "text": "路灯\x00不亮了\x1b[31m快修"})

    (row,) = sign_in("agent").done("GET", "/tickets")["items"]

    assert sign_in("dispatcher").done("GET", f"/tickets/{row['id']}")["body"] == "路灯不亮了[31m快修"


BEYOND_ROUTES = [
    ("GET", f"/tickets/{BEYOND}", None),
    ("GET", f"/drafts/{BEYOND}", None),
    ("GET", f"/contacts/{BEYOND}", None),
    ("GET", f"/units?id={BEYOND}", None),
    ("GET", f"/knowledge/articles/{BEYOND}", None),
    ("POST", f"/tickets/{BEYOND}/actions/dispatch", {"version": 1}),
    ("POST", f"/assignments/{BEYOND}/actions/sign", {"version": 1}),
    ("POST", f"/alerts/{BEYOND}/choice", {"choice": "transfer"}),
    ("POST", f"/transfers/{BEYOND}/voice", {"state": "no_answer"}),
    ("POST", "/transfers", {"partner": "110", "reason": "着火", "contact_id": BEYOND}),
]


@pytest.mark.parametrize(("method", "path", "sent"), BEYOND_ROUTES)
def test_id_beyond_the_database_is_not_found(sign_in: SignIn, method: str, path: str, sent: Any) -> None:
    sign_in("shift_leader").refused(404, method, path, json=sent)


def test_body_of_megabytes_is_too_large(citizen: Person) -> None:
    error = citizen.refused(413, "POST", "/public/tickets", json={**SUBMISSION, "text": "灯" * 1_000_000})

    assert error["message"] == "内容太多，请缩短后再提交。"
