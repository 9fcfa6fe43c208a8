"""The badges of a knowledge desk and the monthly report over HTTP, also as an Excel file."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime

from apiflask import APIBlueprint
from flask import Response, send_file
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.kernel import clock
from hotline.people.permissions import Role
from knowledge_base import permissions, questions, reports, review_lists, task_lists
from knowledge_base.lifecycle import PhoneEntryState
from knowledge_base.noticeboard import PhoneEntry
from knowledge_base.reports import Report, Span
from web import knowledge_terms, texts
from web.api.knowledge import local_day
from web.api.present_ticket import unit_refs
from web.api.schemas.knowledge_articles import KnowledgeCounts
from web.api.schemas.knowledge_reports import KnowledgeReport, ReportArticle, ReportCorrections, ReportTotals, ReportUnit
from web.auth import EVERYONE, UNIT_ROLES, allowed
from web.importing import sheets, tables
from web.requests import asks, container, locale, reading, scope

api = APIBlueprint("knowledge_reports", __name__, url_prefix="/api/v1/knowledge", tag="Knowledge")
OF_ALL = (Role.KNOWLEDGE_EDITOR, Role.SHIFT_LEADER, Role.MANAGER, Role.ADMINISTRATOR)
"""Who reads the figures of all units; units read their own and those below them."""
READERS = (*(role.value for role in OF_ALL), *UNIT_ROLES)


class MonthQuery(BaseModel):
    """A month, the present one when left out."""

    model_config = ConfigDict(extra="ignore")

    month: str = Field("", pattern=r"^((19|20|21)\d\d-(0[1-9]|1[0-2]))?$")


@api.get("/counts")
@api.output(KnowledgeCounts)
@allowed(*EVERYONE)
def count_waiting() -> KnowledgeCounts:
    """How much waits for the reader."""
    with reading() as session:
        rules = knowledge_terms.rules_of(session)
        waiting = review_lists.counts(session, scope(), today=local_day(), ahead_days=rules.review_ahead_days)
        among = None if permissions.is_editor(scope()) else scope().unit_ids
        now = clock.now()
        tasks_open, tasks_late = task_lists.count_open(session, task_lists.owed(scope(), now), now)
        return KnowledgeCounts(
            **asdict(waiting),
            tasks_open=tasks_open,
            tasks_late=tasks_late,
            clusters=questions.count_open(session, rules.questions.at_least, among),
            phone_proposals=_phone_proposals(session) if permissions.is_editor(scope()) else 0,
        )


@api.get("/report")
@asks(api, MonthQuery)
@api.output(KnowledgeReport)
@allowed(*READERS)
def show_report(query: MonthQuery) -> KnowledgeReport:
    """The use of a month: of all units, or the reader's own."""
    with reading() as session:
        month, found = _reported(session, query.month)
        return _shown(session, month, found)


@api.get("/report.xlsx")
@asks(api, MonthQuery)
@allowed(*READERS)
def fetch_report(query: MonthQuery) -> Response:
    """The same as an Excel file."""
    with reading() as session:
        month, found = _reported(session, query.month)
        shape = _shown(session, month, found)
    made = sheets.book([texts.text(f"report.column.{name}", locale()) for name in ("what", "whose", "figure")], _lines(shape))
    return send_file(made, mimetype=tables.XLSX, as_attachment=True, download_name=f"knowledge-{month}.xlsx")


def _reported(session: Session, asked: str) -> tuple[str, Report]:
    month = asked or f"{local_day():%Y-%m}"
    zone = container().database.zone
    begin = datetime.strptime(month, "%Y-%m").replace(tzinfo=zone)
    end = begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)
    among = None if scope().has(*(role.value for role in OF_ALL)) else scope().unit_ids
    return month, reports.report(session, Span(begin, end), among=among, now=clock.now())


def _shown(session: Session, month: str, found: Report) -> KnowledgeReport:
    units = unit_refs(session, (row.unit_id for row in found.units))
    return KnowledgeReport(
        month=month,
        totals=ReportTotals(**asdict(found.totals)),
        units=[
            ReportUnit(unit=units[row.unit_id], **{name: value for name, value in asdict(row).items() if name != "unit_id"})
            for row in found.units
            if row.unit_id in units
        ],
        top=[ReportArticle(**asdict(row)) for row in found.top],
        unused=[ReportArticle(**asdict(row)) for row in found.unused],
        corrections=ReportCorrections(**asdict(found.corrections)),
    )


def _lines(shape: KnowledgeReport) -> Iterator[list[str]]:
    for part, figures in (("totals", shape.totals), ("corrections", shape.corrections)):
        for name, value in figures.model_dump().items():
            yield [_words(f"{part}.{name}"), shape.month, _figure(value)]
    for row in shape.units:
        for name, value in row.model_dump(exclude={"unit"}).items():
            yield [_words(f"unit.{name}"), row.unit.name, _figure(value)]
    for name, articles in (("top", shape.top), ("unused", shape.unused)):
        yield from ([_words(name), article.title, _figure(article.used)] for article in articles)


def _words(name: str) -> str:
    return texts.text(f"report.{name}", locale())


def _figure(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.1%}" if isinstance(value, float) else str(value)


def _phone_proposals(session: Session) -> int:
    return session.scalar(select(func.count()).where(PhoneEntry.state == PhoneEntryState.PROPOSED)) or 0
