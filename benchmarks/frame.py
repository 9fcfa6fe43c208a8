"""What every benchmark returns: rows of one table, each our figure and, where there is one, a peer's from the same run."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import psutil


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


@dataclass(frozen=True)
class Timed:
    """How long each of some calls took, in milliseconds, and the CPU seconds of process and database for all."""

    times_ms: list[float]
    cpu_s: float

    def as_dict(self) -> dict[str, Any]:
        """As JSON carries it between processes."""
        return {"times_ms": self.times_ms, "cpu_s": self.cpu_s}

    def part(self, share: float) -> float:
        """The time that this share of the calls kept within, in milliseconds."""
        ordered = sorted(self.times_ms)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)]

    @property
    def cpu_ms(self) -> float:
        """CPU milliseconds of one call."""
        return 1000 * self.cpu_s / len(self.times_ms)


def timed(work: Callable[[int], int], database_pid: int, calls: int, warm: int = 5) -> Timed:
    """Call `work` with 0, 1, 2 …; it returns an HTTP status, and one that is no success is an error of the benchmark."""
    for n in range(warm):
        _answered(work, n)
    cpu = _cpu(database_pid)
    times = [1000 * _once(lambda n=n: _answered(work, n)) for n in range(warm, warm + calls)]
    return Timed(times, _cpu(database_pid) - cpu)


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


def _answered(work: Callable[[int], int], n: int) -> None:
    status = work(n)
    if not 200 <= status < 300:
        raise RuntimeError(f"answered {status}")


def _cpu(database_pid: int) -> float:
    """CPU seconds so far of this process and of the database's server with its backends."""
    server = psutil.Process(database_pid)
    return sum(sum(found.cpu_times()[:2]) for found in (psutil.Process(), server, *server.children()))


def _once(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun
