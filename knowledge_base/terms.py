"""What a city lays down for its articles, as of one day: rules, codes that exist, limits. Pure values.

Knowledge does not know the core; `web.knowledge_terms` reads its tables and hands these in.
"""

import calendar
from dataclasses import dataclass
from datetime import date, datetime

from knowledge_base.rules import KnowledgeRules

MONTHS = 12


@dataclass(frozen=True)
class Terms:
    """`leaves`, `areas` and `units` are what may be named; the moments say until when a review that begins now is due."""

    today: date
    rules: KnowledgeRules
    leaves: frozenset[str]
    areas: frozenset[str]
    units: frozenset[int]
    unit_review_due: datetime
    editor_review_due: datetime

    @property
    def next_review(self) -> date:
        """The last day by which an article that is found right today must be looked through again."""
        return months_after(self.today, self.rules.review_months)


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last of that month where there is none."""
    index = day.month - 1 + months
    year, month = day.year + index // MONTHS, index % MONTHS + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
