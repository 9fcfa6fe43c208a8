"""Sampled automatic dispatches over HTTP: dispatchers look at each and say whether it was right."""

from collections.abc import Mapping, Sequence

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import assignment, decisions
from dispatch.models import DispatchDecision, Proposal
from hotline.people import units
from hotline.people.models import Unit
from hotline.tickets import queries, timeline
from hotline.tickets.models import Category, Ticket
from web.api import present
from web.api.schemas.base import CodeRef, Page, UnitRef
from web.api.schemas.ranking import SampleIn, SampleShown, SampleTicket
from web.api.schemas.tickets import ExplainLine
from web.auth import allowed
from web.requests import asks, reading, scope, takes, working

api = APIBlueprint("dispatch_samples", __name__, url_prefix="/api/v1/dispatch/samples", tag="Dispatch")
JUDGES = ("dispatcher", "shift_leader", "administrator")
LOOKED_AT = "sample_checked"
LIMIT = 30


class SampleQuery(BaseModel):
    """Samples after one, by its id."""

    model_config = ConfigDict(extra="ignore")

    after: int = 0


@api.get("")
@asks(api, SampleQuery)
@api.output(Page[SampleShown])
@allowed(*JUDGES)
def list_samples(query: SampleQuery) -> Page[SampleShown]:
    """Automatic dispatches that people should look at, the oldest first."""
    with reading() as session:
        found = decisions.samples(session, query.after, LIMIT + 1)
        rows = _shown(session, found[:LIMIT])
        after = str(found[LIMIT - 1].id) if len(found) > LIMIT else None
        return Page[SampleShown](items=rows, after=after)


@api.post("/<int:sample_id>")
@takes(api, SampleIn)
@api.output(SampleShown)
@allowed(*JUDGES)
def judge_sample(sample_id: int, body: SampleIn) -> SampleShown:
    """Say whether a sampled dispatch was right. Judging moves nothing: a wrong one is dispatched anew by the usual move."""
    with working() as uow:
        decision = decisions.judge(uow, sample_id, right=body.right)
        queries.get_visible(uow.session, scope(), decision.ticket_id)
        told: dict[str, bool | int] = {"right": body.right}
        if body.unit_id is not None:
            told["unit_id"] = units.get(uow.session, body.unit_id).id
        timeline.write(uow, decision.ticket_id, LOOKED_AT, text=body.note, data=told, unit_id=decision.unit_id)
        return _shown(uow.session, [decision])[0]


def _shown(session: Session, found: Sequence[DispatchDecision]) -> list[SampleShown]:
    visible = queries.visible(scope())
    tickets = {
        one.id: one for one in session.scalars(select(Ticket).where(Ticket.id.in_([row.ticket_id for row in found]), visible))
    }
    names = {row.id: row.name for row in session.execute(select(Unit.id, Unit.name))}
    categories = {row.code: row.name for row in session.execute(select(Category.code, Category.name))}
    return [
        SampleShown(
            id=row.id,
            ticket=SampleTicket(id=ticket.id, number=ticket.number, title=present.title(ticket, scope())),
            unit=UnitRef(id=row.unit_id, name=names[row.unit_id]),
            category=_category(ticket.category_code, categories),
            probability=row.probability,
            reasons=_reasons(session, row),
            at=row.at,
        )
        for row in found
        if (ticket := tickets.get(row.ticket_id)) is not None
    ]


def _category(code: str | None, names: Mapping[str, str]) -> CodeRef | None:
    return CodeRef(code=code, name=names[code]) if code else None


def _reasons(session: Session, row: DispatchDecision) -> list[ExplainLine]:
    kept = session.get(Proposal, row.proposal_id) if row.proposal_id else None
    candidates = assignment.candidates_of(kept) if kept else []
    chosen = next((one for one in candidates if one.unit_id == row.unit_id), None)
    return [ExplainLine(code=one.code, args=dict(one.args)) for one in chosen.reasons] if chosen else []
