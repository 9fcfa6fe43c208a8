"""Stretches of a call's audio that were not heard yet, as (from, to) in seconds.   Pure.

Callers: live sessions, the rows of recordings, late hearing.
"""

from collections.abc import Iterable, Sequence

Gap = tuple[float, float]
SHORTEST_S = 0.2
"""Less than a word."""


def merged(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """Ascending, joined where they touch, without those too short for a word."""
    found: list[Gap] = []
    for start, end in sorted(gaps):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(gap for gap in found if gap[1] - gap[0] >= SHORTEST_S)


def after(gaps: Iterable[Gap], heard_until_s: float) -> tuple[Gap, ...]:
    """What is left of them when everything before that second was heard."""
    return merged((max(start, heard_until_s), end) for start, end in gaps if end > heard_until_s)


def of_lost(gaps: Sequence[Gap], heard_until_s: float, seconds: float) -> tuple[Gap, ...]:
    """Of a recording whose session was killed: what it had skipped, and all behind its last final."""
    covered_s = max([heard_until_s, *(end for _, end in gaps)])
    return merged([*gaps, (covered_s, seconds)])
