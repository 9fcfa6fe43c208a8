"""Every stage that is limited: by which step its limit begins, by which it ends, and who owes it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hotline.tickets import assignments, supervision
from hotline.tickets.models import SupervisionOrder, TicketRule
from hotline.tickets.workflow import DECIDED, SUPERIOR, RequestKind
from sla.deadlines import BEGUN_BY_TICKET, DECIDED_WITHIN, ENDED_BY_TICKET, ENDED_BY_UNIT
from sla.events import AppealMoved
from sla.limits import LimitUnit, Stage, StartEvent, StartRule
from sla.models import Clock, Policy
from tests.integration.limits import (
    DAY,
    FRIDAY,
    MORE,
    city,
    clocks_of,
    granted,
    handled,
    local,
    part_of,
    subscribers,
)
from tests.lives import OBJECTION, City

__all__ = ["city", "subscribers"]

RULED = {"evidence": "三定规定", "basis": "职责分工"}
ASKED: dict[RequestKind, dict[str, Any]] = {
    RequestKind.RETURN: OBJECTION,
    RequestKind.EXTENSION: MORE,
    RequestKind.COMMITMENT: {"reason": "历史遗留", "until": FRIDAY + 200 * DAY, "plan": "分三步"},
    RequestKind.SUSPENSION: {"reason": "冬季不能施工", "until": FRIDAY + 30 * DAY},
    RequestKind.TERMINATION: OBJECTION,
}


def dispatched(city: City, **values: Any) -> int:
    ticket_id = city.opened(**values)
    city.move(ticket_id, "dispatch", {"unit_id": city.id("C")})
    return ticket_id


def clock_of(city: City, ticket_id: int, stage: Stage) -> Clock:
    with city.database.read() as session:
        query = select(Clock).where(Clock.ticket_id == ticket_id, Clock.stage == stage)
        return session.scalars(query.order_by(Clock.id.desc()).limit(1)).one()


def ordered(city: City, ticket_id: int, due_at: datetime) -> int:
    city.move(ticket_id, "supervise", {"reason_code": "overdue", "due_at": due_at})
    with city.database.read() as session:
        return session.scalars(select(SupervisionOrder.id).where(SupervisionOrder.ticket_id == ticket_id)).one()


def moved_order(city: City, order_id: int, action: str, role: str, **given: Any) -> None:
    with city.database.work(now=city.now) as uow:
        supervision.move_order(uow, order_id, action, roles=[role], given=given)


def put_policy(city: City, stage: Stage, **values: Any) -> None:
    """Give the whole city other values for a stage."""
    with city.database.work() as uow:
        for row in uow.session.scalars(select(Policy).where(Policy.stage == stage)):
            for name, value in values.items():
                setattr(row, name, value)


def put_rule(city: City, key: str, value: Any) -> None:
    with city.database.work() as uow:
        uow.session.add(TicketRule(key=key, value=value, effective_from=FRIDAY - DAY, source="test"))


def to_callback(city: City) -> int:
    ticket_id = handled(city, contact_phone="19900000001")
    city.reply(ticket_id)
    return ticket_id


def doubted(city: City) -> int:
    ticket_id = to_callback(city)
    city.by_system(ticket_id, "doubt")
    return ticket_id


def in_audit(city: City) -> int:
    ticket_id = handled(city, type="report")
    city.reply(ticket_id)
    return ticket_id


def asked(kind: RequestKind) -> Callable[[City], int]:
    def brought(city: City) -> int:
        ticket_id = handled(city)
        city.by_lead(ticket_id, f"ask_{kind}", ASKED[kind])
        return ticket_id

    return brought


def decided(verb: str, kind: RequestKind) -> Callable[[City, int], None]:
    (who,) = (roles for asked_kind, roles, *_ in DECIDED if asked_kind is kind)
    role = min(who - {SUPERIOR})
    return lambda city, ticket_id: city.by_lead(ticket_id, f"{verb}_{kind}", role=role)


def redone(city: City) -> int:
    ticket_id = doubted(city)
    city.move(ticket_id, "redo", {"verdict": "reasonable", "basis": "应办未办"})
    return ticket_id


WALKS: dict[str, tuple[Stage, Callable[[City], int], Callable[[City, int], None]]] = {
    "total": (Stage.TOTAL, handled, City.reply),
    "dispatch": (Stage.DISPATCH, City.opened, lambda city, one: city.move(one, "dispatch", {"unit_id": city.id("C")})),
    "sign": (Stage.SIGN, dispatched, lambda city, one: city.by_lead(one, "sign")),
    "contact": (Stage.CONTACT, handled, lambda city, one: city.by_lead(one, "contact")),
    "feedback": (Stage.FEEDBACK, handled, lambda city, one: city.by_lead(one, "report_progress")),
    "feedback by the answer": (Stage.FEEDBACK, handled, City.reply),
    "handle": (Stage.HANDLE, handled, City.reply),
    "redo": (Stage.REDO, redone, lambda city, one: city.move(one, "withdraw")),
    "audit passed": (Stage.REPLY_AUDIT, in_audit, lambda city, one: city.move(one, "pass_reply")),
    "audit rejected": (Stage.REPLY_AUDIT, in_audit, lambda city, one: city.move(one, "reject_reply")),
    "call-back": (Stage.CALLBACK, to_callback, lambda city, one: city.by_system(one, "doubt")),
    "review": (Stage.REVIEW, doubted, lambda city, one: city.move(one, "redo", {"verdict": "partly", "basis": "应办未办"})),
    **{
        f"{verb} {kind}": (DECIDED_WITHIN[kind], asked(kind), decided(verb, kind))
        for kind in ASKED
        for verb in ("grant", "refuse")
    },
    "designate here": (
        Stage.DECIDE_RETURN,
        asked(RequestKind.RETURN),
        lambda city, one: city.by_lead(one, "designate_here", RULED, role="dispatcher"),
    ),
    "lapse": (
        Stage.DECIDE_RETURN,
        asked(RequestKind.RETURN),
        lambda city, one: city.move(one, "redispatch", {"unit_id": city.id("E")}),
    ),
}


@pytest.mark.parametrize("name", WALKS)
def test_a_limit_runs_from_the_step_that_begins_it_to_the_one_that_ends_it(city: City, name: str) -> None:
    stage, begin, end = WALKS[name]
    ticket_id = begin(city)
    assert stage.value in clocks_of(city, ticket_id)
    first = clock_of(city, ticket_id, stage)

    end(city, ticket_id)

    with city.database.read() as session:
        ended = session.get_one(Clock, first.id)
        assert (ended.stopped_at, ended.next_at) == (city.now, None)


def test_every_stage_and_every_row_of_the_tables_is_walked() -> None:
    apart = {Stage.SUPERVISION, Stage.APPEAL, Stage.RULING}
    begun = {stage for stages in BEGUN_BY_TICKET.values() for stage in stages} | set(DECIDED_WITHIN.values())

    assert {stage for stage, *_ in WALKS.values()} == set(Stage) - apart
    assert begun <= {stage for stage, *_ in WALKS.values()}
    assert set(DECIDED_WITHIN) == set(RequestKind) - {RequestKind.REPLY}
    assert set().union(*ENDED_BY_UNIT.values(), *ENDED_BY_TICKET.values()) == set(Stage) - {Stage.SUPERVISION, Stage.APPEAL}


@pytest.mark.parametrize("kind", ASKED)
def test_the_hotlines_decisions_belong_to_no_unit(city: City, kind: RequestKind) -> None:
    ticket_id = asked(kind)(city)

    limit = clock_of(city, ticket_id, DECIDED_WITHIN[kind])

    assert (limit.unit_id, limit.assignment_id) == (None, part_of(city, ticket_id).id)
    assert limit.request_id is not None


def test_what_a_unit_below_asks_is_decided_by_the_unit_that_passed_the_part_on(city: City) -> None:
    ticket_id = city.opened()
    city.move(ticket_id, "dispatch", {"unit_id": city.id("B")})
    city.by_lead(ticket_id, "sign")
    city.by_lead(ticket_id, "sub_dispatch", {"unit_ids": [city.id("C")]})
    below = part_of(city, ticket_id, "C").id

    from_unit(city, below, "ask_return", OBJECTION)

    assert clock_of(city, ticket_id, Stage.DECIDE_RETURN).unit_id == city.id("B")


def from_unit(city: City, part_id: int, action: str, given: dict[str, Any]) -> None:
    with city.database.work(now=city.now) as uow:
        assignments.move(uow, part_id, action, roles=["handler"], given=given)


def test_the_last_return_before_a_designation_is_a_dispute_to_be_ruled_on(city: City) -> None:
    put_rule(city, "return.max", 2)
    ticket_id = dispatched(city)
    city.return_it(ticket_id)
    city.move(ticket_id, "dispatch", {"unit_id": city.id("E")})

    city.by_lead(ticket_id, "ask_return", OBJECTION)
    assert {"ruling"} == clocks_of(city, ticket_id).keys() & {"ruling", "decide_return"}
    city.by_lead(ticket_id, "designate_here", RULED, role="dispatcher")

    assert "ruling" not in clocks_of(city, ticket_id)


def test_an_order_runs_to_its_own_day_until_it_is_answered_and_anew_when_sent_back(city: City) -> None:
    ticket_id = handled(city)
    order_id = ordered(city, ticket_id, local(11, 24))
    limit = clock_of(city, ticket_id, Stage.SUPERVISION)
    assert (limit.due_at, limit.order_id, limit.unit_id) == (local(11, 24), order_id, city.id("C"))

    moved_order(city, order_id, "answer_order", "unit_admin", answer="已约谈施工方")
    assert "supervision" not in clocks_of(city, ticket_id)
    moved_order(city, order_id, "refuse_answer", "supervisor", note="未说明整改", due_at=local(11, 26))
    assert clocks_of(city, ticket_id)["supervision"] == local(11, 26)
    moved_order(city, order_id, "answer_order", "unit_admin", answer="已整改")
    moved_order(city, order_id, "close_order", "supervisor", note="同意")

    assert "supervision" not in clocks_of(city, ticket_id)


def test_an_order_waits_for_its_answer_also_after_the_ticket_was_closed(city: City) -> None:
    ticket_id = handled(city)
    ordered(city, ticket_id, local(11, 24))
    city.reply(ticket_id)
    city.move(ticket_id, "pass_reply")

    assert not city.ticket(ticket_id).state.is_open
    assert clocks_of(city, ticket_id).keys() == {"supervision"}


def test_an_appeal_runs_until_it_is_decided(city: City) -> None:
    ticket_id = handled(city)
    words = (ticket_id, city.id("C"))

    for action, source, target in (("appeal", "", "asked"), ("refuse_appeal", "asked", "refused")):
        with city.database.work(now=city.now) as uow:
            uow.record(AppealMoved(1, *words, action, source, target))
        assert ("appeal" in clocks_of(city, ticket_id)) is (target == "asked")


def test_a_first_report_is_owed_only_where_it_ends_before_the_answer(city: City) -> None:
    assert "feedback" in clocks_of(city, handled(city))
    assert "feedback" not in clocks_of(city, handled(city, urgency="urgent"))
    assert "feedback" not in clocks_of(city, handled(city, type="help"))


@pytest.mark.parametrize(
    ("event", "began"),
    [
        (StartEvent.ACCEPTED, FRIDAY),
        (StartEvent.DISPATCHED, FRIDAY + timedelta(hours=1)),
        (StartEvent.SIGNED, FRIDAY + timedelta(hours=2)),
    ],
)
def test_the_units_limit_begins_with_the_event_that_its_policy_names(city: City, event: StartEvent, began: datetime) -> None:
    put_policy(city, Stage.HANDLE, start_event=event)
    ticket_id = city.opened()
    city.now = FRIDAY + timedelta(hours=1)
    city.move(ticket_id, "dispatch", {"unit_id": city.id("C")})
    assert ("handle" in clocks_of(city, ticket_id)) is (event is not StartEvent.SIGNED)
    city.now = FRIDAY + timedelta(hours=2)

    city.by_lead(ticket_id, "sign")

    with city.database.read() as session:
        found = session.scalars(select(Clock).where(Clock.ticket_id == ticket_id, Clock.stage == Stage.HANDLE)).all()
    assert [limit.started_at for limit in found] == [began]
    assert part_of(city, ticket_id).due_at == city.ticket(ticket_id).due_at == found[0].due_at


def test_a_limit_within_the_leads_follows_it_when_it_is_counted_again(city: City) -> None:
    ticket_id = city.opened()
    city.move(ticket_id, "dispatch", {"unit_id": city.id("C"), "assist_unit_ids": [city.id("E")]})
    normal = part_of(city, ticket_id, "E").due_at

    city.move(ticket_id, "correct", {"changes": {"urgency": "urgent"}})
    urgent = [part_of(city, ticket_id, code).due_at for code in ("C", "E")]
    city.move(ticket_id, "correct", {"changes": {"urgency": "normal"}})

    assert urgent == [FRIDAY + DAY] * 2
    assert part_of(city, ticket_id, "E").due_at == normal


def test_a_part_passed_on_late_stays_within_the_extended_limit_that_it_began_in(city: City) -> None:
    ticket_id = city.opened()
    city.move(ticket_id, "dispatch", {"unit_id": city.id("B")})
    city.by_lead(ticket_id, "sign")
    granted(city, ticket_id, "extension", MORE)
    city.now = FRIDAY + 20 * DAY
    city.by_lead(ticket_id, "sub_dispatch", {"unit_ids": [city.id("C")]})
    before = part_of(city, ticket_id, "C").due_at
    assert before == part_of(city, ticket_id, "B").due_at == local(12, 18)

    city.move(ticket_id, "correct", {"changes": {"urgency": "critical"}})
    city.move(ticket_id, "correct", {"changes": {"urgency": "normal"}})

    assert part_of(city, ticket_id, "C").due_at == before


def test_a_ticket_taken_out_of_a_merger_keeps_the_time_that_it_was_given_back(city: City) -> None:
    main, repeat = handled(city), city.opened()
    city.move(repeat, "send_back")
    city.now = FRIDAY + 4 * DAY
    city.add(repeat, "地点在听涛路")
    before = clocks_of(city, repeat)["total"]
    city.move(repeat, "merge", {"main_id": main})

    city.move(repeat, "unmerge")

    assert clocks_of(city, repeat)["total"] == before
    assert city.ticket(repeat).total_due_at == before


def test_a_reopened_ticket_runs_on_by_the_citizens_limit_unless_it_was_answered(city: City) -> None:
    silent, answered = city.opened(), handled(city)
    city.reply(answered)
    city.move(silent, "withdraw")
    city.now = FRIDAY + 3 * DAY

    city.move(silent, "reopen")
    city.move(answered, "reopen")

    assert clocks_of(city, silent)["total"] == local(12, 14)
    assert "total" not in clocks_of(city, answered)


@pytest.mark.parametrize(("channel", "profile"), [("phone", "general"), ("110", "transfer_110"), ("province", "provincial")])
def test_whose_limits_hold_follows_from_the_channel(city: City, channel: str, profile: str) -> None:
    assert city.ticket(city.opened(channel=channel)).profile == profile


def test_a_corrected_profile_is_counted_again(city: City) -> None:
    ticket_id = handled(city, type="help")
    before = part_of(city, ticket_id).due_at

    city.move(ticket_id, "correct", {"changes": {"profile": "enterprise"}})

    assert before == local(11, 27)
    assert part_of(city, ticket_id).due_at == local(12, 11)


def test_a_stage_is_limited_as_its_policy_says(city: City) -> None:
    put_policy(city, Stage.DECIDE_EXTENSION, amount=90, unit=LimitUnit.MINUTES, start_rule=StartRule.AT_ONCE)

    ticket_id = asked(RequestKind.EXTENSION)(city)

    assert clocks_of(city, ticket_id)["decide_extension"] == FRIDAY + timedelta(minutes=90)
