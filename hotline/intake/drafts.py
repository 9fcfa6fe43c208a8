"""Use cases on drafts (智能填单): the machine fills, a person types and confirms. The only module that assigns Draft.state.

What a person typed is never overwritten; what the machine proposed stays beside it in `proposed`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.intake import limits
from hotline.intake.drafting.fill import Sources, fill
from hotline.intake.drafting.model import Suggestion, complete
from hotline.intake.drafting.parting import parts_of
from hotline.intake.drafting.patterns import nameless_title
from hotline.intake.drafting.telling import fill_all, fill_parts
from hotline.intake.drafting.values import Proposal, Turn
from hotline.intake.events import DraftChanged
from hotline.intake.models import Contact, Draft, DraftState
from hotline.intake.ownership import own_contact
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid, NotFound
from hotline.kernel.scope import Scope
from hotline.kernel.transitions import LifeCycle, Transition
from hotline.people import citizens
from hotline.people.permissions import Role
from hotline.tickets import links, queries, tickets
from hotline.tickets.codes import check_codes
from hotline.tickets.models import Ticket
from hotline.tickets.tickets import NewTicket
from hotline.tickets.workflow import Secrecy, State

FIELDS = frozenset(
    {
        *("type", "title", "body", "wanted", "urgency", "time", "persons"),
        *("category_code", "unit_id", "area_code", "address"),
        *("contact_name", "contact_phone", "confidential", "reply_wanted"),
    }
)
CARRIED_OVER = ("contact_name", "contact_phone")
"""Fields of the caller, which a second matter of the same call has too."""
MATTERS = "matters"
"""The name in `proposed` under which several matters of one talk stand: rows of {segments, title}."""
MATTERS_LEAST = 2
SUGGESTED = "suggested"
"""The name in `proposed` under which stands what a language model said: rows of {field, value, quote}."""
JOIN_KINDS = frozenset({"supplement", "urge"})
MACHINE, PERSON = "machine", "person"
YES = "true"

_WHO = frozenset({Role.AGENT.value, Role.SHIFT_LEADER.value})
LIFE = LifeCycle(
    "draft",
    "hotline.intake.drafts",
    frozenset({DraftState.OPEN}),
    frozenset({DraftState.CONFIRMED, DraftState.JOINED, DraftState.DROPPED}),
    (
        Transition("confirm", DraftState.OPEN, DraftState.CONFIRMED, _WHO),
        Transition("join", DraftState.OPEN, DraftState.JOINED, _WHO),
        Transition("drop", DraftState.OPEN, DraftState.DROPPED, _WHO),
    ),
)


def open_draft(uow: UnitOfWork, contact: Contact, *, after_seq: int = 0) -> Draft:
    """An empty draft of a contact; words up to the segment `after_seq` are not its own."""
    draft = Draft(contact_id=contact.id, state=DraftState.OPEN, fields={}, proposed={}, after_seq=after_seq, updated_at=uow.now)
    uow.session.add(draft)
    uow.session.flush()
    return draft


def start_another(uow: UnitOfWork, scope: Scope, contact_id: int, *, after_seq: int = 0) -> Draft:
    """A second matter in the same contact: a new draft that knows the caller already. Raises Conflict when it is closed."""
    contact = own_contact(uow.session, scope, contact_id)
    if contact.closed_at is not None:
        raise Conflict("closed", reason="contact-closed", thing="contact")
    earlier = of_contact(uow.session, contact_id)
    draft = open_draft(uow, contact, after_seq=after_seq)
    if earlier:
        draft.fields = {name: earlier[-1].fields[name] for name in CARRIED_OVER if name in earlier[-1].fields}
        uow.session.flush()
    _announce(uow, draft, PERSON)
    return draft


def refresh(
    uow: UnitOfWork,
    draft_id: int,
    turns: Sequence[Turn],
    sources: Sources,
    *,
    suggested: Sequence[Suggestion] | None = None,
) -> Draft:
    """Fill from the turns so far what no person typed. Safe to repeat: the same words change nothing.

    Where the turns tell of several matters, `proposed` says under MATTERS which turns would make which draft. What a language
    model `suggested` is kept there too, until it suggests anew, and fills what the rules leave out.
    """
    draft = _locked(uow, draft_id)
    if draft.state is not DraftState.OPEN:
        return draft
    kept = draft.proposed.get(SUGGESTED, []) if suggested is None else [asdict(one) for one in suggested]
    own = own_turns(uow.session, draft, turns)
    found = complete(_filled(uow.session, draft, turns, sources), (Suggestion(**row) for row in kept), own)
    proposed: dict[str, Any] = {name: _stored(proposal) for name, proposal in found.items()}
    fields = _merged(draft, proposed)
    if matters := _told_apart(draft, turns, sources):
        proposed[MATTERS] = matters
    if kept:
        proposed[SUGGESTED] = kept
    if fields != draft.fields or proposed != draft.proposed:
        draft.fields, draft.proposed, draft.updated_at = fields, proposed, uow.now
        uow.session.flush()
        _announce(uow, draft, MACHINE)
    return draft


def split(uow: UnitOfWork, scope: Scope, draft_id: int, *, matters: Sequence[Sequence[int]]) -> list[Draft]:
    """Make several drafts of one: each of `matters` is the numbers of the turns that tell of it; the first stays this draft's.

    The new ones know the caller already; words yet to come belong to the last. What a person typed stays here. Repeating gives
    the drafts made. Raises Invalid for lists that are none, Conflict when the draft is not open.
    """
    draft = _own(uow, scope, draft_id)
    lists = _checked_matters(matters)
    made = [one for one in of_contact(uow.session, draft.contact_id) if one.id > draft.id]
    if draft.segments == lists[0] and [one.segments for one in made[: len(lists) - 1]] == lists[1:]:
        return [draft, *made[: len(lists) - 1]]
    _check_open(draft)
    contact, last = own_contact(uow.session, scope, draft.contact_id), max(seq for seqs in lists for seq in seqs)
    draft.segments, draft.after_seq, draft.updated_at = lists[0], last, uow.now
    drafts = [draft]
    for seqs in lists[1:]:
        other = open_draft(uow, contact, after_seq=last)
        other.segments = seqs
        other.fields = {name: draft.fields[name] for name in CARRIED_OVER if name in draft.fields}
        drafts.append(other)
    uow.session.flush()
    for one in drafts:
        _announce(uow, one, PERSON)
    return drafts


def edit(uow: UnitOfWork, scope: Scope, draft_id: int, *, version: int, fields: Mapping[str, str]) -> Draft:
    """Keep what a person typed; an empty text clears the field for good. Accepting a proposal is typing the same words.

    Raises Conflict when another person typed in one of these fields after `version`, Invalid for a field or text.
    """
    draft = _own(uow, scope, draft_id)
    _check_open(draft)
    changed = dict(draft.fields)
    for name, text in fields.items():
        if name not in FIELDS:
            raise Invalid(name, "unknown-field", allowed=sorted(FIELDS))
        old = changed.get(name, {})
        if old.get("source") == PERSON and old.get("version", 0) > version:
            raise Conflict("typed by somebody else meanwhile", reason="stale", thing="draft", field=name, version=draft.version)
        changed[name] = _typed(limits.check_typed(name, text), old, draft.version + 1)
    if changed != draft.fields:
        draft.fields, draft.updated_at = changed, uow.now
        uow.session.flush()
        _announce(uow, draft, PERSON)
    return draft


def confirm(
    uow: UnitOfWork,
    scope: Scope,
    draft_id: int,
    *,
    version: int,
    dispatch_unit_id: int | None = None,
    override: str = "",
    repeat_of_id: int | None = None,
) -> Ticket:
    """Make the ticket, and with `dispatch_unit_id` dispatch it at once (直派); `override` says why against a guard.

    Repeating returns the ticket made.
    With `repeat_of_id` it asks again (再次反映) for what that ended ticket was about. Raises Invalid naming the field and
    rule (`dispatch_unit_id` for what a dispatcher checks first), Conflict when a value changed after `version` or the
    earlier ticket is still open.
    """
    draft = _own(uow, scope, draft_id)
    if draft.state is DraftState.CONFIRMED and draft.ticket_id is not None:
        return tickets.get(uow, draft.ticket_id)
    row = LIFE.find(draft.state, "confirm", scope.roles, {})
    _check_seen(draft, version)
    contact = own_contact(uow.session, scope, draft.contact_id)
    if repeat_of_id is not None:
        links.check_over(queries.get_visible(uow.session, scope, repeat_of_id))
    ticket = tickets.open_ticket(uow, replace(_new_ticket(uow, draft, contact, scope), repeat_of_id=repeat_of_id))
    links.mark_repeat(uow, ticket)
    if dispatch_unit_id is not None:
        if ticket.state is not State.PENDING:
            raise Invalid("dispatch_unit_id", "checked-first")
        given = {"unit_id": dispatch_unit_id, "override": override}
        tickets.move(uow, ticket.id, "dispatch", roles=scope.roles, given=given)
    draft.state, draft.ticket_id, draft.updated_at = row.target, ticket.id, uow.now
    uow.session.flush()
    _announce(uow, draft, PERSON)
    return ticket


def join(uow: UnitOfWork, scope: Scope, draft_id: int, *, ticket_id: int, kind: str, text: str) -> Ticket:
    """The matter is an open ticket's: add the words there (`supplement`) or urge (`urge`). The draft ends with it.

    Repeating returns the ticket joined. Raises NotFound for a hidden ticket, Conflict when it has ended.
    """
    draft = _own(uow, scope, draft_id)
    if draft.state is DraftState.JOINED and draft.ticket_id == ticket_id:
        return tickets.get(uow, ticket_id)
    row = LIFE.find(draft.state, "join", scope.roles, {})
    limits.check_choice("kind", kind, JOIN_KINDS)
    words = limits.check_text("text", text, maximum=limits.load_limits().body_max)
    queries.get_visible(uow.session, scope, ticket_id)
    ticket = tickets.add(uow, ticket_id, kind, words)
    draft.state, draft.ticket_id, draft.updated_at = row.target, ticket.id, uow.now
    uow.session.flush()
    _announce(uow, draft, PERSON)
    return ticket


def drop(uow: UnitOfWork, scope: Scope, draft_id: int) -> Draft:
    """Throw a draft away. Safe to repeat. Raises Conflict when it is a ticket already."""
    draft = _own(uow, scope, draft_id)
    if draft.state is not DraftState.DROPPED:
        draft.state, draft.updated_at = LIFE.find(draft.state, "drop", scope.roles, {}).target, uow.now
        uow.session.flush()
        _announce(uow, draft, PERSON)
    return draft


def drop_untouched(uow: UnitOfWork, contact_id: int) -> None:
    """At the end of a contact: drop what no person typed in. Raises Conflict when something typed is left to decide."""
    for draft in of_contact(uow.session, contact_id):
        if draft.state is not DraftState.OPEN:
            continue
        if any(field["source"] == PERSON for field in draft.fields.values()):
            raise Conflict("a draft is open", reason="open-draft", thing="draft", id=draft.id)
        draft.state, draft.updated_at = DraftState.DROPPED, uow.now
        uow.session.flush()
        _announce(uow, draft, MACHINE)


def get(session: Session, draft_id: int) -> Draft:
    """The draft. Raises NotFound."""
    draft = session.get(Draft, draft_id)
    if draft is None:
        raise NotFound("draft", thing="draft", id=draft_id)
    return draft


def of_contact(session: Session, contact_id: int) -> list[Draft]:
    """The drafts of a contact, oldest first."""
    return list(session.scalars(select(Draft).where(Draft.contact_id == contact_id).order_by(Draft.id)))


def live_draft(session: Session, call_id: str) -> Draft | None:
    """The draft that a call's words go to now: its newest open one, if it is answered and has one."""
    query = select(Draft).join(Contact, Contact.id == Draft.contact_id)
    query = query.where(Contact.call_id == call_id, Draft.state == DraftState.OPEN)
    return session.scalars(query.order_by(Draft.id.desc()).limit(1)).one_or_none()


def to_refresh(session: Session, contact_id: int) -> list[Draft]:
    """The open drafts that words of their contact may still change: the newest, and those with turns of their own."""
    still_open = [draft for draft in of_contact(session, contact_id) if draft.state is DraftState.OPEN]
    return [draft for draft in still_open if draft.segments or draft is still_open[-1]]


def own_turns(session: Session, draft: Draft, turns: Sequence[Turn]) -> list[Turn]:
    """Those of a talk's turns that are the draft's: what it was given when it was split, and what was said since."""
    newest = not draft.segments or draft.id == of_contact(session, draft.contact_id)[-1].id
    return [turn for turn in turns if turn.seq in (draft.segments or ()) or (newest and turn.seq > draft.after_seq)]


def _filled(session: Session, draft: Draft, turns: Sequence[Turn], sources: Sources) -> Mapping[str, Proposal]:
    if not draft.segments:
        return fill([turn for turn in turns if turn.seq > draft.after_seq], sources)
    known = of_contact(session, draft.contact_id)
    told = [one for one in known if one.segments]
    later = [turn.seq for turn in turns if turn.seq > draft.after_seq]
    matters = [[*one.segments, *(later if one.id == known[-1].id else [])] for one in told]
    filled = fill_parts(parts_of(turns, matters), turns, sources)
    return filled[next(at for at, one in enumerate(told) if one.id == draft.id)].fields


def _told_apart(draft: Draft, turns: Sequence[Turn], sources: Sources) -> list[dict[str, Any]]:  # rows of JSON
    if draft.segments:
        return []
    found = fill_all([turn for turn in turns if turn.seq > draft.after_seq], sources)
    rows = [{"segments": list(one.segments), "title": one.fields["title"].value} for one in found]
    return rows if len(rows) > 1 else []


def _checked_matters(matters: Sequence[Sequence[int]]) -> list[list[int]]:
    lists = [sorted(set(seqs)) for seqs in matters]
    if len(lists) < MATTERS_LEAST:
        raise Invalid("matters", "too-few", minimum=MATTERS_LEAST)
    if any(not seqs for seqs in lists):
        raise Invalid("matters", "required")
    return lists


def _new_ticket(uow: UnitOfWork, draft: Draft, contact: Contact, scope: Scope) -> NewTicket:
    value = {name: field["value"] for name, field in draft.fields.items()}
    texts = ("type", "title", "body", "wanted", "address", "contact_name", "contact_phone")
    given = limits.checked({name: value.get(name, "") for name in texts} | {"urgency": value.get("urgency") or "normal"})
    given["contact_phone"] = given["contact_phone"] or contact.number
    confidential = value.get("confidential") == YES
    given["title"] = nameless_title(given["title"]) if confidential else given["title"]
    category_code, area_code = value.get("category_code") or None, value.get("area_code") or None
    check_codes(uow.session, category_code, area_code)
    if contact.citizen_id is None and given["contact_phone"]:
        contact.citizen_id = citizens.find_or_create(uow, given["contact_phone"], given["contact_name"]).id
    return NewTicket(
        **given,
        channel=contact.channel,
        category_code=category_code,
        area_code=area_code,
        citizen_id=contact.citizen_id,
        secrecy=Secrecy.asked(confidential=confidential),
        reply_wanted=value.get("reply_wanted", YES) == YES,
        contact_id=contact.id,
        submission_key=f"draft:{draft.id}",
        opened_by_id=scope.officer_id,
    )


def _own(uow: UnitOfWork, scope: Scope, draft_id: int) -> Draft:
    draft = _locked(uow, draft_id)
    own_contact(uow.session, scope, draft.contact_id)
    return draft


def _locked(uow: UnitOfWork, draft_id: int) -> Draft:
    # The words and the agent's keys arrive at the same moment: the second waits instead of failing.
    query = select(Draft).where(Draft.id == draft_id).with_for_update().execution_options(populate_existing=True)
    draft = uow.session.scalars(query).one_or_none()
    if draft is None:
        raise NotFound("draft", thing="draft", id=draft_id)
    return draft


def _check_open(draft: Draft) -> None:
    if draft.state is not DraftState.OPEN:
        raise Conflict("not open", reason="not-open", thing="draft", state=draft.state.value)


def _check_seen(draft: Draft, version: int) -> None:
    unseen = sorted(name for name, field in draft.fields.items() if field.get("version", 0) > version)
    if unseen:
        raise Conflict("changed after it was seen", reason="stale", thing="draft", fields=unseen, version=draft.version)


def _merged(draft: Draft, proposed: Mapping[str, dict[str, Any]]) -> dict[str, Any]:  # fields as the table keeps them
    merged = {name: field for name, field in draft.fields.items() if field["source"] == PERSON or name in CARRIED_OVER}
    for name, proposal in proposed.items():
        if merged.get(name, {}).get("source") == PERSON:
            continue
        old = draft.fields.get(name, {})
        same = old.get("value") == proposal["value"]
        merged[name] = {**proposal, "source": MACHINE, "version": old["version"] if same else draft.version + 1}
    return merged


def _stored(proposal: Proposal) -> dict[str, Any]:  # JSON
    evidence = [{"seq": item.seq, "start": item.start, "end": item.end} for item in proposal.evidence]
    return {"value": proposal.value, "confidence": proposal.confidence, "evidence": evidence}


def _typed(text: str, old: Mapping[str, Any], version: int) -> dict[str, Any]:  # JSON
    accepted = bool(text) and old.get("value") == text
    if accepted and old.get("source") == PERSON:
        return dict(old)
    evidence = old.get("evidence", []) if accepted else []
    return {"value": text, "source": PERSON, "confidence": None, "evidence": evidence, "version": version}


def _announce(uow: UnitOfWork, draft: Draft, source: str) -> None:
    uow.record(DraftChanged(draft_id=draft.id, contact_id=draft.contact_id, source=source, state=draft.state.value))
