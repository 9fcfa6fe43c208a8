"""The printable form of a supervision paper over HTTP: the order as the reader may see it, as a PDF."""

from apiflask import APIBlueprint
from flask import Response

from hotline.people import access_log
from hotline.tickets import orders, queries, rights
from hotline.tickets.rights import Right
from web import order_form
from web.api.detail import ticket_detail
from web.api.orders import order_facts
from web.auth import EVERYONE, allowed
from web.flow_sheet import Printed
from web.requests import actor, container, locale, scope, working

api = APIBlueprint("order_form", __name__, url_prefix="/api/v1", tag="Orders")


@api.get("/orders/<int:order_id>/form.pdf")
@allowed(*EVERYONE)
def print_order(order_id: int) -> Response:
    """The form of an order that the reader sees, of a ticket they may take out; the log keeps who took contact data."""
    with working() as uow:
        order = orders.get_visible(uow.session, scope(), order_id)
        ticket = queries.get_visible(uow.session, scope(), order.ticket_id)
        rights.check(scope(), Right.EXPORT, ticket)
        detail = ticket_detail(uow.session, container(), scope(), ticket, uow.now)
        fact = order_facts(uow.session, scope(), [order], uow.now)[0]
        if not detail.requester.masked and (detail.requester.name or detail.requester.phone):
            access_log.note_print(uow, scope(), ticket)
    printed = Printed(actor().name, uow.now, container().database.zone, locale())
    headers = {"Content-Disposition": f'inline; filename="{detail.number}-{order.id}.pdf"', "Cache-Control": "no-store"}
    return Response(order_form.render(fact, detail, printed), mimetype="application/pdf", headers=headers)
