"""What dispatching looks up over HTTP: proposals, units, categories, areas, ways for what is not accepted."""

from collections.abc import Sequence

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import assignment
from dispatch.routing import Candidate
from hotline.kernel import clock
from hotline.kernel.errors import NotFound
from hotline.people import units
from hotline.people.models import Area, Unit
from hotline.tickets import queries, rights
from hotline.tickets.models import Category, HandlingPath
from hotline.tickets.rights import Right
from hotline.tickets.rules import rules_of
from web.api.present import unit_ref
from web.api.schemas.base import CodeRef, OfficerRef, Page, UnitRef
from web.api.schemas.contacts import CategoryNode, HandlingPathRow, UnitRow
from web.api.schemas.portal import AreaNode
from web.api.schemas.tickets import Candidate as CandidateShape
from web.api.schemas.tickets import CategoryGuess, ExplainLine, Proposal
from web.auth import EVERYONE, UNIT_ROLES, allowed
from web.requests import asks, reading, scope, takes

api = APIBlueprint("dispatch", __name__, url_prefix="/api/v1", tag="Dispatch")

RANKERS = ("agent", "dispatcher", "shift_leader")


class MatterIn(BaseModel):
    """A matter that is no ticket yet. In a body, since addresses are logged and its text is a citizen's."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field("", max_length=10_000)
    category: str | None = Field(None, max_length=32)
    area: str | None = Field(None, max_length=16)


class UnitQuery(BaseModel):
    """Units by a part of their name, those below a unit alone, or the one of that id."""

    model_config = ConfigDict(extra="ignore")

    search: str = Field("", max_length=64)
    below: int | None = None
    id: int | None = None


@api.get("/tickets/<int:ticket_id>/proposal")
@api.output(Proposal)
@allowed(*EVERYONE)
def show_proposal(ticket_id: int) -> Proposal:
    """The units proposed for a ticket, best first; empty when none was made."""
    with reading() as session:
        ticket = queries.get_visible(session, scope(), ticket_id)
        # What the proposal stood on are the requester's words.
        kept = assignment.latest(session, ticket.id) if rights.may(scope(), Right.READ_ORIGINAL, ticket) else None
        shown = _proposal(session, ticket.id, assignment.candidates_of(kept) if kept else [])
        return shown.model_copy(update={"model_number": kept.model_number if kept else None})


@api.post("/dispatch/rank")
@takes(api, MatterIn)
@api.output(Proposal)
@allowed(*RANKERS)
def rank(body: MatterIn) -> Proposal:
    """Units and categories for a matter while it is being written down."""
    with reading() as session:
        found = assignment.ranking(session, body.text, body.category or None, body.area or None)
        guesses = [
            CategoryGuess(
                code=one.code, path=found.paths.get(one.code, one.name), probability=one.confidence, words=list(one.words)
            )
            for one in found.guesses
        ]
        shown = _proposal(session, None, found.candidates)
        return shown.model_copy(update={"categories": guesses, "model_number": found.model_number})


@api.get("/units")
@asks(api, UnitQuery)
@api.output(Page[UnitRow])
@allowed(*EVERYONE)
def search_units(query: UnitQuery) -> Page[UnitRow]:
    """Units in work, shortest names first."""
    with reading() as session:
        found = _units(session, query)
        above = _refs(session, [unit.territorial_id for unit in found])
        fields = ("id", "code", "name", "level", "kind", "phone")
        rows = [
            UnitRow(**{name: getattr(unit, name) for name in fields}, superior=above.get(unit.territorial_id or 0))
            for unit in found
        ]
        return Page[UnitRow](items=rows)


@api.get("/units/<int:unit_id>/officers")
@api.output(Page[OfficerRef])
@allowed(*UNIT_ROLES)
def list_officers(unit_id: int) -> Page[OfficerRef]:
    """The officers of one's own unit: one of them can be named for a confidential ticket."""
    if unit_id not in scope().member_unit_ids:
        raise NotFound("unit", thing="unit", id=unit_id)
    with reading() as session:
        found = units.officers_of(session, unit_id)
        return Page[OfficerRef](items=[OfficerRef(id=officer.id, name=officer.name) for officer in found])


@api.get("/hand-over-targets")
@api.output(Page[CodeRef])
@allowed(*EVERYONE)
def list_hand_over_targets() -> Page[CodeRef]:
    """The other hotlines to which a ticket may be handed."""
    with reading() as session:
        targets = rules_of(session, clock.now()).hand_over_targets
        return Page[CodeRef](items=[CodeRef(code=code, name=name) for code, name in targets.items()])


@api.get("/categories")
@api.output(Page[CategoryNode])
@allowed(*EVERYONE)
def list_categories() -> Page[CategoryNode]:
    """The subject tree in the order of its codes; `path` is the names from the root to the category."""
    with reading() as session:
        found = session.scalars(select(Category).where(Category.active).order_by(Category.path)).all()
        names, parents = {row.code: row.name for row in found}, {row.parent_code for row in found}
        return Page[CategoryNode](items=[_category(row, names, parents) for row in found])


@api.get("/areas")
@api.output(Page[AreaNode])
@allowed(*EVERYONE)
def list_areas() -> Page[AreaNode]:
    """The city's areas, each after the one it lies in."""
    with reading() as session:
        found = session.scalars(select(Area).order_by(Area.path))
        return Page[AreaNode](items=[AreaNode.model_validate(row, from_attributes=True) for row in found])


@api.get("/handling-paths")
@api.output(Page[HandlingPathRow])
@allowed(*EVERYONE)
def list_handling_paths() -> Page[HandlingPathRow]:
    """Where a matter goes that the hotline does not accept, and what the caller is told."""
    with reading() as session:
        found = session.scalars(select(HandlingPath).order_by(HandlingPath.code))
        return Page[HandlingPathRow](items=[HandlingPathRow.model_validate(row) for row in found])


def _units(session: Session, query: UnitQuery) -> list[Unit]:
    if query.id is not None:
        return [units.get(session, query.id)]
    return units.search(session, query.search.strip(), below=query.below)


def candidate_shapes(candidates: Sequence[Candidate]) -> list[CandidateShape]:
    """Ranked units as programs read them."""
    return [
        CandidateShape(
            unit=UnitRef(id=candidate.unit_id, name=candidate.unit_name),
            score=candidate.score,
            reasons=[ExplainLine(code=reason.code, args=dict(reason.args)) for reason in candidate.reasons],
            legal_basis=candidate.legal_basis,
            probability=candidate.probability,
        )
        for candidate in candidates
    ]


def _proposal(session: Session, ticket_id: int | None, candidates: Sequence[Candidate]) -> Proposal:
    wanted = candidates[0].assist_ids if candidates else ()
    found = _refs(session, wanted)
    assist = [found[unit_id] for unit_id in wanted if unit_id in found]
    return Proposal(ticket_id=ticket_id, candidates=candidate_shapes(candidates), assist=assist)


def _refs(session: Session, ids: Sequence[int | None]) -> dict[int, UnitRef]:
    wanted = [found for found in ids if found is not None]
    return {unit.id: unit_ref(unit) for unit in session.scalars(select(Unit).where(Unit.id.in_(wanted), Unit.active))}


def _category(row: Category, names: dict[str, str], parents: set[str | None]) -> CategoryNode:
    return CategoryNode(
        code=row.code,
        name=row.name,
        path=[names[part] for part in row.path.split("/") if part in names],
        leaf=row.code not in parents,
        definition=row.definition,
        contrast=row.contrast,
        extra={"handling_path": row.handling_path} if row.handling_path else {},
    )
