"""The demo city's reference data into the tables: areas, units, categories, officers, catalogue, articles, calendar.

Called by `web.demo.seed`, in one transaction on an empty city.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from sqlalchemy.orm import Session

from dispatch import catalogue_versions, duty_lists
from hotline.kernel.db import UnitOfWork
from hotline.people.models import Area, Membership, Officer, Place, Unit
from hotline.people.passwords import hash_password
from hotline.people.permissions import Role
from hotline.tickets import ladders
from knowledge_base import articles
from knowledge_base.content import ArticleContent
from sla.defaults import install_defaults
from web.city.founding import install_lists
from web.demo.data import ArticleFile, City, PlaceRow

DEMO_PASSWORD = "yunze12345"  # noqa: S105 - every account of the demo city has it, and the start prints it
WELL_AHEAD = timedelta(days=30)


def install_reference(uow: UnitOfWork, city: City) -> None:
    """Put everything but requests into an empty city."""
    install_defaults(uow)
    _areas(uow.session, city)
    units = _units(uow.session, city)
    install_lists(uow.session, city.categories, city.paths)
    _officers(uow.session, city, units)
    for row in city.ladders:
        ladders.put(uow, unit_id=units[row.unit], unit_class=None, important=row.important, kind=None, steps=row.steps)
    catalogue_versions.import_rows(uow, city.catalogue)
    duty_lists.lay_down(uow, city.duties)
    today = uow.now.astimezone(uow.zone).date()
    for article in city.articles:
        articles.import_article(uow, article.id, still_to_come(content_of(article, units), today))


def content_of(article: ArticleFile, units: Mapping[str, int]) -> ArticleContent:
    """The article as the knowledge base takes it; `units` maps unit codes to ids."""
    front, source = article.front, article.front["source"]
    return ArticleContent(
        title=front["title"],
        answer_agent=article.agent_answer,
        answer_public=article.public_answer,
        questions=tuple(front["questions"]),
        keywords=tuple(front["keywords"]),
        category_code=front["category"],
        audience=front["audience"],
        source_document=source["document"],
        source_number=source["number"],
        source_date=_day(source["date"]),
        issuing_body=source["body"],
        owner_unit_id=units[front["owner_unit"]],
        material=front["material"],
        effective_from=_day(front["effective_from"]),
        effective_to=_day(front["effective_to"]),
        review_due=_day(front["review_due"]),
    )


def still_to_come(content: ArticleContent, today: date) -> ArticleContent:
    """The article with its next review and its last day in the years to come, in whatever year the city is seeded."""
    return replace(
        content, review_due=_years_ahead(content.review_due, today), effective_to=_years_ahead(content.effective_to, today)
    )


def _place(row: PlaceRow) -> Place:
    return Place(
        **{name: getattr(row, name) for name in ("name", "kind", "road", "numbers_from", "numbers_to", "parity", "grid_code")},
        area_code=row.street,
        aliases=list(row.aliases),
    )


def _years_ahead(day: date | None, today: date) -> date | None:
    """The same day of the first year in which it is well ahead of today. The files have no 29th of February."""
    while day is not None and day < today + WELL_AHEAD:
        day = day.replace(year=day.year + 1)
    return day


def _day(words: str | None) -> date | None:
    """A day; a source known only by its year or month has none."""
    return date.fromisoformat(words) if words and len(words) == len("2026-01-01") else None


def _areas(session: Session, city: City) -> None:
    paths: dict[str | None, str] = {None: "/"}
    for area in city.areas:
        paths[area.code] = f"{paths[area.parent]}{area.code}/"
        row = Area(code=area.code, name=area.name, level=area.level, parent_code=area.parent, path=paths[area.code])
        session.add(row)
        session.flush()
    session.add_all(_place(place) for place in city.places)


def _units(session: Session, city: City) -> dict[str, int]:
    rows = {
        unit.code: Unit(
            code=unit.code,
            name=unit.name,
            level=unit.level,
            kind=unit.kind,
            unit_class=unit.unit_class,
            area_code=unit.area,
            line=unit.line,
            phone=unit.phone,
            around_the_clock=unit.around_the_clock,
        )
        for unit in city.units
    }
    session.add_all(rows.values())
    session.flush()
    for unit in city.units:
        rows[unit.code].territorial_id = rows[unit.territorial].id if unit.territorial else None
        rows[unit.code].professional_id = rows[unit.professional].id if unit.professional else None
    session.flush()
    return {code: row.id for code, row in rows.items()}


def _officers(session: Session, city: City, units: Mapping[str, int]) -> None:
    hashed = hash_password(DEMO_PASSWORD)  # once: each hash is slow on purpose
    people = [(account.login, account.name, account.role, account.unit) for account in city.accounts]
    named = {account.unit for account in city.accounts if account.role == Role.LIAISON}
    rng = Random("liaisons")
    for unit in city.units:
        if unit.code not in named and unit.kind != "hotline":
            name = rng.choice(city.surnames) + rng.choice(city.given_names)
            people.append((unit.code, name, Role.LIAISON.value, unit.code))
    for login, name, role, unit_code in people:
        membership = Membership(unit_id=units[unit_code], role=role)
        session.add(Officer(login=login, name=name, password_hash=hashed, memberships=[membership]))
    session.flush()
