"""The printable form of a supervision paper (工作提示单、督办单、约谈通知书、通报批评) as PDF, of what one reader may see.

Made from the shape of the ticket page, as the flow sheet is. Called by `web.api.order_form`.
"""

from datetime import datetime, timedelta

from web.api.schemas.detail import TicketDetail
from web.api.schemas.relations import OrderFact
from web.flow_sheet import LABEL_MM, LINE_MM, Printed, Sheet, place_of

ANSWER_LINES = "\n" * 8
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def render(order: OrderFact, ticket: TicketDetail, printed: Printed) -> bytes:
    """The form as the bytes of a PDF; one that is only proposed says so."""
    sheet = Sheet(printed.say(f"form.title-{order.kind}"), f"{ticket.number}-{order.id}", printed)
    sheet.title_line()
    if order.proposed:
        sheet.paragraph(printed.say("form.proposed"))
    _head(sheet, order, ticket)
    _facts(sheet, order, ticket)
    sheet.section("form.demand")
    sheet.paragraph(order.demand)
    sheet.paragraph(printed.say("form.answer-by", at=printed.moment(order.due_at)))
    _answer(sheet, order)
    made = bytes(sheet.output())
    sheet.face.ttfont.close()
    return made


def _head(sheet: Sheet, order: OrderFact, ticket: TicketDetail) -> None:
    printed = sheet.printed
    half = (sheet.epw - 2 * LABEL_MM) / 2
    facts = (
        ("form.number", sheet.number, "form.issued", printed.moment(order.issued_at)),
        ("form.unit", order.unit.name if order.unit else "", "form.ticket", ticket.number),
        ("form.reason", printed.word("order_reason", order.reason_code), "form.due", printed.moment(order.due_at)),
        *((("form.leader", order.leader, "form.given-on", str(order.given_on or "")),) if order.leader else ()),
    )
    rows = [(printed.say(left), one, printed.say(right), other) for left, one, right, other in facts]
    sheet.grid(rows, (LABEL_MM, half, LABEL_MM, half))


def _facts(sheet: Sheet, order: OrderFact, ticket: TicketDetail) -> None:
    printed = sheet.printed
    sheet.section("form.facts")
    requester = "  ".join(part for part in (ticket.requester.name, ticket.requester.phone) if part)
    facts = (
        ("form.subject", ticket.title),
        ("form.requester", requester),
        ("form.place", place_of(ticket.area, ticket.address)),
        ("form.body", ticket.body),
        ("form.missed", _missed(printed, order)),
    )
    wide = [(printed.say(key), words) for key, words in facts if words.strip()]
    sheet.grid(wide, (LABEL_MM, sheet.epw - LABEL_MM))


def _missed(printed: Printed, order: OrderFact) -> str:
    if order.stage is None or order.expired_at is None:
        return ""
    stage, due = printed.word("stage", order.stage), printed.moment(order.expired_at)
    return printed.say("form.late", stage=stage, due=due, late=_late(printed, order.expired_at))


def _late(printed: Printed, since: datetime) -> str:
    """How long ago in words: days and hours, below a day hours and minutes."""
    gone = max(printed.at - since, timedelta(0))
    if gone >= DAY:
        return printed.say("form.days", days=gone // DAY, hours=gone % DAY // HOUR)
    return printed.say("form.hours", hours=gone // HOUR, minutes=gone % HOUR // timedelta(minutes=1))


def _answer(sheet: Sheet, order: OrderFact) -> None:
    printed = sheet.printed
    sheet.ln(LINE_MM)
    sheet.grid([(printed.say("form.answer"), order.answer or ANSWER_LINES)], (LABEL_MM, sheet.epw - LABEL_MM))
    half = (sheet.epw - 2 * LABEL_MM) / 2
    signed = (printed.say("form.signed"), "\n", printed.say("form.signed-on"), printed.moment(order.answered_at))
    sheet.grid([signed], (LABEL_MM, half, LABEL_MM, half))
