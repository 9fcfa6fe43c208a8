"""Duty lists (权责清单) over HTTP: what is on them, and lists from Excel. The rules are in `dispatch.duty_lists`."""

from apiflask import APIBlueprint
from flask import Response, send_file

from dispatch import duties, duty_lists
from dispatch.catalogue_versions import Publication
from dispatch.duties import DutyFilter
from dispatch.sheet_columns import DUTIES
from dispatch.sheet_names import names_of
from hotline.kernel import clock
from hotline.people.permissions import Role
from web import dispatch_rules
from web.api import sent_lists
from web.api.present_catalogue import duty_shown, outcome_shown
from web.api.schemas.base import Page
from web.api.schemas.catalogue import DutiesQuery, DutyShown, ListOutcome
from web.auth import allowed
from web.importing import sheets, tables
from web.requests import asks, container, locale, reading, working

api = APIBlueprint("admin_duties", __name__, url_prefix="/api/v1/admin", tag="Administration")
ADMINISTRATOR = Role.ADMINISTRATOR.value
SHOWN = 100


@api.get("/duties")
@asks(api, DutiesQuery)
@api.output(Page[DutyShown])
@allowed(ADMINISTRATOR)
def list_duties(query: DutiesQuery) -> Page[DutyShown]:
    """Duties that hold or will."""
    wanted = DutyFilter(query.unit_id, query.category, query.search.strip(), query.after)
    with reading() as session:
        found, names = duties.listed(session, wanted, clock.now(), SHOWN + 1), names_of(session)
        items = [duty_shown(*row, names, container().database.zone) for row in found[:SHOWN]]
    return Page[DutyShown](items=items, after=str(items[-1].id) if len(found) > SHOWN else None)


@api.get("/duties.xlsx")
@allowed(ADMINISTRATOR)
def fetch_duties() -> Response:
    """All duties as an Excel file that can be sent again."""
    with reading() as session:
        lines = duty_lists.lines(session, clock.now(), container().database.zone, locale())
        made = sheets.book(duty_lists.headings(locale()), lines)
    return send_file(made, mimetype=tables.XLSX, as_attachment=True, download_name="duties.xlsx")


@api.post("/duties/imports")
@api.output(ListOutcome)
@allowed(ADMINISTRATOR)
def bring_in() -> ListOutcome:
    """Multipart: `file` (Excel or CSV), `dry`, `effective_from`: the whole lists of the units that the file names."""
    with working() as uow:
        form = sent_lists.form()
        sent = sent_lists.sent(DUTIES, dispatch_rules.rules_of(uow.session).import_most)
        publication = Publication(form.effective_from, form.note, sent.name)
        checked = duty_lists.check(uow, sent, publication)
        if not form.dry:
            duty_lists.take(uow, checked, publication)
    return outcome_shown(DUTIES, sent, checked, locale(), dry=form.dry)
