"""Guards of dispatching: duty lists and the grass roots, on a real database with the reactions of the product."""

from datetime import UTC, datetime
from typing import Any

import pytest

from dispatch import catalogue_versions, duties, guards
from dispatch.models import Duty
from hotline.kernel.db import Database, UnitOfWork
from hotline.kernel.errors import Conflict, Invalid
from hotline.kernel.events import Subscribers
from hotline.people.models import Unit
from hotline.tickets import assignments, following, tickets, timeline
from hotline.tickets.events import AssignmentMoved, AssignmentOpened
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.tickets import NewTicket
from sla.models import SlaRule
from tests import factories
from tests.integration.test_dispatch_catalogue import STREET, build_city, row
from web.reactions import dispatching

WHY = "属地先行处置，该单位已电话同意接收"
STALL = NewTicket(channel="phone", type="complaint", title="流动摊贩", body="占道", category_code="0101", area_code=STREET)
OBJECTION = {"reason_code": "duty", "reason": "不属于本单位职责", "legal_basis": "《条例》第三条"}
RULING = {"evidence": "现场照片", "note": "由该单位办理", "basis": "三定规定"}


@pytest.fixture
def subscribers() -> Subscribers:
    return Subscribers(within={AssignmentOpened: (dispatching.guard,), AssignmentMoved: (following.follow,)})


@pytest.fixture(autouse=True)
def units(database: Database) -> dict[str, int]:
    """0101 is the district's bureau of 城管 by the catalogue; the police has a list without it, the community bureau none."""
    with database.work() as uow:
        build_city(uow.session)
        city_police = factories.unit(uow.session, "city-ga", line="公安")
        found = {unit.code: unit for unit in uow.session.query(Unit)}
        found["d1-ga"].professional_id = city_police.id
        catalogue_versions.import_rows(uow, [row("district-bureau:城管")])
        begun = datetime(2026, 1, 1, tzinfo=UTC)
        for code, category in (("d1-cg", "01"), ("d1-ga", "0601"), ("city-ga", "0601")):
            duty = Duty(unit_id=found[code].id, category_code=category, basis="《职责清单》", effective_from=begun)
            uow.session.add(duty)
        return {code: unit.id for code, unit in found.items()}


def dispatch(database: Database, unit_id: int, ticket: NewTicket = STALL, **given: Any) -> Assignment:
    with database.work() as uow:
        made = tickets.open_ticket(uow, ticket)
        return move(uow, made.id, "dispatch", unit_id=unit_id, **given)


def move(uow: UnitOfWork, ticket_id: int, action: str, role: str = "dispatcher", **given: Any) -> Assignment:
    tickets.move(uow, ticket_id, action, roles=[role], given=given)
    return next(part for part in assignments.at_work(uow.session, ticket_id) if part.role == "lead")


@pytest.mark.parametrize(
    ("unit", "reason", "rules"),
    [("d1-ga", "outside-duties", ["outside-duties"]), ("s1", "grass-roots", ["grass-roots"])],
)
def test_a_unit_that_neither_list_nor_catalogue_names_is_refused(
    database: Database, units: dict[str, int], unit: str, reason: str, rules: list[str]
) -> None:
    with pytest.raises(Conflict) as caught:
        dispatch(database, units[unit])

    said = caught.value.details
    assert (said["reason"], said["rules"], said["unit_id"], said["least"]) == (reason, rules, units[unit], 10)
    assert (said["category"], said["basis"], said["instead"]) == ("类别01/类别0101", "《条例》", ["单位d1-cg"])


@pytest.mark.parametrize("unit", ["d1-cg", "d1", "city-cg"])
def test_the_catalogues_unit_and_units_without_a_list_are_not_refused(
    database: Database, units: dict[str, int], unit: str
) -> None:
    part = dispatch(database, units[unit])

    assert part.unit_id == units[unit]
    assert actions(database, part) == ["dispatch"]


def test_a_person_who_says_why_goes_against_the_guard_and_the_timeline_keeps_it(
    database: Database, units: dict[str, int]
) -> None:
    part = dispatch(database, units["s1"], override=WHY)

    assert part.override == WHY
    with database.work() as uow:
        line = next(line for line in timeline.lines(uow.session, part.ticket_id) if line.action == "override")
        assert (line.data, line.text, line.public) == ({"assignment_id": part.id, "rules": ["grass-roots"]}, WHY, False)
        assert timeline.broken_at(timeline.lines(uow.session, part.ticket_id)) is None
        assert guards.overridden(uow, uow.session.get_one(Assignment, part.id)) == ["grass-roots"]


def test_nothing_is_overridden_where_no_guard_speaks(database: Database, units: dict[str, int]) -> None:
    part = dispatch(database, units["d1-cg"], override=WHY)

    with database.work() as uow:
        assert guards.overridden(uow, uow.session.get_one(Assignment, part.id)) == []


def test_a_reason_that_is_too_short_is_none(database: Database, units: dict[str, int]) -> None:
    with pytest.raises(Invalid) as caught:
        dispatch(database, units["s1"], override="就派他")

    assert (caught.value.details["field"], caught.value.details["minimum"]) == ("override", 10)


@pytest.mark.parametrize("guard", ["warn", "off"])
def test_a_city_may_have_the_guards_warn_or_be_off(database: Database, units: dict[str, int], guard: str) -> None:
    with database.work() as uow:
        value = {"outside_duties": guard, "grass_roots": guard}
        uow.session.add(
            SlaRule(key="dispatch.guards", value=value, source="本市", effective_from=datetime(2026, 1, 1, tzinfo=UTC))
        )

    part = dispatch(database, units["s1"])

    assert ("override" in actions(database, part)) is (guard == "warn")


def test_a_unit_above_may_have_what_is_on_the_list_of_one_below(database: Database, units: dict[str, int]) -> None:
    with database.work() as uow:
        uow.session.add(
            Duty(unit_id=units["d1-ga"], category_code="0101", basis="", effective_from=datetime(2026, 1, 2, tzinfo=UTC))
        )

    assert dispatch(database, units["city-ga"]).unit_id == units["city-ga"]


def test_a_matter_without_a_category_is_not_guarded(database: Database, units: dict[str, int]) -> None:
    unclear = NewTicket(channel="phone", type="help", title="不清楚", body="说不清", area_code=STREET)

    assert dispatch(database, units["s1"], unclear).unit_id == units["s1"]


def test_a_bad_mark_goes_to_whom_it_evaluates(database: Database, units: dict[str, int]) -> None:
    mark = NewTicket(channel="phone", type="bad_mark", title="差评", body="态度差", category_code="0101", profile="bad_mark")

    assert dispatch(database, units["d1-ga"], mark).unit_id == units["d1-ga"]


def test_a_ruling_and_a_superior_go_by_rules_of_their_own(database: Database, units: dict[str, int]) -> None:
    part = dispatch(database, units["d1-cg"])
    with database.work() as uow:
        assignments.move(uow, part.id, "ask_return", roles=["liaison"], given=OBJECTION)
        assignments.move(uow, part.id, "designate_other", roles=["dispatcher"], given={**RULING, "unit_id": units["d1-ga"]})
        assert [one.unit_id for one in assignments.at_work(uow.session, part.ticket_id)] == [units["d1-ga"]]
        raised = move(uow, part.ticket_id, "raise_level", "supervisor", unit_id=units["city-ga"], note="提级")

    assert raised.unit_id == units["city-ga"]


def test_what_was_merged_is_redone_by_the_unit_that_answered_the_main_one(database: Database, units: dict[str, int]) -> None:
    main = dispatch(database, units["d1-ga"], override=WHY)
    with database.work() as uow:
        merged = tickets.open_ticket(uow, STALL)
        merged.merged_into_id = main.ticket_id
        part = assignments.open_for(uow, merged, units["d1-ga"], role="lead", note="重办")

        assert part.unit_id == units["d1-ga"]


def test_assisting_units_need_no_duty(database: Database, units: dict[str, int]) -> None:
    part = dispatch(database, units["d1-cg"], assist_unit_ids=[units["d1-ga"]])

    assert actions(database, part) == ["dispatch"]


def test_a_list_covers_what_lies_below_its_category(database: Database, units: dict[str, int]) -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    with database.read() as session:
        assert duties.is_ones_own(session, units["d1-cg"], "010101", at) is True
        assert duties.is_ones_own(session, units["d1-ga"], "010101", at) is False
        assert duties.is_ones_own(session, units["d1"], "010101", at) is None
        assert duties.is_ones_own(session, units["d1-cg"], "010101", datetime(2025, 1, 1, tzinfo=UTC)) is None


def actions(database: Database, part: Assignment) -> list[str]:
    with database.read() as session:
        ticket = session.get_one(Ticket, part.ticket_id)
        return [line.action for line in timeline.lines(session, ticket.id) if line.action in ("dispatch", "override")]
