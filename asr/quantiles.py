"""Which value so many of the others do not pass: p50, p95.   Pure. Used by live meters and by evaluation."""

from collections.abc import Iterable


def quantile(values: Iterable[float | None], share: float) -> float | None:
    """The value that this share (0-1) of the known ones does not pass; None without any."""
    known = sorted(value for value in values if value is not None)
    return known[min(len(known) - 1, int(share * len(known)))] if known else None
