"""The flow sheet (流转单) over HTTP: the ticket as the reader may see it, as a PDF."""

from apiflask import APIBlueprint
from flask import Response

from hotline.kernel import clock
from hotline.tickets import queries, rights
from hotline.tickets.rights import Right
from web import flow_sheet
from web.api.detail import ticket_detail
from web.auth import EVERYONE, allowed
from web.requests import actor, container, locale, reading, scope

api = APIBlueprint("flow_sheet", __name__, url_prefix="/api/v1", tag="Tickets")


@api.get("/tickets/<int:ticket_id>/flow-sheet.pdf")
@allowed(*EVERYONE)
def print_flow_sheet(ticket_id: int) -> Response:
    """The flow sheet of a ticket that the reader sees and may take out of the house."""
    with reading() as session:
        ticket = queries.get_visible(session, scope(), ticket_id)
        rights.check(scope(), Right.EXPORT, ticket)
        now = clock.now()
        detail = ticket_detail(session, container(), scope(), ticket, now)
    printed = flow_sheet.Printed(actor().name, now, container().database.zone, locale())
    headers = {"Content-Disposition": f'inline; filename="{detail.number}.pdf"', "Cache-Control": "no-store"}
    return Response(flow_sheet.render(detail, printed), mimetype="application/pdf", headers=headers)
