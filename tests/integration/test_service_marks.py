"""Service marks (好差评): kept once, bad ones worked on by the evaluated body, evaluated once more, excluded for a reason."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from hotline.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from hotline.people.models import Citizen
from hotline.tickets import timeline
from hotline.tickets.models import Ticket
from hotline.tickets.workflow import State
from sla import service_marks
from sla.answers import CallbackAnswers, Contacted, Satisfaction, Solved
from sla.mark_lists import MarkState, list_marks
from sla.models import SlaRule
from sla.opinions import Callback, EvaluationLink, ServiceMark
from tests import factories
from tests.integration.limits import FRIDAY, city, clocks_of, local, subscribers
from tests.integration.marks import (
    CALLER,
    CONTENT,
    PHONE,
    SUPERVISOR,
    answered,
    mark_of,
    received,
    rectified,
    rung,
)
from tests.lives import City

__all__ = ["city", "subscribers"]

UNHAPPY = CallbackAnswers(Contacted.YES, Solved.NO, Satisfaction.DISSATISFIED)


def ticket_of(city: City, mark: ServiceMark) -> Ticket:
    assert mark.ticket_id is not None
    return city.ticket(mark.ticket_id)


def rows(city: City, table: type[object]) -> int:
    with city.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize("stars", [3, 4, 5])
def test_a_good_mark_is_kept_and_nothing_else(city: City, stars: int) -> None:
    mark = received(city, stars=stars).mark

    assert (mark_of(city, mark.id).stars, mark.ticket_id) == (stars, None)
    assert rows(city, Ticket) == 0


@pytest.mark.parametrize("stars", [1, 2])
def test_a_bad_mark_is_a_ticket_with_the_evaluated_body_at_once(city: City, stars: int) -> None:
    mark = received(city, stars=stars).mark

    ticket = ticket_of(city, mark)
    assert (ticket.type, ticket.profile, ticket.channel) == ("bad_mark", "bad_mark", "platform")
    assert (ticket.state, ticket.lead_unit_id) == (State.DISPATCHED, city.id("C"))
    assert ticket.contact_phone == PHONE


def test_the_ticket_tells_what_was_evaluated_and_names_nobody_in_its_title(city: City) -> None:
    ticket = ticket_of(city, received(city).mark)

    assert ticket.title == "关于市民反映对“居住证申领”服务非常不满意的问题"
    for told in ("居住证申领", "BJ-2026-0081", "单位C", "1星（非常不满意）", "流程复杂、一次性告知不到位", "跑了三趟还没办成"):
        assert told in ticket.body


def test_a_long_item_is_cut_in_the_title_so_that_the_judgement_stays(city: City) -> None:
    ticket = ticket_of(city, received(city, item="事项" * 100).mark)

    assert ticket.title.endswith("”服务非常不满意的问题")
    assert len(ticket.title) <= 60


def test_limits_are_those_of_bad_marks(city: City) -> None:
    """Friday 20 November 10:00: contact within one working day, put right within 15."""
    mark = received(city).mark

    limits = clocks_of(city, mark.ticket_id or 0)
    assert (limits["contact"], limits["handle"]) == (local(11, 23), local(12, 11))


def test_the_same_mark_again_changes_nothing(city: City) -> None:
    first = received(city)

    again = received(city, stars=2, words="别的话")

    assert (again.duplicate, again.mark.id, again.mark.words) == (True, first.mark.id, first.mark.words)
    assert rows(city, Ticket) == 1


def test_the_same_mark_twice_at_once_is_one_ticket(city: City) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = [future.result() for future in [pool.submit(received, city) for _ in range(4)]]

    assert sorted(entry.duplicate for entry in found) == [False, True, True, True]
    assert (rows(city, Ticket), rows(city, ServiceMark)) == (1, 1)


def test_the_same_id_of_another_source_is_another_mark(city: City) -> None:
    received(city)

    assert not received(city, source="city").duplicate


@pytest.mark.parametrize(
    "values",
    [{"unit_code": "nowhere"}, {"unit_code": ""}, {"unit_code": "H"}],
    ids=["unknown body", "no body", "the hotline itself"],
)
def test_a_bad_mark_without_a_body_to_work_on_it_waits_at_the_desk(city: City, values: dict[str, Any]) -> None:
    with city.database.work() as uow:
        factories.unit(uow.session, "H", kind="hotline")

    ticket = ticket_of(city, received(city, **values).mark)

    assert (ticket.state, ticket.lead_unit_id) == (State.PENDING, None)


def test_a_mark_waits_at_the_desk_where_the_city_wants_to_look_first(city: City) -> None:
    with city.database.work() as uow:
        uow.session.add(SlaRule(key="mark.dispatch_at_once", effective_from=FRIDAY, value=False, source="本市"))

    assert ticket_of(city, received(city).mark).state is State.PENDING


def test_the_body_that_the_desk_chose_is_the_marks(city: City) -> None:
    mark = received(city, unit_code="nowhere").mark

    city.move(mark.ticket_id or 0, "dispatch", {"unit_id": city.id("B")})

    assert mark_of(city, mark.id).unit_id == city.id("B")


def test_nothing_of_who_gave_an_anonymous_mark_is_kept_and_nobody_is_rung(city: City) -> None:
    mark = received(city, real_name=False).mark
    ticket = ticket_of(city, mark)
    assert (ticket.contact_phone, ticket.contact_name, ticket.citizen_id) == ("", "", None)
    assert rows(city, Citizen) == 0

    answered(city, ticket.id)

    assert ticket_of(city, mark).state is State.CLOSED
    assert mark_of(city, mark.id).rectified_at is not None


def test_a_real_name_mark_is_called_back_and_rectified_by_it(city: City) -> None:
    mark = received(city).mark
    ticket_id = mark.ticket_id or 0
    answered(city, ticket_id)
    with city.database.read() as session:
        callback = session.scalars(select(Callback).where(Callback.ticket_id == ticket_id)).one()
    assert callback.channel == "person"
    assert mark_of(city, mark.id).rectified_at is None

    at = rung(city, ticket_id, CONTENT)

    assert mark_of(city, mark.id).rectified_at == at


def test_a_mark_that_is_not_put_right_stays_open(city: City) -> None:
    mark = received(city).mark
    answered(city, mark.ticket_id or 0)

    rung(city, mark.ticket_id or 0, UNHAPPY)

    assert ticket_of(city, mark).state is State.REVIEW
    assert mark_of(city, mark.id).rectified_at is None


def test_reopened_ticket_makes_the_mark_open_again(city: City) -> None:
    mark = rectified(city)

    city.move(mark.ticket_id or 0, "reopen")

    assert mark_of(city, mark.id).rectified_at is None


@pytest.mark.parametrize("stars", [1, 5])
def test_one_further_evaluation_is_kept_beside_the_first(city: City, stars: int) -> None:
    mark = rectified(city)

    with city.database.work(now=city.now) as uow:
        service_marks.add(uow, mark.id, stars=stars, words="这次办得快")

    after = mark_of(city, mark.id)
    assert (after.stars, after.added_stars, after.added_words, after.added_at) == (1, stars, "这次办得快", city.now)
    with city.database.read() as session:
        assert timeline.lines(session, mark.ticket_id or 0)[-1].action == "mark_added"


def links_of(city: City, mark: ServiceMark) -> list[EvaluationLink]:
    with city.database.read() as session:
        return list(session.scalars(select(EvaluationLink).where(EvaluationLink.subject_id == mark.id)))


def test_who_gave_a_real_name_mark_is_invited_to_evaluate_once_more_for_three_days(city: City) -> None:
    mark = rectified(city)

    (link,) = links_of(city, mark)

    assert mark.rectified_at is not None
    assert (link.kind, link.used_at, link.expires_at) == ("mark", None, mark.rectified_at + timedelta(days=3))


def test_nobody_is_invited_who_cannot_be_reached(city: City) -> None:
    mark = received(city, real_name=False).mark

    answered(city, mark.ticket_id or 0)

    assert links_of(city, mark) == []


@pytest.mark.parametrize("undone", ["reopen", "exclude"])
def test_an_invitation_ends_with_what_it_rests_on(city: City, undone: str) -> None:
    mark = rectified(city)

    if undone == "reopen":
        city.move(mark.ticket_id or 0, "reopen")
    else:
        with city.database.work() as uow:
            service_marks.exclude(uow, SUPERVISOR, mark.id, reason="误操作")

    assert [link.revoked_at is not None for link in links_of(city, mark)] == [True]


def test_a_second_further_evaluation_is_refused(city: City) -> None:
    mark = rectified(city)
    with city.database.work() as uow:
        service_marks.add(uow, mark.id, stars=4, words="")

    with pytest.raises(Conflict) as refused, city.database.work() as uow:
        service_marks.add(uow, mark.id, stars=5, words="")

    assert refused.value.details["reason"] == "added-already"


def test_no_further_evaluation_before_it_is_put_right(city: City) -> None:
    mark = received(city).mark

    with pytest.raises(Conflict) as refused, city.database.work() as uow:
        service_marks.add(uow, mark.id, stars=4, words="")

    assert refused.value.details["reason"] == "not-rectified"


def test_an_excluded_mark_ends_its_ticket_and_leaves_the_rates(city: City) -> None:
    mark = received(city).mark

    with city.database.work(now=city.now) as uow:
        service_marks.exclude(uow, SUPERVISOR, mark.id, reason="经核实非本人办理")

    ticket = ticket_of(city, mark)
    assert (ticket.state, ticket.reasonable, ticket.public_reply) == (State.TERMINATED, "unreasonable", "经核实非本人办理")
    assert mark_of(city, mark.id).excluded_at == city.now
    assert clocks_of(city, ticket.id) == {}


def test_a_mark_in_review_is_decided_by_its_exclusion(city: City) -> None:
    mark = received(city).mark
    answered(city, mark.ticket_id or 0)
    rung(city, mark.ticket_id or 0, UNHAPPY)

    with city.database.work() as uow:
        service_marks.exclude(uow, SUPERVISOR, mark.id, reason="恶意差评")

    ticket = ticket_of(city, mark)
    assert (ticket.state, ticket.reasonable) == (State.TERMINATED, "unreasonable")


def test_a_mark_put_right_already_is_excluded_without_moving_its_ticket(city: City) -> None:
    mark = rectified(city)

    with city.database.work() as uow:
        service_marks.exclude(uow, SUPERVISOR, mark.id, reason="误操作")

    ticket = ticket_of(city, mark)
    assert (ticket.state, ticket.reasonable) == (State.CLOSED, "unreasonable")
    with city.database.read() as session:
        line = timeline.lines(session, ticket.id)[-1]
    assert (line.action, line.text) == ("exclude", "误操作")


@pytest.mark.parametrize(
    ("scope", "reason", "kind"), [(CALLER, "误操作", Forbidden), (SUPERVISOR, " ", Invalid)], ids=["role", "no reason"]
)
def test_who_may_not_or_gives_no_reason_excludes_nothing(city: City, scope: Any, reason: str, kind: type[Exception]) -> None:
    mark = received(city).mark

    with pytest.raises(kind), city.database.work() as uow:
        service_marks.exclude(uow, scope, mark.id, reason=reason)

    assert mark_of(city, mark.id).excluded_at is None


def test_a_mark_is_excluded_once_and_a_good_one_never(city: City) -> None:
    bad, good = received(city).mark, received(city, external_id="M-2", stars=4).mark
    with city.database.work() as uow:
        service_marks.exclude(uow, SUPERVISOR, bad.id, reason="误操作")

    for mark, reason in ((bad, "excluded-already"), (good, "not-bad")):
        with pytest.raises(Conflict) as refused, city.database.work() as uow:
            service_marks.exclude(uow, SUPERVISOR, mark.id, reason="误操作")
        assert refused.value.details["reason"] == reason
    with pytest.raises(NotFound), city.database.work() as uow:
        service_marks.exclude(uow, SUPERVISOR, 999, reason="误操作")


@pytest.mark.parametrize(
    ("values", "field"),
    [({"stars": 0}, "stars"), ({"stars": 6}, "stars"), ({"phone": "abc"}, "phone")],
)
def test_a_mark_that_cannot_be_is_refused_and_not_kept(city: City, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        received(city, **values)

    assert refused.value.details["field"] == field
    assert rows(city, ServiceMark) == 0


def test_lists_show_marks_by_where_they_stand(city: City) -> None:
    done = rectified(city)
    waiting, wrong = received(city, external_id="M-2").mark, received(city, external_id="M-3").mark
    received(city, external_id="M-4", stars=5)
    with city.database.work() as uow:
        service_marks.exclude(uow, SUPERVISOR, wrong.id, reason="误操作")
        officer = factories.officer(uow.session, "li", roles=("supervisor",))
    reader = SUPERVISOR.__class__(officer_id=officer.id, roles=frozenset({"supervisor"}), sees_all_units=True)

    with city.database.read() as session:
        found = {state: list_marks(session, reader, state).rows for state in MarkState}
        page = list_marks(session, reader, MarkState.ALL, limit=2)
        rest = list_marks(session, reader, MarkState.ALL, limit=2, after=page.after)

    assert {state.value: [row.mark.id for row in marks] for state, marks in found.items()} == {
        "open": [waiting.id],
        "rectified": [done.id],
        "all": [wrong.id, waiting.id, done.id],
    }
    assert (page.total, [row.mark.id for row in (*page.rows, *rest.rows)]) == (3, [wrong.id, waiting.id, done.id])
    excluded = found[MarkState.ALL][0].excluded
    assert excluded is not None
    assert excluded.reason == "误操作"
