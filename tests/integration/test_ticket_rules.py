"""What the rows of the ticket's life refuse, and what follows by itself: redaction, designation, copies, merged callers."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hotline.kernel.db import Database
from hotline.kernel.errors import Conflict, HotlineError, Invalid
from hotline.kernel.events import Subscribers
from hotline.people import units
from hotline.tickets import archiving, assignments, rulings, tickets, timeline
from hotline.tickets.models import Ticket, TicketRule
from hotline.tickets.rules import packaged, rules_of
from hotline.tickets.workflow import Secrecy, State
from tests import factories
from tests.lives import FOLLOWING, NOON, PRECHECKED, REDACTED, REPLY, City

CONFIDENTIAL = {"secrecy": Secrecy.CONFIDENTIAL}
RULED = {"evidence": "三定规定", "basis": "派单目录", "note": "由该单位办理"}


@pytest.fixture
def subscribers() -> Subscribers:
    return FOLLOWING


@pytest.fixture
def city(database: Database) -> City:
    return City.built(database)


def refusal(city: City, ticket_id: int, action: str, given: dict[str, Any]) -> HotlineError:
    with pytest.raises(HotlineError) as refused:
        city.move(ticket_id, action, given)
    return refused.value


def designated(city: City, ticket_id: int) -> list[bool]:
    with city.database.read() as session:
        return [part.designated for part in session.get_one(Ticket, ticket_id).assignments]


@pytest.mark.parametrize("values", [CONFIDENTIAL, {"secrecy": Secrecy.STRICT}, {"channel": PRECHECKED}])
def test_what_needs_care_is_checked_before_it_is_dispatched(city: City, values: dict[str, Any]) -> None:
    ticket_id = city.opened(**values)

    assert city.ticket(ticket_id).state is State.TO_CHECK
    assert refusal(city, ticket_id, "dispatch", {"unit_id": city.id("C")}).details["reason"] == "no-such-move"


@pytest.mark.parametrize(("missing", "given"), [("redacted_title", {}), ("redacted_body", {"redacted_title": "反映施工"})])
def test_a_confidential_ticket_is_not_checked_without_its_redacted_text(
    city: City, missing: str, given: dict[str, Any]
) -> None:
    error = refusal(city, city.opened(**CONFIDENTIAL), "check", given)

    assert isinstance(error, Invalid)
    assert error.details["field"] == missing


def test_the_redacted_text_is_kept_with_its_moment(city: City) -> None:
    ticket_id = city.opened(**CONFIDENTIAL)

    city.move(ticket_id, "check", REDACTED)

    ticket = city.ticket(ticket_id)
    assert (ticket.redacted_title, ticket.redacted_body, ticket.redacted_at) == (*REDACTED.values(), NOON)


def test_a_ticket_made_confidential_later_needs_the_redacted_text_at_dispatch(city: City) -> None:
    ticket_id = city.opened()
    city.move(ticket_id, "set_secrecy", {"secrecy": "confidential"})

    assert refusal(city, ticket_id, "dispatch", {"unit_id": city.id("C")}).details["field"] == "redacted_title"
    city.move(ticket_id, "dispatch", {"unit_id": city.id("C"), **REDACTED})
    assert city.ticket(ticket_id).state is State.DISPATCHED


def test_a_ticket_that_units_have_is_not_made_confidential_without_the_redacted_text(city: City) -> None:
    ticket_id = city.in_state(State.HANDLING)

    assert refusal(city, ticket_id, "set_secrecy", {"secrecy": "strict"}).details["field"] == "redacted_title"
    city.move(ticket_id, "set_secrecy", {"secrecy": "strict", **REDACTED})
    assert city.ticket(ticket_id).secrecy is Secrecy.STRICT


@pytest.mark.parametrize("field", ["unit_id", "assist_unit_ids", "copy_unit_ids"])
@pytest.mark.parametrize("code", ["B", "C"])
def test_neither_the_unit_complained_of_nor_one_below_it_receives_the_ticket(city: City, field: str, code: str) -> None:
    ticket_id = city.opened()
    city.move(ticket_id, "set_secrecy", {"secrecy": "normal", "complained_unit_id": city.id("B")})
    given = {"unit_id": city.id("E"), field: city.id(code) if field == "unit_id" else [city.id(code)]}

    assert refusal(city, ticket_id, "dispatch", given).details["reason"] == "complained-unit"
    assert city.parts(ticket_id) == []


def test_a_unit_that_has_a_part_is_not_named_as_complained_of(city: City) -> None:
    given = {"secrecy": "normal", "complained_unit_id": city.id("B")}

    assert refusal(city, city.in_state(State.HANDLING), "set_secrecy", given).details["rule"] == "has-a-part"


def test_the_third_dispatch_is_a_designation(city: City) -> None:
    ticket_id = city.opened()
    for code in ("C", "B"):
        city.move(ticket_id, "dispatch", {"unit_id": city.id(code)})
        city.return_it(ticket_id)

    city.move(ticket_id, "dispatch", {"unit_id": city.id("E")})

    assert designated(city, ticket_id) == [False, False, True]


def test_the_unit_that_a_ruling_names_gets_the_ticket_as_designated(city: City) -> None:
    ticket_id = city.in_state(State.DISPATCHED)
    city.by_lead(ticket_id, "ask_return", {"reason_code": "x", "reason": "非我单位职责", "legal_basis": "三定规定"})

    city.by_lead(ticket_id, "designate_other", {**RULED, "unit_id": city.id("E")}, role="dispatcher")

    assert city.parts(ticket_id) == [("C", "lead", "returned"), ("E", "lead", "to_sign")]
    assert designated(city, ticket_id) == [False, True]
    assert city.ticket(ticket_id).state is State.DISPATCHED
    with city.database.read() as session:
        ruling = rulings.of_part(session, session.get_one(Ticket, ticket_id).assignments[0].id)
        assert ruling is not None
        assert ruling.unit_id == units.by_code(session, "E").id


def test_a_township_that_assists_its_district_causes_no_copy(city: City) -> None:
    ticket_id = city.opened()

    city.move(ticket_id, "dispatch", {"unit_id": city.id("S"), "assist_unit_ids": [city.id("D")]})

    assert city.parts(ticket_id) == [("S", "lead", "to_sign"), ("D", "assist", "to_sign")]


@pytest.mark.parametrize("field", ["assist_unit_ids", "copy_unit_ids"])
def test_one_unit_is_not_given_two_parts(city: City, field: str) -> None:
    error = refusal(city, city.opened(), "dispatch", {"unit_id": city.id("C"), field: [city.id("C")]})

    assert (error.details["field"], error.details["rule"]) == (field, "two-parts")


def test_an_assisting_unit_is_swapped_out_and_in_again(city: City) -> None:
    ticket_id = city.opened()
    city.move(ticket_id, "dispatch", {"unit_id": city.id("C"), "assist_unit_ids": [city.id("E")]})
    assert refusal(city, ticket_id, "add_assist", {"assist_unit_ids": [city.id("E")]}).details["reason"] == "has-part"
    with city.database.work() as uow:
        helper = assignments.at_work(uow.session, ticket_id)[1]
        assignments.move(uow, helper.id, "recall", roles=["dispatcher"], given={"note": "换单位"})

    city.move(ticket_id, "add_assist", {"assist_unit_ids": [city.id("E")]})

    assert city.parts(ticket_id)[1:] == [("E", "assist", "recalled"), ("E", "assist", "to_sign")]


@pytest.mark.parametrize("code", ["C", "S", "D"])
def test_a_ticket_is_raised_to_a_superior_only(city: City, code: str) -> None:
    error = refusal(city, city.in_state(State.HANDLING), "raise_level", {"unit_id": city.id(code)})

    assert error.details["rule"] == "not-a-superior"


def test_a_rejected_reply_leaves_the_assisting_units_at_work(city: City) -> None:
    ticket_id = city.opened(type="report")
    city.move(ticket_id, "dispatch", {"unit_id": city.id("C"), "assist_unit_ids": [city.id("E")]})
    city.by_lead(ticket_id, "sign")
    city.by_lead(ticket_id, "reply", {**REPLY, "missing_note": "协办未反馈"})

    city.move(ticket_id, "reject_reply")
    assert city.parts(ticket_id) == [("C", "lead", "contacted"), ("E", "assist", "to_sign")]
    city.by_lead(ticket_id, "reply", {**REPLY, "missing_note": "协办未反馈"})
    city.move(ticket_id, "pass_reply")

    assert city.parts(ticket_id) == [("C", "lead", "replied"), ("E", "assist", "recalled")]


def test_a_ticket_is_opened_again_within_its_window_only(city: City) -> None:
    ticket_id = city.in_state(State.CLOSED)
    late = replace(city, now=NOON + timedelta(days=31))

    assert refusal(late, ticket_id, "reopen", {}).details == {"reason": "reopen-window-over", "days": 30}
    replace(city, now=NOON + timedelta(days=29)).move(ticket_id, "reopen")
    assert (city.ticket(ticket_id).state, city.ticket(ticket_id).round) == (State.PENDING, 2)


def test_a_correction_keeps_codes_and_words_apart(city: City) -> None:
    ticket_id = city.opened()

    city.move(ticket_id, "correct", {"changes": {"urgency": "critical", "body": "工地白天施工"}, "note": "记录有误"})

    with city.database.read() as session:
        line = timeline.lines(session, ticket_id)[-1]
        assert line.data == {"urgency": ["normal", "critical"]}
        assert "工地白天施工" in line.text
    assert city.ticket(ticket_id).important


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({}, "changes", "nothing-changed"),
        ({"title": "夜间施工"}, "changes", "nothing-changed"),
        ({"type": "gossip"}, "changes.type", "unknown-choice"),
        ({"category_code": "none"}, "category_code", "unknown-code"),
        ({"area_code": "none"}, "area_code", "unknown-code"),
    ],
)
def test_a_wrong_correction_names_its_field(city: City, changes: dict[str, str], field: str, rule: str) -> None:
    error = refusal(city, city.opened(), "correct", {"changes": changes})

    assert (error.details["field"], error.details["rule"]) == (field, rule)


def test_a_ticket_goes_to_a_known_hotline_only(city: City) -> None:
    assert refusal(city, city.opened(), "hand_over", {"handed_to": "moon"}).details["field"] == "handed_to"


def test_merged_tickets_go_their_own_way_when_the_main_one_is_withdrawn(city: City) -> None:
    ticket_id = city.in_state(State.MERGED)
    main_id = city.ticket(ticket_id).merged_into_id
    assert main_id is not None

    city.move(main_id, "withdraw")

    assert (city.ticket(ticket_id).state, city.ticket(ticket_id).merged_into_id) == (State.PENDING, None)


def test_a_merged_ticket_is_redone_by_the_unit_of_the_main_one(city: City) -> None:
    ticket_id = city.in_state(State.MERGED)
    main_id = city.ticket(ticket_id).merged_into_id
    assert main_id is not None
    city.reply(main_id)
    city.by_system(ticket_id, "doubt")

    city.move(ticket_id, "redo", {"verdict": "reasonable", "basis": "未解决"})

    assert city.parts(ticket_id) == [("C", "lead", "to_sign")]


def test_suspended_tickets_go_on_when_their_day_comes(city: City) -> None:
    early, late = city.in_state(State.HANDLING), city.in_state(State.HANDLING)
    city.suspend(early, NOON + timedelta(days=5))
    city.suspend(late, NOON + timedelta(days=50))

    with city.database.work(now=NOON + timedelta(days=5)) as uow:
        assert archiving.resume_due(uow) == 1

    assert [city.ticket(each).state for each in (early, late)] == [State.HANDLING, State.SUSPENDED]


def test_what_is_not_completed_by_the_day_told_lapses_once_and_says_where_to_turn(city: City) -> None:
    with city.database.work() as uow:
        factories.handling_path(uow.session, "cannot-handle")
    late, completed = city.in_state(State.INCOMPLETE), city.in_state(State.INCOMPLETE)
    city.add(completed, "地点在听涛路")

    with city.database.work(now=NOON + timedelta(days=6)) as uow:
        assert archiving.lapse_due(uow) == 0
    for expected in (1, 0):
        with city.database.work(now=NOON + timedelta(days=8)) as uow:
            assert archiving.lapse_due(uow) == expected

    ended = city.ticket(late)
    assert (ended.state, ended.path_code) == (State.INFORMED, "cannot-handle")
    assert city.ticket(completed).state is State.TO_CHECK


def test_ended_tickets_are_archived_after_their_days_a_batch_at_a_time(city: City) -> None:
    ended = [city.answered() for _ in range(3)]
    running = city.opened()

    with city.database.work(now=NOON + timedelta(days=89)) as uow:
        assert archiving.archive_due(uow) == 0
    for expected in (2, 1, 0):
        with city.database.work(now=NOON + timedelta(days=90)) as uow:
            assert archiving.archive_due(uow, batch=2) == expected

    assert {city.ticket(each).state for each in ended} == {State.ARCHIVED}
    assert city.ticket(running).state is State.PENDING


def test_two_runs_of_the_archive_at_once_share_the_work(city: City) -> None:
    city.answered()
    city.answered()
    later = NOON + timedelta(days=90)

    with city.database.work(now=later) as first, city.database.work(now=later) as second:
        assert archiving.archive_due(first, batch=1) == 1
        assert archiving.archive_due(second, batch=1) == 1


def test_a_ticket_that_somebody_is_changing_is_passed_over_without_waiting(city: City) -> None:
    ticket_id = city.answered()
    later = NOON + timedelta(days=90)

    with city.database.work(now=later) as changing, city.database.work(now=later) as archive:
        timeline.hold(changing, ticket_id)
        assert archiving.archive_due(archive) == 0

    with city.database.work(now=later) as archive:
        assert archiving.archive_due(archive) == 1


def test_a_rule_holds_from_its_day_on(city: City) -> None:
    with city.database.work() as uow:
        uow.session.add(TicketRule(key="reopen.days", effective_from=NOON, value=60, source="test"))

    with city.database.read() as session:
        days = [rules_of(session, at).reopen.days for at in (NOON - timedelta(seconds=1), NOON)]
    assert days == [30, 60]


def test_a_malformed_rule_is_named(city: City) -> None:
    with city.database.work() as uow:
        uow.session.add(TicketRule(key="reopen.days", effective_from=NOON, value="soon", source="test"))

    with pytest.raises(Invalid), city.database.read() as session:
        rules_of(session, NOON)


def test_every_packaged_rule_says_what_it_rests_on() -> None:
    assert all(row["source"] for row in packaged().values())


def test_a_stale_version_changes_nothing(city: City) -> None:
    ticket_id = city.opened()

    with pytest.raises(Conflict), city.database.work() as uow:
        tickets.move(uow, ticket_id, "withdraw", roles=["dispatcher"], given={"note": "撤"}, version=99)

    assert city.ticket(ticket_id).state is State.PENDING


def test_ticket_that_others_hang_on_does_not_become_a_report(city: City) -> None:
    main_id = city.opened()
    city.move(city.opened(), "merge", {"main_id": main_id})

    assert refusal(city, main_id, "correct", {"changes": {"type": "report"}}).details["reason"] == "merged"
