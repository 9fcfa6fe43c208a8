"""Hot topics over HTTP: the nightly report for who sees the whole city, found at once for a unit or a small area."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from apiflask import APIBlueprint
from flask import Response, send_file
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from hotline.insight import ticket_topics
from hotline.insight.hot_topic_rules import HotTopicRules
from hotline.insight.ticket_topics import Span
from hotline.kernel import clock
from hotline.kernel.errors import Invalid
from hotline.people.models import Area
from hotline.tickets import queries
from hotline.tickets.models import Ticket
from web import hot_topics, texts
from web.api import present
from web.api.present_articles import category_paths
from web.api.schemas.hot_topics import HeatParts, HotTopicRow, HotTopics, TopicArea, TopicCategory, TopicExample
from web.auth import UNIT_ROLES, allowed
from web.importing import sheets, tables
from web.requests import asks, container, locale, reading, scope

api = APIBlueprint("hot_topics", __name__, url_prefix="/api/v1", tag="Hot topics")
OF_CITY = ("manager", "shift_leader", "administrator", "supervisor")
MOST_IDS = 200
"""Tickets that an address may name."""
COLUMNS = (
    *("no", "name", "heat", "many", "fast", "wide", "unhappy", "tickets", "people", "from", "to", "place", "areas"),
    *("categories", "examples"),
)

Names = Mapping[str, str]


class TopicQuery(BaseModel):
    """A period in days, of those the city's rule names, and an area if wanted."""

    model_config = ConfigDict(extra="ignore")

    days: int = Field(7, ge=1, le=366)
    area: str = Field("", max_length=16)


@api.get("/hot-topics")
@asks(api, TopicQuery)
@api.output(HotTopics)
@allowed(*OF_CITY, *UNIT_ROLES)
def show_hot_topics(query: TopicQuery) -> HotTopics:
    """The topics of the last days: of the city or an area, or among a unit's own tickets."""
    with reading() as session:
        return _found(session, query)


@api.get("/hot-topics.xlsx")
@asks(api, TopicQuery)
@allowed(*OF_CITY, *UNIT_ROLES)
def fetch_hot_topics(query: TopicQuery) -> Response:
    """The same as an Excel file."""
    with reading() as session:
        shape = _found(session, query)
    headings = [texts.text(f"hot-topics.column.{name}", locale()) for name in COLUMNS]
    made = sheets.book(headings, map(_cells, shape.topics))
    name = f"hot-topics-{_day(shape.ends_at)}-{query.days}.xlsx"
    return send_file(made, mimetype=tables.XLSX, as_attachment=True, download_name=name)


def _found(session: Session, query: TopicQuery) -> HotTopics:
    rules, now = hot_topics.rules_of(session), clock.now()
    if query.days not in rules.report.days:
        raise Invalid("days", "unknown-choice", given=query.days, allowed=list(rules.report.days))
    period = hot_topics.span(query.days, now, container().database.zone)
    if scope().sees_all_units:
        report = ticket_topics.latest(session, query.days, query.area or None)
        if report is not None:
            shown = _shown(session, report.topics, report.id)
            return HotTopics(**_plain(report), report=report.id, topics=shown)
        if not query.area:
            return HotTopics(
                report=None, starts_at=period.starts_at, ends_at=period.ends_at, made_at=None, tickets=0, topics=[]
            )
    return _at_once(session, query, period, rules, now)


def _at_once(session: Session, query: TopicQuery, period: Span, rules: HotTopicRules, now: datetime) -> HotTopics:
    among = ticket_topics.in_area(session, query.area) if query.area else true()
    analyzer = container().search.analyzer
    made = ticket_topics.found_by(session, scope(), period, among, rules=rules, analyzer=analyzer)
    return HotTopics(
        report=None,
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        made_at=now,
        tickets=made.tickets,
        topics=_shown(session, made.topics, None),
    )


def _plain(report: object) -> dict[str, Any]:  # the columns that the answer has as well
    return {name: getattr(report, name) for name in ("starts_at", "ends_at", "made_at", "tickets")}


def _shown(session: Session, topics: Collection[Mapping[str, Any]], report_id: int | None) -> list[HotTopicRow]:
    """Topics as the reader sees them: names are read now, examples are those that the reader may know of."""
    areas = _area_names(session, {one["code"] for topic in topics for one in topic["areas"]})
    paths = category_paths(session, {one["code"] for topic in topics for one in topic["categories"]})
    examples = _examples(session, {ticket_id for topic in topics for ticket_id in topic["examples"]})
    return [_row(topic, report_id, areas=areas, paths=paths, examples=examples) for topic in topics]


def _row(
    topic: Mapping[str, Any],
    report_id: int | None,
    *,
    areas: Names,
    paths: Mapping[str, list[str]],
    examples: Mapping[int, TopicExample],
) -> HotTopicRow:
    plain = ("no", "name", "heat", "tickets", "people", "place", "words", "weeks", "growth")
    return HotTopicRow(
        **{name: topic[name] for name in plain},
        parts=HeatParts(**topic["parts"]),
        start=datetime.fromisoformat(topic["from"]),
        end=datetime.fromisoformat(topic["to"]),
        areas=[TopicArea(**one, name=areas.get(one["code"], one["code"])) for one in topic["areas"]],
        categories=[TopicCategory(**one, path="/".join(paths.get(one["code"], []))) for one in topic["categories"]],
        examples=[examples[ticket_id] for ticket_id in topic["examples"] if ticket_id in examples],
        query=f"topic={report_id}:{topic['no']}" if report_id else _ids(topic["ids"]),
    )


def _ids(ids: list[int]) -> str:
    return f"ids={','.join(map(str, ids[-MOST_IDS:]))}"


def _area_names(session: Session, codes: Collection[str]) -> Names:
    return dict(session.execute(select(Area.code, Area.name).where(Area.code.in_(codes))).all())


def _examples(session: Session, ids: Collection[int]) -> dict[int, TopicExample]:
    found = session.scalars(select(Ticket).where(Ticket.id.in_(ids), queries.visible(scope())).options(*queries.TIES))
    return {one.id: TopicExample(id=one.id, number=one.number, title=present.title(one, scope())) for one in found}


def _cells(row: HotTopicRow) -> list[str]:
    parts = row.parts
    return [
        *(str(row.no), row.name, f"{row.heat:.1f}"),
        *(f"{share:.2f}" for share in (parts.many, parts.fast, parts.wide, parts.unhappy)),
        *(str(row.tickets), str(row.people), _day(row.start), _day(row.end), row.place),
        "，".join(f"{one.name} {one.tickets}" for one in row.areas),
        "，".join(f"{one.path} {one.tickets}" for one in row.categories),
        "，".join(one.number for one in row.examples),
    ]


def _day(at: datetime) -> str:
    return f"{at.astimezone(container().database.zone):%Y-%m-%d}"
