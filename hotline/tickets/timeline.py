"""The timeline of a ticket: append-only lines, gapless per ticket, chained by hash. Written in the caller's transaction.

A line's words are sealed in `timeline_text`; the line holds their salted hash only. Erasing words leaves the chain valid, and
nobody can guess short words from a line. Walked by `audit`, signed for by `anchors`.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Row, Select, bindparam, select, text
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork, vault_of
from hotline.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from hotline.kernel.scope import Scope
from hotline.kernel.vault import KeyUnknown, Vault
from hotline.people.permissions import Role
from hotline.tickets.events import WordsErased
from hotline.tickets.models import TimelineEntry, TimelineText

GENESIS = "0" * 64
SALT_BYTES = 16
NO_SALT = bytes(SALT_BYTES)
"""The salt of words written before words were sealed: their hash is the plain SHA-256."""
NO_WORDS = hashlib.sha256(b"").hexdigest()
"""The text hash of a line without words."""
ERASE = "erase_words"
TICKETS = bindparam("tickets", type_=ARRAY(BigInteger))
HOLD = text("select pg_advisory_xact_lock(12345, (id % 2147483648)::int) from unnest(:tickets) id").bindparams(TICKETS)
"""In the order in which they are given."""
TRY_HOLD = text(
    "select id from (select id, pg_try_advisory_xact_lock(12345, (id % 2147483648)::int) held from unnest(:tickets) id"
    " offset 0) tried where held"
).bindparams(TICKETS)
ENDS = text(
    "select asked.ticket_id, seq, hash from unnest(:tickets) asked(ticket_id) cross join lateral"
    " (select seq, hash from timeline_entry where ticket_id = asked.ticket_id order by seq desc limit 1) last"
).bindparams(TICKETS)


@dataclass(frozen=True)
class Line:
    """One line as it is read: `text` is opened, empty where there are no words or they were erased.

    `sound` says whether the words (or their erasure) fit the line's hash; of the chain see `broken_at`.
    """

    id: int
    ticket_id: int
    seq: int
    at: datetime
    officer_id: int | None
    unit_id: int | None
    action: str
    state_from: str
    state_to: str
    public: bool
    data: Mapping[str, Any]
    text_hash: str
    previous_hash: str
    hash: str
    text: str
    erased_at: datetime | None
    sound: bool


@dataclass(frozen=True)
class NewLine:
    """A line to be appended, as `write` takes it."""

    ticket_id: int
    action: str
    text: str = ""
    public: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)
    unit_id: int | None = None
    states: tuple[str, str] = ("", "")


LINE_COLUMNS = tuple(name for name in Line.__dataclass_fields__ if name not in ("text", "erased_at", "sound"))
"""What a line has straight from its row."""


def hold(uow: UnitOfWork, ticket_id: int) -> None:
    """Be the only one to change this ticket until the transaction ends. Who moves its parts holds it before any row of theirs,
    so that two who do so wait for each other in one place instead of each for the other."""
    _locked_ends(uow.session, [ticket_id])


def try_hold(uow: UnitOfWork, ticket_id: int) -> bool:
    """Hold the ticket unless another transaction does; never waits. Returns whether it is held."""
    return ticket_id in try_hold_all(uow, [ticket_id])


def try_hold_all(uow: UnitOfWork, ticket_ids: Iterable[int]) -> set[int]:
    """Hold those of the tickets that no other transaction holds; never waits. Returns which are held."""
    return set(uow.session.scalars(TRY_HOLD, {"tickets": list(ticket_ids)}))


def write(
    uow: UnitOfWork,
    ticket_id: int,
    action: str,
    *,
    text: str = "",
    public: bool = False,
    data: Mapping[str, Any] | None = None,
    unit_id: int | None = None,
    states: tuple[str, str] = ("", ""),
) -> TimelineEntry:
    """Append a line. `public` lines are shown to the requester; `data` holds codes and ids, never personal values."""
    return write_all(uow, [NewLine(ticket_id, action, text, public, data or {}, unit_id, states)])[0]


def write_all(uow: UnitOfWork, lines: Sequence[NewLine]) -> list[TimelineEntry]:
    """Append lines in their order, also of many tickets. Whoever holds none of them yet waits for each in turn of its id."""
    ends = _locked_ends(uow.session, {line.ticket_id for line in lines})
    written: list[tuple[TimelineEntry, bytes]] = []
    for line in lines:
        salt = os.urandom(SALT_BYTES)
        entry = _entry(uow, line, ends[line.ticket_id], salt)
        ends[line.ticket_id] = (entry.seq, entry.hash)
        written.append((entry, salt + line.text.encode() if line.text else b""))
    uow.session.add_all(entry for entry, _ in written)
    uow.session.flush()
    vault = vault_of(uow.session)
    uow.session.add_all(TimelineText(entry_id=entry.id, sealed=vault.seal(words)) for entry, words in written if words)
    return [entry for entry, _ in written]


def lines(session: Session, ticket_id: int) -> list[Line]:
    """All lines of a ticket in order, with their words. A line whose words cannot be opened is not `sound`."""
    vault = vault_of(session)
    found = session.execute(rows().where(TimelineEntry.ticket_id == ticket_id).order_by(TimelineEntry.seq))
    return [line_of(vault, row) for row in found]


def rows() -> Select[Any]:
    """The query of lines with their sealed words, for `line_of`."""
    columns = [getattr(TimelineEntry, name) for name in LINE_COLUMNS]
    kept = (TimelineText.entry_id.label("kept"), TimelineText.sealed, TimelineText.erased_at)
    return select(*columns, *kept).outerjoin(TimelineText, TimelineText.entry_id == TimelineEntry.id)


def line_of(vault: Vault, row: Row[Any]) -> Line:
    """The line of a row of `rows`."""
    words, sound = _opened(vault, row)
    values = {name: getattr(row, name) for name in LINE_COLUMNS}
    return Line(**values, text=words, erased_at=row.erased_at, sound=sound)


def broken_at(found: list[Line]) -> int | None:
    """The sequence number of the first line that does not fit the chain; None when all fit.

    Words may be missing only where a later line of the same chain says that they were erased.
    """
    erased = {line.data.get("seq") for line in found if line.action == ERASE}
    previous = GENESIS
    for place, line in enumerate(found, start=1):
        chained = line.seq == place and line.previous_hash == previous and line.hash == digest(line)
        if not chained or not line.sound or (line.erased_at is not None and line.seq not in erased):
            return line.seq
        previous = line.hash
    return None


def erase(uow: UnitOfWork, scope: Scope, entry_id: int, reason: str) -> None:
    """Erase the words of a line for good; a new line says that, and why. The chain stays valid.

    Raises Forbidden for anybody but an administrator, Invalid without a reason, Conflict when no words are there to erase.
    """
    if not scope.has(Role.ADMINISTRATOR):
        raise Forbidden("erasing words of a timeline")
    if not reason.strip():
        raise Invalid("reason", "missing")
    entry = uow.session.get(TimelineEntry, entry_id)
    if entry is None:
        raise NotFound("timeline line", thing="timeline-line")
    words = uow.session.get(TimelineText, entry_id, with_for_update=True)
    if words is None or words.sealed is None:
        raise Conflict("no words to erase", reason="no-words")
    words.sealed, words.erased_at, words.erased_by_id = None, uow.now, uow.actor.officer_id
    write(uow, entry.ticket_id, ERASE, text=reason.strip(), data={"seq": entry.seq})
    uow.record(WordsErased(ticket_id=entry.ticket_id, seq=entry.seq))


def digest(entry: TimelineEntry | Line) -> str:
    """The hash that a line must bear."""
    parts = [
        entry.previous_hash,
        entry.ticket_id,
        entry.seq,
        _moment(entry.at),
        entry.officer_id,
        entry.unit_id,
        entry.action,
        entry.state_from,
        entry.state_to,
        entry.public,
        entry.text_hash,
        entry.data,
    ]
    return _sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def _opened(vault: Vault, row: Row[Any]) -> tuple[str, bool]:
    if row.kept is None:
        return "", row.text_hash == NO_WORDS
    if row.sealed is None:
        return "", row.erased_at is not None
    try:
        plain = vault.open(row.sealed)
    except KeyUnknown:
        return "", False
    words = plain[SALT_BYTES:].decode()
    return words, row.erased_at is None and row.text_hash == _words_hash(plain[:SALT_BYTES], words)


def _words_hash(salt: bytes, words: str) -> str:
    if salt == NO_SALT:
        return _sha256(words)
    return hmac.new(salt, words.encode(), hashlib.sha256).hexdigest()


def _entry(uow: UnitOfWork, line: NewLine, end: tuple[int, str], salt: bytes) -> TimelineEntry:
    entry = TimelineEntry(
        ticket_id=line.ticket_id,
        seq=end[0] + 1,
        at=uow.now,
        officer_id=uow.actor.officer_id,
        unit_id=line.unit_id,
        action=line.action,
        state_from=line.states[0],
        state_to=line.states[1],
        public=line.public,
        data=dict(line.data),
        text_hash=_words_hash(salt, line.text) if line.text else NO_WORDS,
        previous_hash=end[1],
        hash="",
    )
    entry.hash = digest(entry)
    return entry


def _moment(at: datetime) -> str:
    return f"{at.timestamp():.6f}"


def _sha256(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


def _locked_ends(session: Session, ticket_ids: Collection[int]) -> dict[int, tuple[int, str]]:
    """Number and hash of the last line of each ticket, and of whichever others this transaction holds.

    The locks are held to the end of the transaction, so we look at the table once.
    """
    known = _ends(session)
    asked = {"tickets": sorted(one for one in ticket_ids if one not in known)}
    if asked["tickets"]:
        session.execute(HOLD, asked)
        # Another statement: it sees what whoever held them before has written.
        found = {row.ticket_id: (row.seq, row.hash) for row in session.execute(ENDS, asked)}
        known.update({ticket_id: found.get(ticket_id, (0, GENESIS)) for ticket_id in asked["tickets"]})
    return known


def _ends(session: Session) -> dict[int, tuple[int, str]]:
    """Ends of the chains that this transaction holds; sessions of ours live for one transaction."""
    found: dict[int, tuple[int, str]] = session.info.setdefault("timeline-ends", {})
    return found
