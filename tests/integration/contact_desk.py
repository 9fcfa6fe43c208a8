"""An agent's desk with one call on it, for the tests of contacts, drafts, alerts and written requests."""

from collections.abc import Mapping
from dataclasses import dataclass

from hotline.intake import contacts, drafts
from hotline.intake.drafting.fill import Sources
from hotline.intake.drafting.gazetteer import Gazetteer
from hotline.intake.drafting.values import Ranked, Turn
from hotline.intake.places import load_gazetteer
from hotline.kernel.db import Database
from hotline.kernel.scope import Scope
from hotline.people.models import Place
from hotline.tickets.models import Ticket
from tests import factories

NOTHING = Sources(Gazetteer(()))


def rank_lamps(text: str, area_code: str | None) -> list[Ranked]:
    return [Ranked("category_code", "0402", 0.8, ("路灯",))] if "路灯" in text else []


@dataclass
class Desk:
    """An agent with a call and its draft, in a city of one district and one estate."""

    database: Database
    scope: Scope
    contact_id: int
    draft_id: int

    @classmethod
    def opened(cls, database: Database) -> "Desk":
        with database.work() as uow:
            factories.area(uow.session)
            factories.area(uow.session, "9901", name="澜桥区", level="district", parent_code="99")
            uow.session.add(Place(name="听涛苑", kind="estate", area_code="9901"))
            factories.category(uow.session, "04", name="市政")
            factories.category(uow.session, "0402", name="路灯", parent_code="04")
            agent = factories.officer(uow.session, "li", roles=("agent",))
            scope = Scope(officer_id=agent.id, roles=frozenset({"agent"}), sees_all_units=True, sees_contact_data=True)
            contact = contacts.open_contact(uow, channel="phone", number="19900000123", agent_id=agent.id)
            draft = drafts.open_draft(uow, contact)
            return cls(database, scope, contact.id, draft.id)

    def hear(self, *texts: str) -> None:
        turns = [Turn(seq, "caller", text) for seq, text in enumerate(texts, start=1)]
        with self.database.work() as uow:
            sources = Sources(load_gazetteer(uow.session), rank_lamps)
            drafts.refresh(uow, self.draft_id, turns, sources)

    def type(self, fields: Mapping[str, str], version: int | None = None) -> None:
        with self.database.work() as uow:
            seen = drafts.get(uow.session, self.draft_id).version if version is None else version
            drafts.edit(uow, self.scope, self.draft_id, version=seen, fields=fields)

    def confirm(self, version: int | None = None) -> Ticket:
        with self.database.work() as uow:
            seen = drafts.get(uow.session, self.draft_id).version if version is None else version
            return drafts.confirm(uow, self.scope, self.draft_id, version=seen)

    def fields(self) -> dict[str, str]:
        with self.database.read() as session:
            return {name: field["value"] for name, field in drafts.get(session, self.draft_id).fields.items()}

    def version(self) -> int:
        with self.database.read() as session:
            return drafts.get(session, self.draft_id).version
