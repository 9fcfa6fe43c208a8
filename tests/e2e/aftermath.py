"""What a finished story must leave behind, however its processes died: everything once, nothing owed, the chain whole."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select, text

from hotline.kernel.db import Database
from hotline.people.models import Notice
from hotline.people.notifier import FileNotifier
from hotline.tickets.models import Assignment, Ticket
from tests.e2e.stage import Stage
from tests.e2e.story import Story
from tests.e2e.waiting import until
from web import texts

TOLD_REQUESTER = ("acknowledge", "dispatch", "answer", "redo", "answer", "close")
TOLD_UNIT = ("unit-assigned", "unit-redo")
NOTICES = Counter({"assigned": 1, "redo": 1, "copied": 1, "doubt": 1})
OWED = text(
    "select event.name || ' ' || delivery.reaction || ' ' || delivery.state from delivery join event on event.id = event_id"
    " where delivery.state <> 'done' and (payload ->> 'ticket_id')::bigint = :ticket_id"
)


@dataclass(frozen=True)
class Aftermath:
    """Looks at the records of a story that has come to its end."""

    stage: Stage
    records: Database
    story: Story

    def check(self) -> None:
        """Everything once. Raises AssertionError."""
        until(lambda: not self.owed(), what="nothing is owed any more")
        assert self.tickets() == [self.story.number]
        assert self.rounds() == [1, 2]
        assert self.notices() == NOTICES
        assert self.messages() == self.expected_messages()
        shown = self.stage.ticket_show(self.story.number)
        assert texts.text("ticket.chain-whole") in shown, shown

    def owed(self) -> list[str]:
        """Reactions to the ticket's events that are not done."""
        with self.records.read() as session:
            return list(session.scalars(OWED, {"ticket_id": self.story.ticket_id}))

    def tickets(self) -> list[str]:
        """The numbers of the tickets of the story's contact."""
        with self.records.read() as session:
            return list(session.scalars(select(Ticket.number).where(Ticket.contact_id == self.story.contact_id)))

    def rounds(self) -> list[int]:
        """The rounds in which a unit was given the ticket to handle; its superior is told of the second."""
        of_it = Assignment.ticket_id == self.story.ticket_id, Assignment.role == "lead"
        with self.records.read() as session:
            return list(session.scalars(select(Assignment.round).where(*of_it).order_by(Assignment.id)))

    def notices(self) -> Counter[str]:
        """How many notices of each kind about the ticket there are; those of running limits left out."""
        query = select(Notice.code, func.count()).where(Notice.ticket_id == self.story.ticket_id).group_by(Notice.code)
        with self.records.read() as session:
            return Counter({code: count for code, count in session.execute(query) if "-" not in code or code in NOTICES})

    def messages(self) -> list[str]:
        """What left the house about the ticket, in no order."""
        sent = FileNotifier(self.stage.folder / "data" / "messages").recent(10_000)
        return sorted(message.text for message in sent if self.story.number in message.text)

    def expected_messages(self) -> list[str]:
        """What must have left the house, each once."""
        with self.records.read() as session:
            code = session.scalars(select(Ticket.query_code).where(Ticket.id == self.story.ticket_id)).one()
        values = {"number": self.story.number, "query_code": code, "unit": self.story.unit["name"]}
        return sorted(texts.text(f"message.{key}", **values) for key in (*TOLD_REQUESTER, *TOLD_UNIT))
