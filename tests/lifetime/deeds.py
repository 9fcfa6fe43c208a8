"""Anything anybody might do to a ticket, legal or not: by chance, through the use cases the views call."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from hotline.kernel.db import UnitOfWork
from hotline.kernel.scope import Scope
from hotline.kernel.transitions import Transition
from hotline.tickets import assignments, rights, supervision, tickets
from hotline.tickets.models import Assignment, Request, SupervisionOrder, Ticket
from hotline.tickets.tickets import NewTicket
from hotline.tickets.workflow import ORDER, STANDARD, SYSTEM, RequestKind, RequestState, Secrecy
from sla import callbacks, reviews
from sla.answers import CallbackAnswers, ConnectResult, Contacted, Satisfaction, Solved
from sla.opinions import Callback
from sla.reviews import Decision, Judged, Verdict
from tests.lifetime.town import CATEGORIES, Town

Deed = Callable[[UnitOfWork], object]

ELSEWHERE = frozenset({"redo", "keep_closed"})
"""Decided over the review, which moves the ticket itself."""
RARE = frozenset({"inform", "hand_over", "withdraw", "reopen", "send_back", "terminate", "recall", "redispatch"})
"""What ends a story soon, or begins it anew: seldom, or no story gets long."""
FORWARD = frozenset({"check", "dispatch", "complete", "sign", "contact", "reply", "propose_reply", "approve", "pass_reply"})
ASIDE = frozenset({"merge", "unmerge", "split", "set_secrecy", "relate", "correct", "press", "copy", "name_officer"})
"""What leads a story nowhere."""
MOSTLY = 0.85
WORDS = ("说明情况", "已到现场处理，路灯恢复照明", "根据规定不予支持")
REPLY = "您好，您反映的问题已收悉。根据《城市照明管理规定》第二十条，我单位已派人修复路灯。感谢您的来电。"


def opening(chance: Random, town: Town) -> Deed:
    """A claim of somebody, now and then a report or one to be kept secret."""
    given = NewTicket(
        channel=chance.choice(["phone", "web_form"]),
        type=chance.choice(["help", "complaint", "complaint", "complaint", "report"]),
        title="路灯不亮",
        body="听涛路的路灯三天没有亮了",
        urgency=chance.choice(["normal", "normal", "critical"]),
        secrecy=chance.choice([*[Secrecy.NORMAL] * 4, Secrecy.CONFIDENTIAL, Secrecy.STRICT]),
        complained_unit_id=chance.choice([None, None, None, _unit(chance, town)]),
        category_code=chance.choice(CATEGORIES),
        citizen_id=chance.choice(town.citizens),
        contact_phone="19900000001",
        reply_wanted=chance.random() < MOSTLY,
    )
    return lambda uow: tickets.open_ticket(uow, given)


def adding(chance: Random, ticket: Ticket) -> Deed:
    """The requester has more to say, or urges."""
    kind, words = chance.choice(["supplement", "urge"]), chance.choice(WORDS)
    return lambda uow: tickets.add(uow, ticket.id, kind, words)


def ticket_move(chance: Random, town: Town, ticket: Ticket, others: Sequence[int], now: datetime) -> tuple[Scope, Deed]:
    """A move of a ticket by somebody, mostly one that the state allows by one who holds the role."""
    rows = [row for row in STANDARD.ticket.rows if row.action not in ELSEWHERE]
    row, who = _who_does_what(chance, town, rows, ticket.state, lambda scope: rights.acting_on_ticket(scope, ticket))
    given, roles = _given(chance, row.needs, town, others, now), rights.acting_on_ticket(who, ticket)
    return who, lambda uow: tickets.move(uow, ticket.id, row.action, roles=roles, given=given)


def part_move(chance: Random, town: Town, part: Assignment, waiting: Request | None, now: datetime) -> tuple[Scope, Deed]:
    """A move of a unit's part; while a paper waits, mostly what decides it."""
    rows = [row for row in STANDARD.assignment.rows if chance.random() > MOSTLY or _is_timely(row, waiting)]
    row, who = _who_does_what(chance, town, rows, part.state, lambda scope: rights.acting_roles(scope, part))
    given, roles = _given(chance, row.needs, town, (), now), rights.acting_roles(who, part)
    return who, lambda uow: assignments.move(uow, part.id, row.action, roles=roles, given=given)


def order_move(chance: Random, town: Town, order: SupervisionOrder, now: datetime) -> tuple[Scope, Deed]:
    """A move of a supervision order."""
    row, who = _who_does_what(chance, town, ORDER.rows, order.state, lambda scope: rights.acting_on_order(scope, order))
    given = {"note": "说明", "answer": "已整改", "due_at": now + timedelta(days=2)}
    roles = rights.acting_on_order(who, order)
    return who, lambda uow: supervision.move_order(uow, order.id, row.action, roles=roles, given=given)


def ringing(chance: Random, town: Town, callback: Callback) -> tuple[Scope, Deed]:
    """A call-back: reached with any answers, or not."""
    result = ConnectResult.REACHED if chance.random() < MOSTLY else chance.choice(list(ConnectResult))
    said = [chance.choice(list(words)) for words in (Contacted, Solved, Satisfaction)]
    answers = CallbackAnswers(*said) if result is ConnectResult.REACHED else None
    who = town.scopes["callback_agent"] if chance.random() < MOSTLY else chance.choice(list(town.scopes.values()))
    return who, lambda uow: callbacks.attempt(uow, who, callback.id, connect_result=result, answers=answers)


def reviewing(chance: Random, town: Town, ticket: Ticket) -> tuple[Scope, Deed]:
    """The decision of a dissatisfied case."""
    verdict, decision = chance.choice(list(Verdict)), chance.choice([Decision.REDO, *Decision])
    who = chance.choice([town.scopes[login] for login in ("reply_auditor", "supervisor", "supervisor", "agent")])
    judged = Judged(verdict, "现场核查", decision, "已向诉求人说明")
    return who, lambda uow: reviews.review(uow, who, ticket.id, judged)


def _who_does_what(
    chance: Random,
    town: Town,
    rows: Sequence[Transition[Any]],
    state: Any,  # a state of the rows' life cycle
    roles_of: Callable[[Scope], frozenset[str]],
) -> tuple[Transition[Any], Scope]:
    everybody = list(town.scopes.values())
    held = frozenset().union(*(roles_of(scope) for scope in everybody))
    fitting = [row for row in rows if row.source == state and row.roles & held]
    if not fitting or chance.random() > MOSTLY:
        return chance.choice([row for row in rows if row.roles != {SYSTEM}]), chance.choice(everybody)
    row = chance.choices(fitting, [_weight(row) for row in fitting])[0]
    able = [scope for scope in everybody if row.roles & roles_of(scope)]
    return row, chance.choice(able if chance.random() < MOSTLY else everybody)


def _is_timely(row: Transition[Any], waiting: Request | None) -> bool:
    """Whether the move fits what waits on the part: its decision where something does, anything else where nothing does."""
    if row.action in ("approve", "disapprove"):
        return waiting is not None and waiting.state is RequestState.CLIMBING
    decides = row.action.startswith(("grant_", "refuse_", "designate_"))
    if waiting is None or waiting.state is RequestState.CLIMBING:
        return waiting is None and not decides
    of_a_return = waiting.kind is RequestKind.RETURN and row.action.startswith("designate_")
    return row.action.endswith(f"_{waiting.kind}") and decides or of_a_return


def _weight(row: Transition[Any]) -> float:
    if row.action in RARE:
        return 0.05
    if row.action in ASIDE:
        return 0.15
    return 3 if row.action in FORWARD else 1


def _unit(chance: Random, town: Town) -> int:
    return chance.choice(sorted(town.units.values()))


def _given(chance: Random, needs: Sequence[str], town: Town, others: Sequence[int], now: datetime) -> dict[str, Any]:
    later = now + timedelta(days=chance.randint(1, 20))
    known: dict[str, Any] = {
        **{name: _unit(chance, town) for name in ("unit_id", "competent_unit_id")},
        **{name: [_unit(chance, town)] for name in ("unit_ids", "assist_unit_ids", "copy_unit_ids")},
        **{name: chance.choice(list(others) or [1]) for name in ("main_id", "other_id")},
        **dict.fromkeys(("until", "due_at"), later),
        "secrecy": chance.choice(list(Secrecy)).value,
        "days": chance.randint(1, 12),
        "given_on": now.date(),
        "officer_id": chance.choice(list(town.scopes.values())).officer_id,
        "reason_code": chance.choice(["overdue", "not_competent"]),
        "path_code": "petition",
        "handed_to": chance.choice(["province", "nowhere"]),
        "solved": chance.choice(["yes", "no"]),
        "reply_public": REPLY,
        "children": [{"title": "另一件", "body": "井盖破损，请更换"}],
        "changes": {"type": chance.choice(["help", "report"]), "address": "听涛路1号"},
        "missing_note": chance.choice(["", "协办单位未答复"]),
    }
    optional = ("redacted_title", "redacted_body", "missing_note", "competent_unit_id", "changes")
    given = {name: known.get(name, chance.choice(WORDS)) for name in (*needs, *optional)}
    if needs and chance.random() > MOSTLY:
        del given[chance.choice(list(needs))]
    return given
