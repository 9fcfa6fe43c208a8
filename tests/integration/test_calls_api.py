"""Calls, contacts, drafts and inbox over HTTP, with the rules of who may."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from apiflask import APIFlask
from flask import g
from flask.testing import FlaskClient

from asr import transcripts
from asr.engine import Hypothesis
from hotline.intake import calls as intake_calls
from hotline.intake.places import load_gazetteer
from hotline.kernel.db import Database
from hotline.kernel.scope import NOBODY, Scope
from hotline.kernel.search.analysis import Analyzer, packaged_words
from hotline.kernel.search.query import Search
from hotline.kernel.search.tantivy import TantivyBackend
from hotline.people import notices
from hotline.people.models import Place
from knowledge_base.answers import Desk
from knowledge_base.policy import packaged_policy
from knowledge_base.synonyms import Synonyms
from knowledge_base.vocabulary import CityWords
from sla import defaults
from tests import factories
from web import auth, errors
from web.api import calls, contacts, drafts
from web.api import notices as inbox
from web.push import Push
from web.reactions.listening import Listening

NUMBER = "19900000123"
TOKEN = "exchange-token"
LAMP = "你好我姓张，听涛苑3号楼的路灯不亮，希望尽快修好，有人触电了"


class QuietPush(Push):
    """Sends nowhere."""

    def __init__(self) -> None:
        pass

    def emit(self, name: str, data: dict[str, Any], rooms: Any) -> None:
        pass


class Desktop:
    """Requests as somebody; `scope` may be changed between them."""

    def __init__(self, client: FlaskClient, database: Database, holder: dict[str, Scope]) -> None:
        self.client, self.database, self._holder = client, database, holder

    def ask(self, method: str, path: str, *, status: int = 200, **sent: Any) -> Any:
        answer = self.client.open(f"/api/v1{path}", method=method, **sent)
        assert answer.status_code == status, answer.text
        return answer.json

    def as_(self, scope: Scope) -> "Desktop":
        self._holder["scope"] = scope
        return self

    def officer(self, login: str, role: str) -> Scope:
        with self.database.work() as uow:
            made = factories.officer(uow.session, login, roles=(role,))
            unit_ids = frozenset(held.unit_id for held in made.memberships)
        inside = role in ("agent", "shift_leader")
        return Scope(made.id, frozenset({role}), member_unit_ids=unit_ids, sees_all_units=inside, sees_contact_data=inside)

    def offer(self) -> str:
        self.as_(NOBODY)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        call = self.ask("POST", "/calls/offer", json={"number": NUMBER}, headers=headers, status=201)
        return str(call["id"])

    def say(self, call_id: str, text: str, utterance: str) -> None:
        with self.database.work() as uow:
            heard = Hypothesis(text, is_final=True, start_s=0, end_s=3)
            transcripts.note_segment(uow, uuid.UUID(call_id), heard, role="caller", utterance=utterance)
        Listening(QuietPush(), load_gazetteer)._follow(self.database, call_id)  # type: ignore[arg-type]


@pytest.fixture
def desktop(database: Database, tmp_path: Path) -> Iterator[Desktop]:
    policy = packaged_policy()
    analyzer, synonyms = Analyzer(packaged_words()), Synonyms(policy.synonyms)
    desk = Desk(Search(TantivyBackend(tmp_path), analyzer, synonyms), policy)
    holder = {"scope": NOBODY}
    app = APIFlask(__name__)
    app.config.update(SECRET_KEY="test", WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_ENABLED=False)
    settings = SimpleNamespace(audiosocket_port=9092)
    app.extensions["hotline"] = SimpleNamespace(
        database=database,
        desk=desk,
        search=desk.search,
        repeats_scorer=desk.scorer,
        words=CityWords(synonyms, analyzer),
        settings=settings,
        integrator_token=TOKEN,
    )
    auth.csrf.init_app(app)
    app.config["WTF_CSRF_METHODS"] = ()
    app.before_request(lambda: setattr(g, "scope", holder["scope"]))
    app.before_request(auth.guard)
    errors.register(app)
    for blueprint in (calls.api, contacts.api, drafts.api, inbox.api):
        app.register_blueprint(blueprint)
    with database.work() as uow:
        defaults.install_defaults(uow)
        factories.area(uow.session)
        uow.session.add(Place(name="听涛苑", kind="estate", area_code="99"))
        factories.category(uow.session, "0402", name="路灯", typical=["路灯"])
    with app.test_client() as client:
        yield Desktop(client, database, holder)


@pytest.fixture
def agent(desktop: Desktop) -> Scope:
    return desktop.officer("li", "agent")


@pytest.fixture
def contact(desktop: Desktop, agent: Scope) -> dict[str, Any]:
    call_id = desktop.offer()
    desktop.as_(agent).ask("POST", f"/calls/{call_id}/answer")
    desktop.say(call_id, LAMP, "one")
    return answered(desktop, call_id)


def answered(desktop: Desktop, call_id: str) -> dict[str, Any]:
    contact_id = desktop.ask("GET", f"/calls/{call_id}")["contact_id"]
    found: dict[str, Any] = desktop.ask("GET", f"/contacts/{contact_id}")
    return found


def test_call_needs_a_token_or_an_officer(desktop: Desktop, agent: Scope) -> None:
    desktop.ask("POST", "/calls/offer", json={"number": NUMBER}, status=401)
    desktop.ask("POST", "/calls/offer", json={"number": NUMBER}, headers={"Authorization": "Bearer wrong"}, status=401)
    desktop.ask("POST", "/calls/offer", json={"number": NUMBER}, headers={"Authorization": "Bearer wröng"}, status=401)
    desktop.as_(agent).ask("POST", "/calls/offer", json={"number": NUMBER, "origin": "browser"}, status=201)


def test_same_idempotency_key_is_the_same_call(desktop: Desktop, agent: Scope) -> None:
    desktop.as_(agent)

    ids = {desktop.ask("POST", "/calls/offer", json={}, headers={"Idempotency-Key": "k1"}, status=201)["id"] for _ in range(2)}

    assert len(ids) == 1


def test_second_agent_is_told_that_the_call_is_taken(desktop: Desktop, agent: Scope) -> None:
    call_id = desktop.offer()
    desktop.as_(agent).ask("POST", f"/calls/{call_id}/answer")

    refused = desktop.as_(desktop.officer("zhao", "agent")).ask("POST", f"/calls/{call_id}/answer", status=409)

    assert refused["error"]["code"] == "call-taken"
    assert desktop.ask("GET", "/calls")["items"] == []
    leader = desktop.officer("ban", "shift_leader")
    assert [call["id"] for call in desktop.as_(leader).ask("GET", "/calls")["items"]] == [call_id]


def test_handler_of_a_unit_gets_neither_calls_nor_words(desktop: Desktop, contact: dict[str, Any]) -> None:
    desktop.as_(desktop.officer("sun", "handler"))

    desktop.ask("GET", "/calls", status=403)
    desktop.ask("GET", f"/contacts/{contact['id']}", status=403)
    desktop.ask("GET", f"/calls/{contact['call']['id']}/transcript", status=403)
    desktop.ask("GET", f"/calls/{contact['call']['id']}", status=403)
    desktop.ask("POST", "/calls/offer", json={"number": NUMBER, "origin": "browser"}, status=403)


def test_words_fill_the_draft_and_raise_the_banner(contact: dict[str, Any]) -> None:
    (draft,) = contact["drafts"]

    assert draft["fields"]["address"]["value"] == "听涛苑3号楼"
    assert draft["fields"]["category_code"]["evidence"]
    assert [(alert["word"], alert["partner"]) for alert in contact["alerts"]] == [("触电", "120")]
    assert [segment["text"] for segment in contact["transcript"]] == [LAMP]
    assert contact["citizen"]["phone"] == NUMBER


def test_transcript_goes_on_after_a_segment(desktop: Desktop, contact: dict[str, Any]) -> None:
    path = f"/calls/{contact['call']['id']}/transcript"
    desktop.as_(NOBODY)
    headers = {"Authorization": f"Bearer {TOKEN}"}

    assert len(desktop.ask("GET", path, headers=headers)["segments"]) == 1
    assert desktop.ask("GET", f"{path}?after=1", headers=headers)["segments"] == []
    desktop.ask("GET", f"{path}?after=x", headers=headers, status=422)


def test_too_long_a_title_names_the_field_and_the_rule(desktop: Desktop, contact: dict[str, Any]) -> None:
    (draft,) = contact["drafts"]
    edit = {"version": draft["version"], "fields": {"title": "长" * 70}}

    refused = desktop.ask("PATCH", f"/drafts/{draft['id']}", json=edit, status=422)["error"]

    details = refused["details"]
    assert (details["field"], details["rule"], details["maximum"], details["given"]) == ("title", "too-long", 60, 70)
    assert refused["message"] == "标题最多60个字，现在是70个。"


def test_draft_becomes_a_ticket_once(desktop: Desktop, contact: dict[str, Any]) -> None:
    (draft,) = contact["drafts"]
    edit = {"version": draft["version"], "fields": {"title": "听涛苑路灯不亮"}}
    seen = desktop.ask("PATCH", f"/drafts/{draft['id']}", json=edit)["version"]

    desktop.ask("POST", f"/drafts/{draft['id']}/confirm", json={"version": 1}, status=409)
    numbers = {
        desktop.ask("POST", f"/drafts/{draft['id']}/confirm", json={"version": seen}, status=201)["number"] for _ in range(2)
    }

    assert {desktop.ask("GET", f"/drafts/{draft['id']}")["ticket_number"]} == numbers


def test_matter_joins_an_open_ticket(desktop: Desktop, contact: dict[str, Any]) -> None:
    (draft,) = contact["drafts"]
    ticket = desktop.ask("POST", f"/drafts/{draft['id']}/confirm", json={"version": draft["version"]}, status=201)
    second = desktop.ask("POST", f"/contacts/{contact['id']}/drafts", status=201)

    for _ in range(2):
        words = {"ticket_id": ticket["id"], "kind": "urge", "text": "请快一点"}
        joined = desktop.ask("POST", f"/drafts/{second['id']}/join", json=words)

    assert (joined["number"], joined["urge_count"]) == (ticket["number"], 1)
    assert desktop.ask("GET", f"/drafts/{second['id']}")["state"] == "joined"


def test_another_agents_draft_is_not_shown(desktop: Desktop, contact: dict[str, Any]) -> None:
    (draft,) = contact["drafts"]

    desktop.as_(desktop.officer("zhao", "agent")).ask("GET", f"/drafts/{draft['id']}", status=403)


def test_typed_danger_raises_an_alert_and_the_choice_is_kept(desktop: Desktop, contact: dict[str, Any]) -> None:
    found = desktop.ask("POST", f"/contacts/{contact['id']}/typed", json={"text": "家里着火了"})["items"]
    assert [alert["word"] for alert in found] == ["触电", "着火"]

    desktop.ask("POST", f"/alerts/{found[1]['id']}/choice", json={"choice": "note"}, status=422)
    chosen = desktop.ask("POST", f"/alerts/{found[1]['id']}/choice", json={"choice": "transfer"})

    assert chosen["choice"] == "transfer"
    assert [alert["word"] for alert in desktop.ask("GET", "/alerts")["items"]] == ["触电"]


def test_call_ends_and_the_contact_closes_with_a_summary_code(desktop: Desktop, contact: dict[str, Any]) -> None:
    answer = {"question": "社保卡怎么补办", "answer": "到窗口办理"}
    assert desktop.ask("POST", f"/contacts/{contact['id']}/answers", json=answer, status=201)["state"] == "answered"
    assert desktop.ask("POST", f"/calls/{contact['call']['id']}/hangup")["state"] == "ended"
    codes = [row["code"] for row in desktop.ask("GET", "/summary-codes")["items"]]

    closed = desktop.ask("POST", f"/contacts/{contact['id']}/close", json={"summary_code": codes[0]})

    assert (closed["summary_code"], closed["drafts"][0]["state"]) == ("direct_answer", "dropped")


def test_contact_without_a_call_has_a_draft_and_no_cards(desktop: Desktop, agent: Scope) -> None:
    made = desktop.as_(agent).ask("POST", "/contacts", status=201)

    assert (made["call"], len(made["drafts"]), made["citizen"]["id"]) == (None, 1, None)
    assert desktop.ask("GET", f"/contacts/{made['id']}/cards")["items"] == []


def test_inbox_counts_down_when_notices_are_read(desktop: Desktop, agent: Scope) -> None:
    with desktop.database.work() as uow:
        for key in "abc":
            notices.notify_role(uow, "agent", "assigned", args={"number": "1"}, dedup_key=key)
    first = desktop.as_(agent).ask("GET", "/notices")
    assert first["unread"] == 3

    desktop.ask("POST", f"/notices/{first['items'][0]['id']}/read")
    assert desktop.ask("GET", "/notices?limit=1")["unread"] == 2
    desktop.ask("POST", "/notices/read-all")

    assert desktop.ask("GET", "/notices")["unread"] == 0


@pytest.mark.parametrize("path", ["/contacts/999", "/drafts/999", f"/calls/{uuid.UUID(int=0)}"])
def test_what_does_not_exist_is_not_found(desktop: Desktop, agent: Scope, path: str) -> None:
    desktop.as_(agent).ask("GET", path, status=404)


def test_an_exchange_tells_the_legs_of_a_call_it_offers(desktop: Desktop) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    told = {"call_id": str(uuid.UUID(int=41)), "legs": {"agent": str(uuid.UUID(int=42))}}

    desktop.ask("POST", "/calls/offer", json=told, headers=headers, status=201)
    desktop.ask("POST", "/calls/offer", json=told, headers=headers, status=201)
    desktop.ask("POST", "/calls/offer", json=told | {"call_id": str(uuid.UUID(int=43))}, headers=headers, status=409)
    desktop.ask("POST", "/calls/offer", json=told | {"legs": {"parrot": str(uuid.UUID(int=44))}}, headers=headers, status=422)

    with desktop.database.read() as session:
        leg = intake_calls.leg(session, uuid.UUID(int=42))
        assert leg is not None
        assert (leg.call_id, leg.role) == (uuid.UUID(int=41), "agent")
