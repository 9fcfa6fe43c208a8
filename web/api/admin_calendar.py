"""The working calendar over HTTP: years, a year's days, reading a notice from a file, preview, putting it in; and recounts.

The rules are in `sla.years`, `sla.year_files` and `sla.recounts`.
"""

from apiflask import APIBlueprint
from flask import request

from hotline.kernel import clock
from hotline.kernel.errors import Invalid
from hotline.people.permissions import Role
from sla import recounts, year_files, years
from sla.book import book_of
from sla.year_files import Finding
from web import texts
from web.api.present_timing import names_of, preview_shown, recount_shown
from web.api.schemas.timing import (
    CalendarShown,
    DayBody,
    DayShown,
    FileRead,
    FindingShown,
    MissingYear,
    PreviewShown,
    RecountRef,
    Recounts,
    YearBody,
    YearDays,
    YearShown,
)
from web.auth import allowed
from web.requests import container, locale, reading, takes, working

api = APIBlueprint("admin_calendar", __name__, url_prefix="/api/v1/admin", tag="Administration")
ADMINISTRATOR = Role.ADMINISTRATOR.value


@api.get("/calendar")
@api.output(CalendarShown)
@allowed(ADMINISTRATOR)
def list_years() -> CalendarShown:
    """Every year in the calendar, and the one whose notice is missing."""
    zone, now = container().database.zone, clock.now()
    with reading() as session:
        found = [YearShown.model_validate(one) for one in years.listed(session, zone)]
        wanted = years.missing(book_of(session, zone), now.astimezone(zone).date())
    return CalendarShown(years=found, warning=MissingYear.model_validate(wanted) if wanted else None)


@api.get("/calendar/<int:year>")
@api.output(YearDays)
@allowed(ADMINISTRATOR)
def show_year(year: int) -> YearDays:
    """A year with every day of it."""
    zone, now = container().database.zone, clock.now()
    with reading() as session:
        fact = years.fact(session, zone, year, now.astimezone(zone).date())
        days = [_day(one) for one in years.days(session, zone, year)]
    return YearDays(**vars(fact), days=days)


@api.post("/calendar/<int:year>/preview")
@takes(api, YearBody)
@api.output(PreviewShown)
@allowed(ADMINISTRATOR)
def preview_year(year: int, body: YearBody) -> PreviewShown:
    """Which open limits would move if these days were put in; nothing is changed."""
    days = [one.day_in() for one in body.days]
    with reading() as session:
        return preview_shown(years.preview(session, container().database.zone, year, body.source, days, clock.now()))


@api.put("/calendar/<int:year>")
@takes(api, YearBody)
@api.output(RecountRef)
@allowed(ADMINISTRATOR)
def put_year(year: int, body: YearBody) -> RecountRef:
    """Put a year's notice in; all open limits are counted again."""
    with working() as uow:
        return RecountRef(recount_id=years.put(uow, year, body.source, [one.day_in() for one in body.days]).id)


@api.post("/calendar/read")
@api.output(FileRead)
@allowed(ADMINISTRATOR)
def read_file() -> FileRead:
    """Read a year's days from a calendar (ICS) or table (CSV); nothing is changed."""
    file, year = request.files.get("file"), request.form.get("year", "")
    if file is None:
        raise Invalid("file", "required")
    if not year.isdecimal():
        raise Invalid("year", "int-parsing")
    found = year_files.read(file.read(), int(year))
    days = [DayBody.model_validate(one) for one in found.days]
    return FileRead(year=int(year), days=days, findings=[_finding(one) for one in found.findings])


@api.get("/recounts")
@api.output(Recounts)
@allowed(ADMINISTRATOR)
def list_recounts() -> Recounts:
    """The latest passes over open limits after changes, newest first."""
    with reading() as session:
        found = recounts.listed(session)
        names = names_of(session, [one.recount.requested_by_id for one in found])
        return Recounts(items=[recount_shown(one, names) for one in found])


def _day(one: years.DayFact) -> DayShown:
    said = {"kind": one.row.kind.value, "name": one.row.name, "source": one.row.source} if one.row else {}
    return DayShown(
        **{"kind": None, "name": "", "source": "", **said}, day=one.day, weekday=one.day.isoweekday(), works=one.works
    )


def _finding(one: Finding) -> FindingShown:
    field = texts.text(f"field.{one.field}", locale())
    message = texts.text(f"error.invalid.{one.rule}", locale(), field=field, given=one.given)
    return FindingShown(**vars(one), message=message)
