"""Speech of calls over HTTP: times of words, correction, audio, calls nobody took, and who may."""

import io
import uuid
import wave
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from apiflask import APIFlask
from flask import g
from flask.testing import FlaskClient

from asr import recording_rows, transcripts
from asr.engine import HeardWord, Hypothesis
from asr.recordings import stream_of
from asr.session import Ending, Kept, Party, Trouble
from asr.shown import Shown
from asr.wording.changes import Change
from asr.wording.lexicon import Suggestion
from hotline.intake import calls as intake_calls
from hotline.kernel.db import Database
from hotline.kernel.scope import NOBODY, Scope
from hotline.people import access_log
from tests import factories
from web import auth, errors
from web.api import calls, hearing
from web.recordings import recordings_of

TOKEN = "exchange-token"
RATE_HZ = 8000
BEGUN_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RAW = "我 住 望江 大道 二十六 号"
TEXT = "我住望江大道26号。"
WORDS = (
    HeardWord("我", 1.0, 1.2), HeardWord("住", 1.2, 1.4), HeardWord("望江", 1.5, 1.9),
    HeardWord("大道", 1.9, 2.3), HeardWord("二十六", 2.4, 2.9), HeardWord("号", 2.9, 3.0),
)  # fmt: skip


class Listeners:
    """Requests as somebody, and a recording of six seconds with words in it."""

    def __init__(self, client: FlaskClient, database: Database, holder: dict[str, Scope], settings: Any) -> None:
        self.client, self.database, self._holder, self.settings = client, database, holder, settings

    def as_(self, scope: Scope) -> "Listeners":
        self._holder["scope"] = scope
        return self

    def ask(self, method: str, path: str, *, status: int = 200, **sent: Any) -> Any:
        answer = self.client.open(f"/api/v1{path}", method=method, **sent)
        assert answer.status_code == status, answer.text
        return answer.json if answer.mimetype == "application/json" else answer.data

    def officer(self, login: str, role: str) -> Scope:
        with self.database.work() as uow:
            made = factories.officer(uow.session, login, roles=(role,))
            return Scope(made.id, frozenset({role}), sees_all_units=True, sees_contact_data=True)

    def heard(self, call_id: uuid.UUID, shown: Shown | None = None, *, role: str = "caller", after_s: float = 0.0) -> None:
        """Record six seconds of a party, with one utterance in them and a stretch not heard."""
        recording = recordings_of(self.settings).begin(f"{call_id}-{role}", RATE_HZ)
        recording.write(b"".join(bytes([second, 0]) * RATE_HZ for second in range(1, 7)))
        recording.close()
        kept = Kept(Party(call_id, role), recording.file.name, "audiosocket", RATE_HZ, is_sealed=False, engine="vosk")
        text = shown or Shown(TEXT, _changes(), (Suggestion(2, 6, "望江大街", 0.8),))
        with self.database.work() as uow:
            recording_rows.begin(uow, kept).started_at = BEGUN_AT + timedelta(seconds=after_s)
            found = Hypothesis(RAW, is_final=True, start_s=1.0, end_s=3.0, words=WORDS)
            utterance = f"{stream_of(kept.file)}-1"
            transcripts.note_segment(uow, call_id, found, role=role, utterance=utterance, shown=text, engine="vosk")
            recording_rows.close(uow, kept, Ending("hang-up", 6.0, ((4.0, 5.5),), is_recorded=True))


def _changes() -> tuple[Change, ...]:
    joined = [Change("join", at, at + 1, " ", "") for at in (1, 2, 4, 6, 9)]
    return (*joined, Change("numbers", 6, 9, "二十六", "26"), Change("punctuation", 9, 9, "", "。"))


@pytest.fixture
def listeners(database: Database, tmp_path: Path) -> Iterator[Listeners]:
    holder = {"scope": NOBODY}
    app = APIFlask(__name__)
    app.config.update(SECRET_KEY="test", WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_ENABLED=False)
    key = SimpleNamespace(get_secret_value=lambda: "")
    settings = SimpleNamespace(audiosocket_port=9092, data_dir=tmp_path, recordings_key=key)
    app.extensions["hotline"] = SimpleNamespace(database=database, settings=settings, integrator_token=TOKEN)
    auth.csrf.init_app(app)
    app.config["WTF_CSRF_METHODS"] = ()
    app.before_request(lambda: setattr(g, "scope", holder["scope"]))
    app.before_request(auth.guard)
    errors.register(app)
    for blueprint in (calls.api, hearing.api):
        app.register_blueprint(blueprint)
    with app.test_client() as client:
        yield Listeners(client, database, holder, settings)


@pytest.fixture
def agent(listeners: Listeners) -> Scope:
    return listeners.officer("li", "agent")


@pytest.fixture
def call_id(listeners: Listeners, agent: Scope) -> uuid.UUID:
    with listeners.database.work() as uow:
        call = intake_calls.offer(uow, number="19900000123")
        intake_calls.answer(uow, agent, call.id)
        found = call.id
    listeners.heard(found)
    listeners.as_(agent)
    return found


def test_transcript_tells_when_each_word_was_said_and_what_is_still_to_be_heard(
    listeners: Listeners, call_id: uuid.UUID
) -> None:
    found = listeners.ask("GET", f"/calls/{call_id}/transcript")

    (segment,) = found["segments"]
    assert (segment["text"], segment["raw"], segment["revision"]) == (TEXT, RAW, 0)
    assert {TEXT[said["start"] : said["end"]]: said["from_s"] for said in segment["times"]} == {
        "我": 1.0, "住": 1.2, "望江": 1.5, "大道": 1.9, "26": 2.4, "号。": 2.9,
    }  # fmt: skip
    assert segment["suggestions"] == [{"start": 2, "end": 6, "name": "望江大街", "likeness": 0.8}]
    stream = segment["utterance"].partition("-")[0]
    assert found["gaps"] == [{"stream": stream, "role": "caller", "from_s": 4.0, "to_s": 5.5, "state": "waiting"}]


def test_transcript_tells_when_each_leg_began(listeners: Listeners, call_id: uuid.UUID) -> None:
    listeners.heard(call_id, role="agent", after_s=7.5)

    found = listeners.ask("GET", f"/calls/{call_id}/transcript")

    offsets = {leg["stream"]: leg["offset_s"] for leg in found["legs"]}
    assert [(said["role"], offsets[said["utterance"].partition("-")[0]]) for said in found["segments"]] == [
        ("caller", 0.0), ("agent", 7.5),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("troubles", "told"),
    [
        ([], ""),
        ([Trouble.NO_ENGINE], "no-engine"),
        ([Trouble.NO_ROOM], "no-room"),
        ([Trouble.NO_ROOM, Trouble.BEHIND], "behind"),
        ([Trouble.NOT_RECORDED, Trouble.ENGINE_FAILED], "not-recorded"),
    ],
)
def test_transcript_tells_why_a_leg_that_speaks_is_not_heard(
    listeners: Listeners, call_id: uuid.UUID, troubles: list[Trouble], told: str
) -> None:
    kept = Kept(Party(call_id, "agent"), "an-agent.wav", "audiosocket", RATE_HZ, is_sealed=False, engine="")
    with listeners.database.work() as uow:
        for trouble in troubles:
            recording_rows.hinder(uow, kept, trouble)
        recording_rows.begin(uow, kept)

    legs = listeners.ask("GET", f"/calls/{call_id}/transcript")["legs"]

    assert {leg["role"]: leg["trouble"] for leg in legs} == {"caller": "waiting", "agent": told}


@pytest.mark.parametrize("trouble", [Trouble.NO_ENGINE, Trouble.NO_ROOM])
def test_leg_that_is_heard_from_now_on_has_no_trouble_until_its_beginning_waits(
    listeners: Listeners, call_id: uuid.UUID, trouble: Trouble
) -> None:
    kept = Kept(Party(call_id, "agent"), "an-agent.wav", "audiosocket", RATE_HZ, is_sealed=False, engine="")

    def told() -> str:
        (leg,) = (leg for leg in listeners.ask("GET", f"/calls/{call_id}/transcript")["legs"] if leg["role"] == "agent")
        return str(leg["trouble"])

    with listeners.database.work() as uow:
        recording_rows.hinder(uow, kept, trouble)
    assert told() == trouble

    with listeners.database.work() as uow:
        recording_rows.admit(uow, kept)
    assert told() == ""

    with listeners.database.work() as uow:
        recording_rows.close(uow, kept, Ending("hang-up", 6.0, ((0.0, 2.0),), is_recorded=True))
    assert told() == "waiting"

    with listeners.database.work() as uow:
        recording_rows.set_gaps(recording_rows.begin(uow, kept), ())
    assert told() == ""


def test_word_of_a_later_leg_is_heard_in_its_own_seconds(listeners: Listeners, call_id: uuid.UUID) -> None:
    listeners.heard(call_id, role="agent", after_s=7.5)

    sound = listeners.ask("GET", f"/calls/{call_id}/audio", query_string={"role": "agent", "from_s": 1, "to_s": 2, "seq": 2})

    with wave.open(io.BytesIO(sound)) as heard:
        assert heard.readframes(1) == bytes([2, 0])
    with listeners.database.read() as session:
        assert [look.reason for look in access_log.listened(session, call_id)] == ["agent 1.0-2.0 s"]


def test_a_word_is_heard_and_the_look_is_kept(listeners: Listeners, agent: Scope, call_id: uuid.UUID) -> None:
    sound = listeners.ask("GET", f"/calls/{call_id}/audio", query_string={"from_s": 1.5, "to_s": 2.5, "seq": 1})

    with wave.open(io.BytesIO(sound)) as heard:
        assert (heard.getframerate(), heard.getnframes()) == (RATE_HZ, RATE_HZ)
        assert heard.readframes(RATE_HZ) == bytes([2, 0]) * (RATE_HZ // 2) + bytes([3, 0]) * (RATE_HZ // 2)
    with listeners.database.read() as session:
        (look,) = access_log.listened(session, call_id)
        assert (look.officer_id, look.reason) == (agent.officer_id, "caller 1.5-2.5 s")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"from_s": 0, "to_s": 300.5}, 422),
        ({"from_s": 3, "to_s": 3}, 422),
        ({"from_s": -1, "to_s": 3}, 422),
        ({"from_s": 1, "to_s": 2, "role": "nobody"}, 422),
        ({"from_s": 100, "to_s": 101}, 404),
        ({"from_s": 1, "to_s": 2, "role": "agent"}, 404),
    ],
)
def test_audio_that_is_not_there_or_too_much_is_refused_and_leaves_no_look(
    listeners: Listeners, call_id: uuid.UUID, asked: dict[str, Any], status: int
) -> None:
    listeners.ask("GET", f"/calls/{call_id}/audio", query_string=asked, status=status)

    with listeners.database.read() as session:
        assert access_log.listened(session, call_id) == []


def test_corrected_words_stay_keep_their_times_and_name_who_did_it(listeners: Listeners, call_id: uuid.UUID) -> None:
    path = f"/calls/{call_id}/transcript/1"

    segment = listeners.ask("PUT", path, json={"text": "我住望江大街26号。", "revision": 0})

    assert (segment["text"], segment["raw"], segment["revision"]) == ("我住望江大街26号。", RAW, 1)
    assert segment["corrected_by_name"]
    assert segment["suggestions"] == []
    assert {"start": 6, "end": 8, "from_s": 2.4, "to_s": 2.9} in segment["times"]
    listeners.ask("PUT", path, json={"text": "晚了一步", "revision": 0}, status=409)
    listeners.ask("PUT", f"/calls/{call_id}/transcript/9", json={"text": "没有这句", "revision": 0}, status=404)


def test_another_agent_corrects_nothing(listeners: Listeners, call_id: uuid.UUID) -> None:
    listeners.as_(listeners.officer("wang", "agent"))

    listeners.ask("PUT", f"/calls/{call_id}/transcript/1", json={"text": "不是我的", "revision": 0}, status=403)


def test_the_exchange_reads_words_without_personal_numbers_and_hears_nothing(listeners: Listeners) -> None:
    call_id = uuid.uuid4()
    with listeners.database.work() as uow:
        intake_calls.offer(uow, call_id=call_id)
    listeners.heard(call_id, Shown("我的号码是19900001234"))
    listeners.as_(NOBODY)
    headers = {"Authorization": f"Bearer {TOKEN}"}

    (segment,) = listeners.ask("GET", f"/calls/{call_id}/transcript", headers=headers)["segments"]

    assert segment["text"] == "我的号码是199******34"
    assert (segment["raw"], segment["words"], segment["changes"]) == ("", [], [])
    listeners.ask("GET", f"/calls/{call_id}/audio", query_string={"from_s": 1, "to_s": 2}, headers=headers, status=401)


def test_a_shift_leader_finds_calls_nobody_took_and_sets_their_words_right(listeners: Listeners, agent: Scope) -> None:
    call_id = uuid.uuid4()
    with listeners.database.work() as uow:
        intake_calls.note_audio_started(uow, call_id)
        intake_calls.note_audio_ended(uow, call_id, reason="hang-up", seconds=6.0)
    listeners.heard(call_id)
    leader = listeners.officer("chen", "shift_leader")

    found = listeners.as_(leader).ask("GET", "/calls/unassigned")["items"]

    assert [(call["id"], call["audio_seconds"], call["words"]) for call in found] == [(str(call_id), 6.0, TEXT)]
    listeners.ask("PUT", f"/calls/{call_id}/transcript/1", json={"text": "我住望江大街26号。", "revision": 0})
    listeners.as_(agent).ask("GET", "/calls/unassigned", status=403)
    listeners.ask("PUT", f"/calls/{call_id}/transcript/1", json={"text": "不归我", "revision": 1}, status=403)


@pytest.mark.parametrize("taken_by", ["nobody", "an agent"])
@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("shift_leader", 200),
        ("agent", 404),
        ("dispatcher", 404),
        ("reply_auditor", 404),
        ("supervisor", 404),
        ("callback_agent", 404),
        ("quality_inspector", 403),
        ("administrator", 403),
    ],
)
def test_call_of_which_no_ticket_came_is_open_to_shift_leaders_alone(
    listeners: Listeners, agent: Scope, role: str, status: int, taken_by: str
) -> None:
    with listeners.database.work() as uow:
        call_id = intake_calls.note_audio_started(uow, uuid.uuid4()).id
        if taken_by == "an agent":
            intake_calls.answer(uow, agent, call_id)
    listeners.heard(call_id)
    listeners.as_(listeners.officer("chen", role))

    listeners.ask("GET", f"/calls/{call_id}/transcript", status=status)
    listeners.ask("GET", f"/calls/{call_id}/audio", query_string={"from_s": 1, "to_s": 2, "seq": 1}, status=status)

    with listeners.database.read() as session:
        assert len(access_log.listened(session, call_id)) == (1 if status == 200 else 0)


def test_words_of_a_call_nobody_took_are_shown_from_their_beginning(listeners: Listeners) -> None:
    with listeners.database.work() as uow:
        call_id = intake_calls.note_audio_started(uow, uuid.uuid4()).id
        for count in range(9):
            found = Hypothesis(f"第{count}句" + "长" * 16, is_final=True, start_s=count, end_s=count + 1)
            transcripts.note_segment(uow, call_id, found, role="caller", utterance=f"a-{count}")
        intake_calls.note_audio_ended(uow, call_id, reason="hang-up", seconds=9.0)

    (call,) = listeners.as_(listeners.officer("chen", "shift_leader")).ask("GET", "/calls/unassigned")["items"]

    assert (call["words"][:3], call["words"][-18:-16], len(call["words"])) == ("第0句", "5句", 119)
