"""What every benchmark returns: rows of one table, each our figure and, where there is one, a peer's from the same run."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter


@dataclass(frozen=True)
class Row:
    """One line: what was measured, our figure and the peer's in `unit`, and what a reader must know of the comparison."""

    name: str
    ours: float
    unit: str
    peer: str = ""
    theirs: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Our figure divided by the peer's."""
        return self.ours / self.theirs if self.theirs else None


def seconds(work: Callable[[], object], *, repeat: int = 3) -> float:
    """The shortest of some runs, in seconds."""
    return min(_once(work) for _ in range(repeat))


def table(rows: list[Row]) -> str:
    """The rows as a Markdown table."""
    head = ["| what | ours | peer | ratio | note |", "| --- | ---: | ---: | ---: | --- |"]
    return "\n".join([*head, *(_line(row) for row in rows)])


def _line(row: Row) -> str:
    theirs = f"{row.theirs:,.4g} {row.unit} ({row.peer})" if row.theirs is not None else row.peer
    ratio = f"{row.ratio:.2f}" if row.ratio is not None else ""
    return f"| {row.name} | {row.ours:,.4g} {row.unit} | {theirs} | {ratio} | {row.note} |"


def _once(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun
