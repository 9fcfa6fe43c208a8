"""A life cycle as rows: who may move what from where to where, and what the move needs. Pure.

Used by tickets, assignments, transfers, calls and articles. Each life cycle names the one module that may assign its state.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from hotline.kernel.errors import Conflict, Forbidden, Invalid

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True)
class Transition(Generic[S]):
    """One row. `needs` are fields that must be given and not empty; `tells` is who hears of it, in words of the life cycle."""

    action: str
    source: S
    target: S
    roles: frozenset[str]
    needs: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()


@dataclass(frozen=True)
class Attempt:
    """A move that somebody tries: the action, what is given with it, and the roles that count for whoever tries."""

    action: str
    given: Mapping[str, Any]  # the fields a move may carry, as its row names them
    roles: Collection[str]


@dataclass(frozen=True)
class LifeCycle(Generic[S]):
    """The rows of one thing's life, where it begins and where it may end."""

    name: str
    owner: str
    initial: frozenset[S]
    final: frozenset[S]
    rows: tuple[Transition[S], ...]

    def find(self, state: S, action: str, roles: Collection[str], given: Mapping[str, Any]) -> Transition[S]:
        """The row of this move. Raises Conflict (no such move now), Forbidden (not this role), Invalid (field missing)."""
        rows = [row for row in self.rows if row.source == state and row.action == action]
        if not rows:
            raise Conflict("no such move", reason="no-such-move", thing=self.name, state=state.value, action=action)
        allowed = next((row for row in rows if row.roles & set(roles)), None)
        if allowed is None:
            raise Forbidden("not this role", action=action, roles=sorted(rows[0].roles))
        for name in allowed.needs:
            if given.get(name) in (None, "", []):
                raise Invalid(name, "required", action=action)
        return allowed

    def actions(self, state: S, roles: Collection[str]) -> list[Transition[S]]:
        """The moves these roles have in this state, in table order."""
        return [row for row in self.rows if row.source == state and row.roles & set(roles)]

    def check(self) -> None:
        """Raise Invalid unless every state is reachable, can reach an end, and no row stands twice."""
        states = set(type(next(iter(self.initial))))
        for state in states - self._closure(set(self.initial), forward=True):
            raise Invalid(self.name, "unreachable-state", state=state.value)
        for state in states - self._closure(set(self.final), forward=False):
            raise Invalid(self.name, "no-way-to-an-end", state=state.value)
        seen: set[tuple[str, S, str]] = set()
        for row in self.rows:
            keys = {(row.action, row.source, role) for role in row.roles}
            if keys & seen:
                raise Invalid(self.name, "ambiguous-row", action=row.action, state=row.source.value)
            seen |= keys

    def mermaid(self) -> str:
        """The life cycle as a Mermaid state diagram."""
        lines = ["stateDiagram-v2", *(f"    [*] --> {state.value}" for state in sorted(self.initial))]
        lines += [f"    {row.source.value} --> {row.target.value}: {row.action}" for row in self.rows]
        lines += [f"    {state.value} --> [*]" for state in sorted(self.final)]
        return "\n".join(dict.fromkeys(lines))

    def _closure(self, start: set[S], *, forward: bool) -> set[S]:
        found = set(start)
        while True:
            grown = found | set(self._neighbours(found, forward=forward))
            if grown == found:
                return found
            found = grown

    def _neighbours(self, states: Iterable[S], *, forward: bool) -> Iterator[S]:
        for row in self.rows:
            source, target = (row.source, row.target) if forward else (row.target, row.source)
            if source in states:
                yield target
