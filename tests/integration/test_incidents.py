"""Incidents (集中诉求) from the first calls to the end: found once, warned of once, decided by the desk."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from hotline.insight import incidents, watching
from hotline.insight.incident_life import IncidentState
from hotline.insight.models import Incident, IncidentTicket
from hotline.kernel import clock
from hotline.kernel.db import Actor, Database
from hotline.kernel.errors import Conflict, Forbidden, Invalid
from hotline.people.models import Notice
from hotline.tickets.workflow import Secrecy
from tests import factories
from tests.integration.incident_scene import DESK, RULES, calls, found_city, look, watch


@pytest.fixture(autouse=True)
def city(database: Database) -> None:
    found_city(database)


def found(database: Database) -> list[Incident]:
    with database.read() as session:
        return list(session.scalars(select(Incident).order_by(Incident.id)))


def inside(database: Database, incident_id: int) -> set[int]:
    query = select(IncidentTicket.ticket_id).where(IncidentTicket.incident_id == incident_id, incidents.IN)
    with database.read() as session:
        return set(session.scalars(query))


def look_and_die(database: Database) -> None:
    with database.work() as uow:
        watching.look(uow, watch(), RULES)
        raise RuntimeError


def test_calls_about_one_happening_are_one_incident_whatever_their_words(database: Database) -> None:
    tickets = calls(database, range(8))

    look(database)

    (incident,) = found(database)
    assert inside(database, incident.id) == set(tickets)
    assert (incident.state, incident.place, incident.size) == (IncidentState.SPOTTED, "临江路", 8)
    assert incident.found_after <= 8


def test_shift_leader_is_warned_once_however_many_call(database: Database) -> None:
    own = watch()
    for begin in range(0, 40, 8):
        calls(database, range(begin, begin + 8))
        look(database, own)

    with database.read() as session:
        notices = list(session.scalars(select(Notice).where(Notice.code == "incident-spotted")))
    assert len(notices) == 1
    assert (notices[0].role, notices[0].args["incident_id"]) == ("shift_leader", found(database)[0].id)
    assert found(database)[0].size == 40


def test_fewer_callers_than_the_rule_asks_are_no_incident(database: Database) -> None:
    calls(database, [0, 1, 2, 3])
    calls(database, [0, 1, 2, 3])

    look(database)

    assert found(database) == []


def test_other_matters_of_the_road_stay_out(database: Database) -> None:
    calls(database, range(8))
    other = calls(database, [20], words="路灯坏了三天没人修", category_code=None)

    look(database)

    (incident,) = found(database)
    assert not inside(database, incident.id) & set(other)


def test_two_streets_are_two_incidents(database: Database) -> None:
    calls(database, range(8))
    calls(database, range(20, 28), road="西山路")

    look(database)

    assert {incident.place for incident in found(database)} == {"临江路", "西山路"}


def test_place_grows_when_a_network_fails_on_several_roads_of_a_street(database: Database) -> None:
    own = watch()
    calls(database, range(8))
    look(database, own)
    calls(database, range(20, 32), road="东湖路")
    look(database, own)

    (incident,) = found(database)
    assert (incident.area_code, incident.size) == ("990101", 20)


def test_process_that_starts_anew_goes_on_where_the_other_was(database: Database) -> None:
    calls(database, range(8))
    look(database)
    later = calls(database, range(8, 12))

    look(database, watch())

    (incident,) = found(database)
    assert set(later) <= inside(database, incident.id)


def test_second_process_waits_while_one_looks(database: Database) -> None:
    calls(database, range(8))
    with database.work() as uow:
        uow.session.execute(select(func.pg_advisory_xact_lock(12347, 2)))

        assert look(database) == 0

    assert look(database) == 8
    assert len(found(database)) == 1


def test_what_a_killed_look_did_is_done_again_and_only_once(database: Database) -> None:
    calls(database, range(8))
    with pytest.raises(RuntimeError):
        look_and_die(database)

    look(database, watch())

    (incident,) = found(database)
    assert incident.size == 8


def test_dismissed_incident_is_not_spotted_again(database: Database) -> None:
    calls(database, range(8))
    look(database)
    (incident,) = found(database)
    with database.work() as uow:
        incidents.move(uow, incident.id, "dismiss", roles=DESK, given={"note": "计划停水"}, version=None)

    calls(database, range(8, 20))
    look(database)

    assert [one.state for one in found(database)] == [IncidentState.DISMISSED]


def test_ticket_taken_out_does_not_come_back(database: Database) -> None:
    tickets = calls(database, range(8))
    look(database)
    (incident,) = found(database)
    with database.work() as uow:
        uow.actor = Actor(factories.officer(uow.session, roles=DESK).id)
        incidents.take_out(uow, incident.id, tickets[:1])

    calls(database, range(8, 12))
    look(database)

    assert tickets[0] not in inside(database, incident.id)
    assert found(database)[0].size == 11


def test_split_and_join_leave_every_ticket_in_one_incident(database: Database) -> None:
    tickets = calls(database, range(8))
    look(database)
    (incident,) = found(database)

    with database.work() as uow:
        made = incidents.split(uow, incident.id, tickets[:3], name="临江路北段").id
    assert (inside(database, made), inside(database, incident.id)) == (set(tickets[:3]), set(tickets[3:]))

    with database.work() as uow:
        incidents.move(uow, made, "join", roles=DESK, given={"into_id": incident.id}, version=None)
    assert (inside(database, made), inside(database, incident.id)) == (set(), set(tickets))
    assert found(database)[1].joined_into_id == incident.id


def test_joining_with_itself_or_with_what_is_over_is_refused(database: Database) -> None:
    calls(database, range(8))
    calls(database, range(20, 28), road="西山路")
    look(database)
    one, other = found(database)
    with database.work() as uow:
        incidents.move(uow, other.id, "end", roles=DESK, given={}, version=None)

    with pytest.raises(Invalid), database.work() as uow:
        incidents.move(uow, one.id, "join", roles=DESK, given={"into_id": one.id}, version=None)
    with pytest.raises(Conflict), database.work() as uow:
        incidents.move(uow, one.id, "join", roles=DESK, given={"into_id": other.id}, version=None)


def test_agent_moves_no_incident(database: Database) -> None:
    calls(database, range(8))
    look(database)

    with pytest.raises(Forbidden), database.work() as uow:
        incidents.move(uow, found(database)[0].id, "confirm", roles=["agent"], given={}, version=None)


def test_growing_does_not_make_stale_what_a_person_decides(database: Database) -> None:
    own = watch()
    calls(database, range(8))
    look(database, own)
    (incident,) = found(database)
    calls(database, range(8, 12))
    look(database, own)

    with database.work() as uow:
        given = {"answer": "正在抢修，预计18时恢复供水。"}
        incidents.move(uow, incident.id, "instruct", roles=DESK, given=given, version=incident.version)

    assert found(database)[0].state is IncidentState.CONFIRMED


def test_quiet_incident_ends_by_the_clock(database: Database) -> None:
    calls(database, range(8))
    look(database)

    with database.work(now=clock.now() + timedelta(hours=7)) as uow:
        ended = incidents.end_quiet(uow, timedelta(hours=6))

    assert (ended, found(database)[0].state) == (1, IncidentState.OVER)


def test_no_word_is_read_of_a_confidential_ticket_put_in_by_hand(database: Database) -> None:
    calls(database, range(6))
    own = watch()
    look(database, own)
    (incident,) = found(database)
    (secret,) = calls(database, [20], words="举报邻居偷接水管", secrecy=Secrecy.CONFIDENTIAL)
    with database.work() as uow:
        incidents.add(uow, incident.id, [secret])

    look(database, own)

    assert secret in inside(database, incident.id)
    assert secret not in own.known
