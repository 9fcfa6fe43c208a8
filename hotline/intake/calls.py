"""Use cases on calls: offered, answered by one agent, over. The only module that assigns Call.state.

Called by the exchange's offers, by agents, and by what the speech gateway hears; all of them may repeat themselves.
"""

import uuid
from collections.abc import Mapping

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hotline.intake import contacts, drafts
from hotline.intake.events import CallAnswered, CallEnded, CallOffered, CallTakenUp
from hotline.intake.models import Call, CallLeg, CallState, Contact
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from hotline.kernel.scope import Scope
from hotline.kernel.transitions import LifeCycle, Transition
from hotline.people.citizens import plain_number
from hotline.people.permissions import Role

CHANNEL = "phone"
LONGEST_NUMBER = 32
CALLER_GONE = frozenset({"hang-up", "lost"})
"""Ends of audio that mean the caller is gone, of `asr.gateways.streams.End`: exchanges often just close the stream."""
UNKNOWN_ORIGIN = "audio"

_SYSTEM = frozenset({"system"})
_AGENTS = frozenset({Role.AGENT.value, Role.SHIFT_LEADER.value})
LIFE = LifeCycle(
    "call",
    "hotline.intake.calls",
    frozenset({CallState.OFFERED}),
    frozenset({CallState.ENDED, CallState.ABANDONED}),
    (
        Transition("answer", CallState.OFFERED, CallState.TALKING, _AGENTS),
        Transition("hang_up", CallState.OFFERED, CallState.ABANDONED, _SYSTEM | {Role.SHIFT_LEADER.value}),
        Transition("hang_up", CallState.TALKING, CallState.ENDED, _SYSTEM | _AGENTS),
    ),
)


class CallTaken(Conflict):
    """Another agent was faster, or the call is over."""

    code = "call-taken"


class LegTaken(Conflict):
    """That id names another call, or another call's leg."""

    code = "leg-taken"


def offer(uow: UnitOfWork, *, call_id: str | uuid.UUID | None = None, number: str = "", origin: str = "sim") -> Call:
    """A call rings. The same id again is the same call; a number that was missing so far is filled in.

    Raises Invalid for an id that is no UUID.
    """
    plain = plain_number(number)[:LONGEST_NUMBER]
    call = _kept(uow, _uuid(call_id or uuid.uuid4()), plain, origin)
    if plain and not call.number:
        call.number = plain
        uow.session.flush()
    return call


def name_legs(uow: UnitOfWork, call: Call, legs: Mapping[str, uuid.UUID]) -> None:
    """Note under which id the exchange sends each role's audio. Safe to repeat; raises LegTaken."""
    for role, named in legs.items():
        row = {"id": named, "call_id": call.id, "role": role[:16]}
        uow.session.execute(insert(CallLeg).values(**row).on_conflict_do_nothing(index_elements=[CallLeg.id]))
        kept = leg(uow.session, named)
        if kept is None or (kept.call_id, kept.role) != (call.id, role[:16]) or uow.session.get(Call, named) is not None:
            raise LegTaken("leg names something else", thing="leg", id=str(named))


def leg(session: Session, named: uuid.UUID) -> CallLeg | None:
    """The leg that the exchange told under that id."""
    return session.get(CallLeg, named)


def answer(uow: UnitOfWork, scope: Scope, call_id: str | uuid.UUID) -> Contact:
    """Take the call: its contact is opened, with a first draft. One agent wins; the winner may repeat it.

    Raises CallTaken for the others and when the call is over, Forbidden for who may not take calls.
    """
    call = _locked(uow, call_id)
    if not scope.has(*_AGENTS) or scope.officer_id is None:
        raise Forbidden("takes no calls", action="answer", roles=sorted(_AGENTS))
    if call.state is not CallState.OFFERED:
        taken = contacts.of_call(uow.session, call.id)
        if taken is not None and taken.agent_id == scope.officer_id and call.state is CallState.TALKING:
            return taken
        raise CallTaken("taken or over", reason=call.state.value, thing="call")
    call.state = LIFE.find(call.state, "answer", scope.roles, {}).target
    call.answered_at, call.agent_id = uow.now, scope.officer_id
    contact = _begin_contact(uow, call, scope.officer_id)
    uow.record(CallAnswered(call_id=str(call.id), contact_id=contact.id, agent_id=scope.officer_id))
    return contact


def take_up(uow: UnitOfWork, scope: Scope, call_id: str | uuid.UUID) -> Contact:
    """Open the contact of a call that is over and that nobody took: what was said in it fills the first draft.

    One shift leader wins; the winner may repeat it. Raises CallTaken for the others and while the call goes on, Forbidden for
    who leads no shift.
    """
    call = _locked(uow, call_id)
    if not scope.has(Role.SHIFT_LEADER) or scope.officer_id is None:
        raise Forbidden("leads no shift", action="take_up", roles=[Role.SHIFT_LEADER.value])
    taken = contacts.of_call(uow.session, call.id)
    if taken is not None and taken.agent_id == scope.officer_id:
        return taken
    if taken is not None or call.state not in LIFE.final:
        raise CallTaken("taken or not over", reason=CallState.TALKING.value, thing="call")
    contact = _begin_contact(uow, call, scope.officer_id)
    uow.record(CallTakenUp(call_id=str(call.id), contact_id=contact.id, agent_id=scope.officer_id))
    return contact


def hang_up(uow: UnitOfWork, scope: Scope, call_id: str | uuid.UUID) -> Call:
    """The agent (or a shift leader) ends the call; its contact stays open for the summary. Safe to repeat.

    Raises Forbidden for another agent's call.
    """
    call = _locked(uow, call_id)
    if call.agent_id not in (None, scope.officer_id) and not scope.has(Role.SHIFT_LEADER):
        raise Forbidden("another agent's call", reason="other-agent")
    _end(uow, call, scope.roles)
    return call


def end_by_exchange(uow: UnitOfWork, call_id: str | uuid.UUID) -> Call:
    """The exchange says that the call is over: ended, or abandoned when nobody took it. Safe to repeat."""
    call = _locked(uow, call_id)
    _end(uow, call, _SYSTEM)
    return call


def note_audio_started(uow: UnitOfWork, call_id: str | uuid.UUID) -> Call:
    """Audio of a call arrives. An id nobody offered is a call of unknown number, which rings like any other."""
    return _kept(uow, _uuid(call_id), "", UNKNOWN_ORIGIN)


def note_audio_ended(uow: UnitOfWork, call_id: str | uuid.UUID, *, reason: str, seconds: float) -> Call:
    """No more audio of the caller comes. Only when the caller is gone is the call over: people may talk on
    without a stream that stalled or sent garbage."""
    call = _locked(uow, call_id)
    call.audio_end = reason[:32]
    call.audio_seconds = max(seconds, call.audio_seconds or 0.0)
    uow.session.flush()
    if reason in CALLER_GONE:
        _end(uow, call, _SYSTEM)
    return call


def waiting(session: Session) -> list[Call]:
    """The calls that ring, longest waiting first."""
    return list(session.scalars(select(Call).where(Call.state == CallState.OFFERED).order_by(Call.offered_at, Call.id)))


def talking(session: Session, agent_id: int | None) -> list[Call]:
    """The calls an agent is in, oldest first; of all agents for None."""
    query = select(Call).where(Call.state == CallState.TALKING)
    if agent_id is not None:
        query = query.where(Call.agent_id == agent_id)
    return list(session.scalars(query.order_by(Call.offered_at, Call.id)))


def unassigned(session: Session, limit: int = 50) -> list[Call]:
    """Calls whose audio came without an offer, which are over and nobody took, newest first."""
    nobody = ~exists().where(Contact.call_id == Call.id)
    query = select(Call).where(Call.origin == UNKNOWN_ORIGIN, Call.ended_at.is_not(None), nobody)
    return list(session.scalars(query.order_by(Call.offered_at.desc()).limit(limit)))


def get(session: Session, call_id: str | uuid.UUID) -> Call:
    """The call. Raises NotFound, Invalid for an id that is no UUID."""
    call = session.get(Call, _uuid(call_id))
    if call is None:
        raise NotFound("call", thing="call", id=str(call_id))
    return call


def _kept(uow: UnitOfWork, call_id: uuid.UUID, number: str, origin: str) -> Call:
    row = {"id": call_id, "state": CallState.OFFERED, "version": 1, "number": number, "origin": origin[:16]}
    fresh = insert(Call).values(**row, offered_at=uow.now, audio_end="").on_conflict_do_nothing(index_elements=[Call.id])
    made = uow.session.scalar(fresh.returning(Call.id))
    call = get(uow.session, call_id)
    if made is not None:
        uow.record(CallOffered(call_id=str(call_id), origin=call.origin))
    return call


def _begin_contact(uow: UnitOfWork, call: Call, agent_id: int) -> Contact:
    contact = contacts.open_contact(uow, channel=CHANNEL, number=call.number, call_id=call.id, agent_id=agent_id)
    drafts.open_draft(uow, contact)
    return contact


def _end(uow: UnitOfWork, call: Call, roles: frozenset[str]) -> None:
    if call.state in LIFE.final:
        return
    call.state = LIFE.find(call.state, "hang_up", roles, {}).target
    call.ended_at = uow.now
    uow.session.flush()
    contact = contacts.of_call(uow.session, call.id)
    ended = CallEnded(
        call_id=str(call.id), contact_id=contact.id if contact else None, agent_id=call.agent_id, state=call.state.value
    )
    uow.record(ended)


def _locked(uow: UnitOfWork, call_id: str | uuid.UUID) -> Call:
    query = select(Call).where(Call.id == _uuid(call_id)).with_for_update().execution_options(populate_existing=True)
    call = uow.session.scalars(query).one_or_none()
    if call is None:
        raise NotFound("call", thing="call", id=str(call_id))
    return call


def _uuid(given: str | uuid.UUID) -> uuid.UUID:
    try:
        return given if isinstance(given, uuid.UUID) else uuid.UUID(given)
    except ValueError as error:
        raise Invalid("call_id", "uuid", given=str(given)[:64]) from error
