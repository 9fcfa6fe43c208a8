"""The whole table walked: every row of the ticket's life is taken once for real, and what it does is read from the database."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hotline.kernel.db import Database
from hotline.kernel.events import Subscribers
from hotline.kernel.transitions import Transition
from hotline.tickets import timeline
from hotline.tickets.models import SupervisionOrder, Ticket, TicketLink
from hotline.tickets.workflow import STANDARD, State
from tests.lives import DESK, FOLLOWING, NOON, REPLY, City

ROWS = {(row.action, row.source): row for row in STANDARD.ticket.rows}
DUE = NOON + timedelta(days=5)
VERDICT = {"verdict": "partly", "basis": "现场核查", "explanation": "已说明"}


@dataclass(frozen=True)
class Walked:
    """A row taken: the city, the ticket before and after it."""

    city: City
    before: Ticket
    after: Ticket

    def parts(self) -> list[tuple[str, str, str]]:
        return self.city.parts(self.after.id)

    def rows(self, table: type[Any]) -> list[Any]:  # rows of a table with `ticket_id`
        with self.city.database.read() as session:
            return list(session.scalars(select(table).where(table.ticket_id == self.after.id)))


Take = Callable[[City, int], None]


def at_desk(action: str, **given: Any) -> Take:
    """The row by a role of the hotline; units are given by their code."""

    def take(city: City, ticket_id: int) -> None:
        ids = {name: city.id(code) for name, code in given.items() if name == "unit_id"}
        many = {name: [city.id(code) for code in codes] for name, codes in given.items() if name.endswith("unit_ids")}
        city.move(ticket_id, action, {**given, **ids, **many}, roles=(*DESK, "agent", "manager"))

    return take


def by_system(action: str) -> Take:
    return lambda city, ticket_id: city.by_system(ticket_id, action)


def with_other(action: str, field: str) -> Take:
    return lambda city, ticket_id: city.move(ticket_id, action, {field: city.opened()})


def main_is(action: str) -> Take:
    """Something happens to the ticket that this one was merged into."""

    def take(city: City, ticket_id: int) -> None:
        main_id = city.ticket(ticket_id).merged_into_id
        assert main_id is not None
        (city.reply if action == "answer" else city.terminate)(main_id)

    return take


def terminate(city: City, ticket_id: int) -> None:
    state = city.ticket(ticket_id).state
    if state is State.REVIEW:
        city.move(ticket_id, "terminate", VERDICT)
    elif state is State.MERGED:
        main_is("terminate")(city, ticket_id)
    else:
        city.terminate(ticket_id)


CHANGES = {"title": "夜间施工扰民", "category_code": "0403"}
CHILDREN = [{"title": "噪声", "body": "夜间噪声扰民"}, {"title": "扬尘", "body": "渣土车扬尘"}]
ORDER = {"reason_code": "overdue", "due_at": DUE}
TAKEN: dict[str, Take] = {
    "check": at_desk("check"),
    "send_back": at_desk("send_back", note="请补充地点"),
    "complete": lambda city, ticket_id: city.add(ticket_id, "地点在听涛路"),
    "dispatch": at_desk("dispatch", unit_id="S", assist_unit_ids=["B"]),
    "lapse": by_system("lapse"),
    "inform": at_desk("inform", path_code="petition", note="请到信访部门"),
    "hand_over": at_desk("hand_over", handed_to="province", note="已转"),
    "withdraw": at_desk("withdraw", note="诉求人撤诉"),
    "begin": lambda city, ticket_id: city.by_lead(ticket_id, "sign"),
    "take_back": lambda city, ticket_id: city.return_it(ticket_id),
    "redispatch": at_desk("redispatch", unit_id="E"),
    "raise_level": at_desk("raise_level", unit_id="B"),
    "submit_reply": lambda city, ticket_id: city.reply(ticket_id),
    "pass_reply": at_desk("pass_reply"),
    "reject_reply": at_desk("reject_reply", note="没有答复诉求"),
    "answer": lambda city, ticket_id: city.reply(ticket_id),
    "suspend": lambda city, ticket_id: city.suspend(ticket_id, DUE),
    "resume": at_desk("resume"),
    "terminate": terminate,
    "exclude": by_system("exclude"),
    "close": by_system("close"),
    "doubt": by_system("doubt"),
    "redo": at_desk("redo", verdict="reasonable", basis="应办未办"),
    "keep_closed": at_desk("keep_closed", **VERDICT),
    "merge": with_other("merge", "main_id"),
    "unmerge": at_desk("unmerge"),
    "answer_merged": main_is("answer"),
    "reopen": at_desk("reopen", note="问题复发"),
    "archive": by_system("archive"),
    "correct": at_desk("correct", changes=CHANGES, note="记录有误"),
    "set_secrecy": at_desk("set_secrecy", secrecy="normal", important=True),
    "press": at_desk("press"),
    "copy": at_desk("copy", copy_unit_ids=["D"]),
    "add_assist": at_desk("add_assist", assist_unit_ids=["E"]),
    "split": at_desk("split", children=CHILDREN),
    "relate": with_other("relate", "other_id"),
    "supervise": at_desk("supervise", **ORDER, unit_id="C"),
    "instruct": at_desk("instruct", leader="市领导", given_on=NOON.date(), due_at=DUE),
    "apportion": at_desk("apportion", unit_id="C"),
}
"""How each row is taken for real: at a desk, or by the unit's move, the caller's words, the main ticket it follows."""

RELEASED = ("C", "lead", "recalled")
SEEN: dict[str, Callable[[Walked], bool]] = {
    "check": lambda seen: seen.after.redacted_at is None,
    "send_back": lambda seen: seen.after.lead_unit_id is None,
    "complete": lambda seen: seen.after.closed_at is None,
    "dispatch": lambda seen: seen.parts() == [("S", "lead", "to_sign"), ("B", "assist", "to_sign"), ("D", "copied", "copied")],
    "lapse": lambda seen: seen.after.closed_at == NOON and seen.parts() == [],
    "inform": lambda seen: (seen.after.path_code, seen.after.public_reply) == ("petition", "请到信访部门"),
    "hand_over": lambda seen: seen.after.handed_to == "province" and "省12345热线平台" in seen.after.public_reply,
    "withdraw": lambda seen: all(state == "recalled" for _, _, state in seen.parts()) and seen.after.resume_at is None,
    "begin": lambda seen: seen.parts() == [("C", "lead", "signed")],
    "take_back": lambda seen: seen.after.lead_unit_id is None and seen.parts() == [("C", "lead", "returned")],
    "redispatch": lambda seen: seen.parts() == [RELEASED, ("E", "lead", "to_sign")] and seen.after.dispatch_count == 2,
    "raise_level": lambda seen: seen.parts()[-1] == ("B", "lead", "to_sign"),
    "submit_reply": lambda seen: seen.after.replied_at is None and seen.parts() == [("C", "lead", "replied")],
    "pass_reply": lambda seen: seen.after.public_reply == REPLY["reply_public"] and seen.after.replied_at is not None,
    "reject_reply": lambda seen: seen.parts() == [("C", "lead", "contacted")] and not seen.after.public_reply,
    "answer": lambda seen: seen.after.public_reply == REPLY["reply_public"] and seen.after.replied_at is not None,
    "suspend": lambda seen: seen.after.resume_at == DUE,
    "resume": lambda seen: seen.after.resume_at is None,
    "terminate": lambda seen: seen.after.closed_at is not None and bool(seen.after.public_reply),
    "exclude": lambda seen: (seen.after.closed_at, seen.after.reasonable) == (NOON, "unreasonable"),
    "close": lambda seen: seen.after.closed_at == NOON,
    "doubt": lambda seen: seen.after.closed_at is None,
    "redo": lambda seen: seen.after.round == 2 and seen.parts()[-1] == ("C", "lead", "to_sign"),
    "keep_closed": lambda seen: seen.after.reasonable == "partly",
    "merge": lambda seen: seen.after.merged_into_id is not None and seen.after.lead_unit_id is None,
    "unmerge": lambda seen: seen.after.merged_into_id is None,
    "answer_merged": lambda seen: seen.after.public_reply == REPLY["reply_public"],
    "reopen": lambda seen: (seen.after.closed_at, seen.after.public_reply, seen.after.lead_unit_id) == (None, "", None),
    "archive": lambda seen: seen.after.closed_at == seen.before.closed_at,
    "correct": lambda seen: (seen.after.title, seen.after.category_code) == ("夜间施工扰民", "0403"),
    "set_secrecy": lambda seen: seen.after.important and not seen.before.important,
    "press": lambda seen: seen.after.urge_count == 1,
    "copy": lambda seen: seen.parts()[-1] == ("D", "copied", "copied"),
    "add_assist": lambda seen: seen.parts()[-1] == ("E", "assist", "to_sign"),
    "split": lambda seen: len(seen.city.children(seen.after.id)) == 2,
    "relate": lambda seen: [link.kind for link in seen.rows(TicketLink)] in (["related"], ["merged", "related"]),
    "supervise": lambda seen: seen.after.important and [order.due_at for order in seen.rows(SupervisionOrder)] == [DUE],
    "instruct": lambda seen: [order.leader for order in seen.rows(SupervisionOrder)] == ["市领导"],
    "apportion": lambda seen: seen.after.answerable_unit_id == seen.city.id("C"),
}
"""What each row does, as the database shows it afterwards."""


@pytest.fixture
def subscribers() -> Subscribers:
    return FOLLOWING


@pytest.fixture
def city(database: Database) -> City:
    return City.built(database)


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row.action}-{row.source.value}") for row in ROWS.values()])
def test_every_row_of_the_ticket_is_taken_for_real(city: City, row: Transition[State]) -> None:
    ticket_id = (_for_report if row.action == "submit_reply" else _plain)(city, row.source)
    before = city.ticket(ticket_id)
    assert before.state is row.source

    TAKEN[row.action](city, ticket_id)

    after = city.ticket(ticket_id)
    assert after.state is row.target
    assert SEEN[row.action](Walked(city, before, after)), (row.action, city.parts(ticket_id))
    with city.database.read() as session:
        entries = timeline.lines(session, ticket_id)
    line = next(entry for entry in reversed(entries) if entry.action == row.action)
    assert (line.state_from, line.state_to) == (row.source.value, row.target.value)


def test_every_action_has_a_scenario() -> None:
    actions = {row.action for row in STANDARD.ticket.rows}

    assert actions == TAKEN.keys() == SEEN.keys()


def _plain(city: City, state: State) -> int:
    return city.in_state(state)


def _for_report(city: City, state: State) -> int:
    """Replies to reports are audited before the requester gets them."""
    ticket_id = city.in_state(state)
    with city.database.work() as uow:
        uow.session.get_one(Ticket, ticket_id).type = "report"
    return ticket_id
