"""Abuse of the line (handbook 3.11): warnings, a restriction proposed, approved by another, lifted, expired."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from hotline.kernel import clock
from hotline.kernel.db import Actor, Database, UnitOfWork
from hotline.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from hotline.people import nuisance
from hotline.people.models import Notice
from hotline.people.nuisance import Rules, Step
from tests import factories
from tests.integration.people import Person, SignIn
from web.bootstrap import Container

RULES = Rules(warnings=2, memory=timedelta(days=365), longest=timedelta(days=90))
DAY = timedelta(days=1)
WHY = "一小时内拨打四十次，辱骂话务员"


@pytest.fixture
def people(database: Database) -> tuple[Actor, Actor]:
    """An agent and a shift leader; the caller has id 1."""
    with database.work() as uow:
        factories.citizen(uow.session)
        agent, leader = (factories.officer(uow.session, role, roles=(role,)) for role in ("agent", "shift_leader"))
        return Actor(agent.id), Actor(leader.id)


def warned(database: Database, actor: Actor, times: int, at: datetime | None = None) -> None:
    with database.work(actor, now=at) as uow:
        for _ in range(times):
            nuisance.warn(uow, 1, WHY)


def proposed(database: Database, actor: Actor, days: int = 30) -> None:
    with database.work(actor) as uow:
        nuisance.propose(uow, 1, WHY, expires_at=uow.now + days * DAY, rules=RULES)


def test_restriction_holds_from_anothers_approval_until_it_expires(database: Database, people: tuple[Actor, Actor]) -> None:
    agent, leader = people
    warned(database, agent, 2)
    proposed(database, agent)
    with database.read() as session:
        waiting = nuisance.status(session, 1, clock.now(), RULES)
        assert (waiting.warnings, waiting.restriction, len(nuisance.proposals(session, clock.now()))) == (2, None, 1)

    with database.work(leader) as uow:
        nuisance.approve(uow, 1)

    with database.read() as session:
        now = clock.now()
        held = nuisance.status(session, 1, now, RULES)
        assert held.restriction is not None
        assert (held.restriction.approved_by_id, held.proposed) == (leader.officer_id, None)
        assert nuisance.proposals(session, now) == []
        assert nuisance.status(session, 1, now + 31 * DAY, RULES).restriction is None


def test_shift_leaders_are_told_of_a_proposal_without_personal_data(database: Database, people: tuple[Actor, Actor]) -> None:
    warned(database, people[0], 2)
    proposed(database, people[0])

    with database.read() as session:
        notice = session.query(Notice).one()
        assert (notice.role, notice.code, notice.args) == ("shift_leader", "nuisance-proposed", {})


def test_own_proposal_is_approved_by_somebody_else(database: Database, people: tuple[Actor, Actor]) -> None:
    _, leader = people
    warned(database, leader, 2)
    proposed(database, leader)

    with pytest.raises(Forbidden) as refused, database.work(leader) as uow:
        nuisance.approve(uow, 1)

    assert refused.value.details["reason"] == "own-proposal"


def test_refused_proposal_restricts_nobody_and_another_may_follow(database: Database, people: tuple[Actor, Actor]) -> None:
    agent, leader = people
    warned(database, agent, 2)
    proposed(database, agent)

    with database.work(leader) as uow:
        assert nuisance.step(nuisance.refuse(uow, 1), uow.now) is Step.REFUSED
    proposed(database, agent)

    with database.work(leader) as uow:
        nuisance.approve(uow, 1)
        assert nuisance.step(nuisance.lift(uow, 1), uow.now) is Step.LIFTED
        assert nuisance.status(uow.session, 1, uow.now, RULES).restriction is None


def test_warnings_count_only_for_a_time(database: Database, people: tuple[Actor, Actor]) -> None:
    warned(database, people[0], 5, at=clock.now() - 366 * DAY)
    warned(database, people[0], 1)

    with pytest.raises(Conflict) as refused:
        proposed(database, people[0])

    assert (refused.value.details["warnings"], refused.value.details["needed"]) == (1, 2)


@pytest.mark.parametrize(("days", "rule"), [(-1, "past"), (0, "past"), (91, "too-many-days")])
def test_restriction_without_a_sensible_end_is_refused(
    database: Database, people: tuple[Actor, Actor], days: int, rule: str
) -> None:
    warned(database, people[0], 2)

    with pytest.raises(Invalid) as refused:
        proposed(database, people[0], days)

    assert (refused.value.details["field"], refused.value.details["rule"]) == ("expires_at", rule)


def test_second_proposal_waits_for_the_first(database: Database, people: tuple[Actor, Actor]) -> None:
    warned(database, people[0], 2)
    proposed(database, people[0])

    with pytest.raises(Conflict) as refused:
        proposed(database, people[0])

    assert refused.value.details["reason"] == "restricted"


@pytest.mark.parametrize("reason", ["", "  ", "\x00", "长" * 501])
def test_warning_needs_words_that_fit(database: Database, people: tuple[Actor, Actor], reason: str) -> None:
    with pytest.raises(Invalid), database.work(people[0]) as uow:
        nuisance.warn(uow, 1, reason)


@pytest.mark.parametrize(
    "use_case",
    [nuisance.approve, nuisance.refuse, nuisance.lift],
)
def test_decision_on_nothing_is_a_conflict(
    database: Database, people: tuple[Actor, Actor], use_case: Callable[[UnitOfWork, int], object]
) -> None:
    with pytest.raises(Conflict), database.work(people[1]) as uow:
        use_case(uow, 1)
    with pytest.raises(NotFound), database.work(people[1]) as uow:
        use_case(uow, 99)


def test_agent_warns_and_proposes_and_the_shift_leader_decides(sign_in: SignIn, parts: Container) -> None:
    agent, leader = sign_in("agent"), sign_in("shift_leader")
    path = caller(parts)
    end = (clock.now() + 30 * DAY).isoformat()
    assert agent.done("GET", path)["actions"] == ["warn"]
    early = agent.refused(409, "POST", f"{path}/restrict", json={"reason": WHY, "expires_at": end})
    assert early["details"]["reason"] == "too-few-warnings"

    for _ in range(2):
        status = agent.done("POST", f"{path}/warn", json={"reason": WHY})
    assert (status["warnings"], status["actions"]) == (2, ["warn", "restrict"])
    agent.done("POST", f"{path}/restrict", json={"reason": WHY, "expires_at": end})
    (waiting,) = leader.done("GET", "/nuisance/proposals")["items"]
    held = leader.done("POST", f"{path}/approve")

    assert (waiting["phone"], waiting["warnings"], waiting["own"]) == ("199****0001", 2, False)
    assert (held["restriction"]["step"], held["actions"]) == ("in_force", ["warn", "lift"])
    assert agent.done("GET", path)["restriction"]["approved_by"] == held["restriction"]["approved_by"] != ""
    assert leader.done("POST", f"{path}/lift")["restriction"] is None


def test_units_see_nothing_of_it_and_agents_decide_nothing(sign_in: SignIn, parts: Container) -> None:
    path = caller(parts)
    handler: Person = sign_in("handler", "U1")

    handler.refused(403, "GET", path)
    agent = sign_in("agent")
    agent.refused(403, "GET", "/nuisance/proposals")
    for step in ("approve", "refuse", "lift"):
        agent.refused(403, "POST", f"{path}/{step}")


def caller(parts: Container) -> str:
    """The address of a caller's standing."""
    with parts.database.work() as uow:
        return f"/citizens/{factories.citizen(uow.session).id}/nuisance"
