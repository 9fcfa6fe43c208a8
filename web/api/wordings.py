"""Agreed wording over HTTP, for staff alone: nothing here or anywhere else shows one to citizens."""

from apiflask import APIBlueprint
from pydantic import Field

from hotline.kernel import clock
from hotline.kernel.errors import Invalid
from hotline.people.models import Unit
from knowledge_base import noticeboard_permissions as rights
from knowledge_base import wordings
from knowledge_base.noticeboard_rules import When
from knowledge_base.noticeboard_versions import Thing
from knowledge_base.wordings import WordingContent
from web import knowledge_terms
from web.api import present_noticeboard as present
from web.api.announcements import version_of
from web.api.callbacks import PageQuery
from web.api.schemas.base import Page
from web.api.schemas.noticeboard import ActIn, Board, NoteGiven, SavedLine, WordingIn, WordingRow
from web.auth import EVERYONE, allowed
from web.requests import asks, parse, reading, scope, takes, working

api = APIBlueprint("wordings", __name__, url_prefix="/api/v1", tag="Agreed wording")

WRITERS = ("knowledge_editor", "shift_leader")


class WordingsQuery(PageQuery):
    """Which wordings: now, coming, over or all; with these words."""

    when: When = When.NOW
    search: str = Field("", max_length=64)


@api.get("/knowledge/wordings")
@asks(api, WordingsQuery)
@api.output(Board[WordingRow])
@allowed(*EVERYONE)
def list_wordings(query: WordingsQuery) -> Board[WordingRow]:
    """Agreed wordings, the newest first."""
    now = clock.now()
    with reading() as session:
        found = wordings.listed(session, query.when, now, search=query.search, before_id=query.seen(), limit=query.limit)
        after = str(found[-1].id) if len(found) == query.limit else None
        rows = present.wording_rows(session, found, scope(), now)
        return Board[WordingRow](items=rows, after=after, may_add=rights.may_word(scope()))


@api.post("/knowledge/wordings")
@takes(api, WordingIn)
@api.output(WordingRow, 201)
@allowed(*WRITERS)
def post_wording(body: WordingIn) -> WordingRow:
    """Give all agents a wording."""
    with working() as uow:
        if body.unit_id is not None and uow.session.get(Unit, body.unit_id) is None:
            raise Invalid("unit_id", "unknown-unit")
        posted = wordings.post(uow, _content(body), knowledge_terms.rules_of(uow.session).announcement)
        return present.wording_rows(uow.session, [posted], scope(), uow.now)[0]


@api.put("/knowledge/wordings/<int:wording_id>")
@takes(api, WordingIn)
@api.output(WordingRow)
@allowed(*WRITERS)
def change_wording(wording_id: int, body: WordingIn) -> WordingRow:
    """Agree on other words, or until another hour."""
    with working() as uow:
        if body.unit_id is not None and uow.session.get(Unit, body.unit_id) is None:
            raise Invalid("unit_id", "unknown-unit")
        rules = knowledge_terms.rules_of(uow.session).announcement
        changed = wordings.change(uow, wording_id, _content(body), rules, version=version_of(body.version))
        return present.wording_rows(uow.session, [changed], scope(), uow.now)[0]


@api.post("/knowledge/wordings/<int:wording_id>/actions/<action>")
@takes(api, ActIn)
@api.output(WordingRow)
@allowed(*WRITERS)
def move_wording(wording_id: int, action: str, body: ActIn) -> WordingRow:
    """End or withdraw a wording."""
    given = parse(NoteGiven, body.given).model_dump(exclude_unset=True)
    with working() as uow:
        roles = rights.roles_for(scope(), wordings.get(uow.session, wording_id).unit_id)
        moved = wordings.move(uow, wording_id, action, roles=roles, given=given, version=body.version)
        return present.wording_rows(uow.session, [moved], scope(), uow.now)[0]


@api.get("/knowledge/wordings/<int:wording_id>/history")
@api.output(Page[SavedLine])
@allowed(*EVERYONE)
def show_wording_history(wording_id: int) -> Page[SavedLine]:
    """What a wording said at each save."""
    with reading() as session:
        wordings.get(session, wording_id)
        return Page[SavedLine](items=present.history(session, Thing.WORDING, wording_id))


def _content(body: WordingIn) -> WordingContent:
    said = body.model_dump(exclude={"version", "keywords"})
    return WordingContent(**said, keywords=tuple(body.keywords))
