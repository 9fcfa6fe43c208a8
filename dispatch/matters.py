"""What the catalogue's conditions look at, read off a ticket. Called wherever a ticket, not a text, is dispatched."""

from datetime import datetime, tzinfo

from dispatch.conditions import ENTERPRISE, PERSON, Circumstances
from hotline.tickets.models import Ticket


def circumstances_of(ticket: Ticket, at: datetime, zone: tzinfo) -> Circumstances:
    """The circumstances of a ticket that is dispatched at that moment. Who asks for an enterprise has its profile."""
    return Circumstances(
        text=f"{ticket.title}\n{ticket.body}",
        requester=requester_of(ticket.profile),
        channel=ticket.channel,
        profile=ticket.profile,
        urgency=ticket.urgency,
        local=at.astimezone(zone),
    )


def requester_of(profile: str) -> str:
    """Person or enterprise, by whose limits hold."""
    return ENTERPRISE if profile == "enterprise" else PERSON
