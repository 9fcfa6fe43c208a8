"""The monthly report of the knowledge base as its readers see it; rates are shares of 0-1."""

from web.api.schemas.base import Shape, UnitRef


class ReportTotals(Shape):
    """Articles as they stand now, uses and questions of the month."""

    articles: int
    answering: int
    due: int
    expired: int
    shown: int
    used: int
    hit_rate: float | None
    helpful: int
    not_helpful: int
    questions: int
    unanswered: int


class ReportUnit(Shape):
    """The figures of one unit."""

    unit: UnitRef
    articles: int
    due: int
    late_tasks: int
    used: int
    helpful_rate: float | None


class ReportArticle(Shape):
    """An article and how often it was used."""

    article_id: int
    title: str
    used: int


class ReportCorrections(Shape):
    """Corrections asked for in the month."""

    asked: int
    in_time: int
    late: int


class KnowledgeReport(Shape):
    """All figures of a month."""

    month: str
    totals: ReportTotals
    units: list[ReportUnit]
    top: list[ReportArticle]
    unused: list[ReportArticle]
    corrections: ReportCorrections
