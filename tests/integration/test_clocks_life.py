"""Limits through the bends of a ticket's life: pauses, more time, replies sent back, parts passed on, corrections."""

from datetime import UTC, datetime, timedelta

import pytest

from hotline.kernel.db import Actor
from hotline.kernel.errors import Conflict, Forbidden, Invalid
from hotline.tickets import assignments
from hotline.tickets.models import Ticket
from hotline.tickets.workflow import Secrecy, State
from sla import callback_lists, reviews, sweep
from sla.book import calendar_of
from sla.lifecycles import ClockState
from sla.reviews import Decision, Judged, Verdict
from tests import factories
from tests.conftest import ZONE
from tests.integration.limits import (
    AUDITOR,
    DAY,
    FRIDAY,
    MORE,
    city,
    clocks_of,
    explained,
    granted,
    handled,
    local,
    part_of,
    subscribers,
)
from tests.lives import OBJECTION, City

__all__ = ["city", "subscribers"]


def test_a_ticket_to_be_checked_runs_the_citizens_limit_and_the_desks(city: City) -> None:
    ticket_id = city.opened(secrecy=Secrecy.CONFIDENTIAL)

    assert city.ticket(ticket_id).state is State.TO_CHECK
    assert clocks_of(city, ticket_id).keys() == {"total", "dispatch"}


def test_no_time_counts_while_the_citizen_is_asked_for_more(city: City) -> None:
    ticket_id = city.opened()
    before = clocks_of(city, ticket_id)["total"]
    city.move(ticket_id, "send_back")
    assert clocks_of(city, ticket_id) == {}
    city.now = FRIDAY + 4 * DAY

    city.add(ticket_id, "地点在听涛路")

    after = clocks_of(city, ticket_id)
    assert after.keys() == {"total", "dispatch"}
    with city.database.read() as session:
        assert calendar_of(session, ZONE).working_days_between(before, after["total"]) == 2
    assert city.ticket(ticket_id).total_due_at == after["total"]


def test_a_suspension_stands_still_and_resumes_with_what_was_left(city: City) -> None:
    ticket_id = handled(city)
    before = part_of(city, ticket_id).due_at
    assert before == local(12, 11)
    city.suspend(ticket_id, FRIDAY + 30 * DAY)
    assert clocks_of(city, ticket_id) == {}
    assert clocks_of(city, ticket_id, ClockState.PAUSED).keys() == {"contact", "feedback", "handle", "total"}
    assert "stands-still" in explained(city, ticket_id, "handle")
    assert sweep.run(city.database, now=FRIDAY + 25 * DAY) == sweep.SweepResult(0, 0)

    city.now = FRIDAY + 28 * DAY
    city.move(ticket_id, "resume")

    part, ticket = part_of(city, ticket_id), city.ticket(ticket_id)
    with city.database.read() as session:
        calendar = calendar_of(session, ZONE)
        assert part.due_at is not None
        assert calendar.working_time_between(city.now, part.due_at) == calendar.working_time_between(FRIDAY, before)
    assert ticket.due_at == part.due_at
    assert explained(city, ticket_id, "handle")["paused-for"]["until"] == city.now.astimezone(UTC).isoformat()


def test_a_limit_that_was_past_is_not_revived_by_a_pause(city: City) -> None:
    ticket_id = handled(city)
    before = clocks_of(city, ticket_id)
    city.now = FRIDAY + 30 * DAY
    city.suspend(ticket_id, FRIDAY + 60 * DAY)
    city.now = FRIDAY + 40 * DAY

    city.move(ticket_id, "resume")

    assert clocks_of(city, ticket_id) == before


def test_an_extension_moves_the_part_the_ticket_and_the_citizens_limit(city: City) -> None:
    ticket_id = handled(city)

    granted(city, ticket_id, "extension", MORE)

    assert part_of(city, ticket_id).due_at == city.ticket(ticket_id).due_at == local(12, 18)
    assert city.ticket(ticket_id).total_due_at == local(12, 18)
    assert explained(city, ticket_id, "handle")["extended"]["days"] == MORE["days"]


def test_a_refused_extension_moves_nothing(city: City) -> None:
    ticket_id = handled(city)
    city.by_lead(ticket_id, "ask_extension", MORE)

    city.by_lead(ticket_id, "refuse_extension", role="reply_auditor")

    assert part_of(city, ticket_id).due_at == local(12, 11)


@pytest.mark.parametrize(("kind", "days", "most"), [("complaint", 11, 10), ("enquiry", 3, 2)])
def test_an_extension_is_no_longer_than_limit_and_rule(city: City, kind: str, days: int, most: int) -> None:
    ticket_id = handled(city, type=kind)

    with pytest.raises(Invalid) as refused:
        city.by_lead(ticket_id, "ask_extension", {"reason": "材料待检", "days": days})

    assert refused.value.details == {"field": "days", "rule": "longer-than-allowed", "at_most": most}
    with city.database.read() as session:
        assert session.get_one(Ticket, ticket_id).assignments[0].version == part_of(city, ticket_id).version


def test_more_time_is_not_asked_for_after_the_limit(city: City) -> None:
    ticket_id = handled(city)
    city.now = local(12, 14)

    with pytest.raises(Conflict) as refused:
        city.by_lead(ticket_id, "ask_extension", MORE)

    assert refused.value.details["reason"] == "limit-over"


@pytest.mark.parametrize(("role", "allowed"), [("reply_auditor", False), ("supervisor", True)])
def test_a_second_extension_is_granted_by_a_supervisor_alone(city: City, role: str, allowed: bool) -> None:
    ticket_id = handled(city)
    granted(city, ticket_id, "extension", MORE)
    city.by_lead(ticket_id, "ask_extension", MORE)
    with city.database.work() as uow:
        officer_id = factories.officer(uow.session, "qiu", roles=(role,)).id

    def grant() -> None:
        with city.database.work(Actor(officer_id), now=city.now) as uow:
            part_id = assignments.at_work(uow.session, ticket_id)[0].id
            assignments.move(uow, part_id, "grant_extension", roles=[role], given={"note": "情况属实"})

    if allowed:
        grant()
        assert part_of(city, ticket_id).due_at == local(12, 25)
    else:
        with pytest.raises(Forbidden):
            grant()
        assert part_of(city, ticket_id).due_at == local(12, 18)


def test_a_commitment_replaces_the_limit(city: City) -> None:
    ticket_id = handled(city)
    until = FRIDAY + 200 * DAY

    granted(city, ticket_id, "commitment", {"reason": "历史遗留", "until": until, "plan": "分三步"})

    assert part_of(city, ticket_id).due_at == city.ticket(ticket_id).total_due_at == until
    assert "committed" in explained(city, ticket_id, "total")


@pytest.mark.parametrize(("until", "rule"), [(FRIDAY + 300 * DAY, "commitment-too-far"), (FRIDAY + DAY, "not-after-limit")])
def test_a_commitment_lies_after_the_limit_and_within_the_months(city: City, until: datetime, rule: str) -> None:
    ticket_id = handled(city)

    with pytest.raises(Invalid) as refused:
        city.by_lead(ticket_id, "ask_commitment", {"reason": "历史遗留", "until": until, "plan": "分三步"})

    assert refused.value.details["rule"] == rule


@pytest.mark.parametrize(("urgency", "until"), [("normal", local(11, 23)), ("critical", local(11, 24))])
def test_a_return_may_be_asked_for_within_its_window(city: City, urgency: str, until: datetime) -> None:
    ticket_id = city.opened(urgency=urgency)
    city.move(ticket_id, "dispatch", {"unit_id": city.id("C")})

    assert part_of(city, ticket_id).return_until == until
    city.now = until + timedelta(minutes=1)
    with pytest.raises(Conflict):
        city.by_lead(ticket_id, "ask_return", OBJECTION)


def test_a_part_passed_on_ends_with_the_part_above_it(city: City) -> None:
    ticket_id = city.opened()
    city.move(ticket_id, "dispatch", {"unit_id": city.id("B")})
    city.by_lead(ticket_id, "sign")
    given = local(11, 27)
    city.now = FRIDAY + 3 * DAY
    city.by_lead(ticket_id, "sub_dispatch", {"unit_ids": [city.id("C")], "due_at": given})

    below = part_of(city, ticket_id, "C")

    assert below.due_at == given
    assert city.ticket(ticket_id).due_at == local(12, 11)
    assert explained(city, ticket_id, "handle")["given"]["at"] == given.astimezone(below.due_at.tzinfo).isoformat()


def test_a_part_passed_on_without_a_limit_of_its_own_ends_no_later_than_its_superiors(city: City) -> None:
    ticket_id = city.opened()
    city.move(ticket_id, "dispatch", {"unit_id": city.id("B")})
    city.by_lead(ticket_id, "sign")
    city.now = FRIDAY + 10 * DAY

    city.by_lead(ticket_id, "sub_dispatch", {"unit_ids": [city.id("C")]})

    assert part_of(city, ticket_id, "C").due_at == local(12, 11)


def test_an_audited_reply_keeps_the_citizens_limit_running_until_it_passes(city: City) -> None:
    ticket_id = handled(city, type="report", contact_phone="19900000001")
    city.reply(ticket_id)
    assert clocks_of(city, ticket_id).keys() == {"reply_audit", "total"}
    assert city.ticket(ticket_id).on_time

    city.move(ticket_id, "pass_reply")

    assert clocks_of(city, ticket_id).keys() == {"callback"}


def test_a_reply_sent_back_runs_on_with_what_was_left(city: City) -> None:
    ticket_id = handled(city, type="report")
    total = clocks_of(city, ticket_id)["total"]
    city.now = local(12, 9)
    city.reply(ticket_id)
    city.now = local(12, 11, 9, 0)

    city.move(ticket_id, "reject_reply", {"note": "没有答复诉求"})

    running = clocks_of(city, ticket_id)
    assert running == {"total": total, "handle": local(12, 14)}
    assert part_of(city, ticket_id).due_at == city.ticket(ticket_id).due_at == local(12, 14)
    assert "sent-back" in explained(city, ticket_id, "handle")


def test_a_ticket_dispatched_elsewhere_starts_the_units_limits_anew(city: City) -> None:
    ticket_id = handled(city)
    city.now = FRIDAY + 7 * DAY

    city.move(ticket_id, "redispatch", {"unit_id": city.id("E")})

    assert clocks_of(city, ticket_id).keys() == {"total", "sign", "contact", "feedback", "handle"}
    assert city.ticket(ticket_id).due_at == local(12, 18)
    assert city.ticket(ticket_id).total_due_at == local(12, 11)


def test_a_review_may_terminate_the_case(city: City) -> None:
    ticket_id = handled(city, contact_phone="19900000001")
    city.reply(ticket_id)
    city.by_system(ticket_id, "doubt")

    with city.database.work(now=city.now) as uow:
        judged = Judged(Verdict.UNREASONABLE, "依法不予支持", Decision.TERMINATE, "已向诉求人说明依据")
        reviews.review(uow, AUDITOR, ticket_id, judged)

    assert city.ticket(ticket_id).state is State.TERMINATED
    assert clocks_of(city, ticket_id) == {}


def test_urging_a_ticket_in_its_call_back_opens_no_other(city: City) -> None:
    ticket_id = handled(city, contact_phone="19900000001")
    city.reply(ticket_id)

    city.move(ticket_id, "apportion", {"unit_id": city.id("C")})

    with city.database.read() as session:
        assert len(callback_lists.of_ticket(session, ticket_id)) == 1


def test_a_corrected_urgency_is_counted_again_from_where_the_limit_began(city: City) -> None:
    ticket_id = handled(city)
    before, own = clocks_of(city, ticket_id), part_of(city, ticket_id).due_at
    city.now = FRIDAY + DAY

    city.move(ticket_id, "correct", {"changes": {"urgency": "urgent"}})
    after = clocks_of(city, ticket_id)
    city.move(ticket_id, "correct", {"changes": {"urgency": "normal"}})

    assert after["handle"] < before["handle"]
    assert part_of(city, ticket_id).due_at == own
    assert clocks_of(city, ticket_id) == before
    assert explained(city, ticket_id, "handle").keys() >= {"corrected"}


def test_a_correction_keeps_the_time_that_was_granted(city: City) -> None:
    ticket_id = handled(city)
    granted(city, ticket_id, "extension", MORE)
    longer = part_of(city, ticket_id).due_at

    city.move(ticket_id, "correct", {"changes": {"urgency": "urgent"}})
    city.move(ticket_id, "correct", {"changes": {"urgency": "normal"}})

    assert part_of(city, ticket_id).due_at == longer


def test_corrected_words_move_no_limit(city: City) -> None:
    ticket_id = handled(city)
    before = clocks_of(city, ticket_id)

    city.move(ticket_id, "correct", {"changes": {"title": "夜间施工扰民"}})

    assert clocks_of(city, ticket_id) == before
