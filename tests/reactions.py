"""Reactions that several test modules hand to their database: how a ticket's limits and call-backs follow its life."""

from hotline.kernel.events import Subscribers
from hotline.tickets import following
from hotline.tickets.events import AssignmentMoved, AssignmentOpened, TicketMoved, TicketOpened
from sla import callbacks, clocks

DEADLINES = Subscribers(
    within={
        TicketOpened: (clocks.start_ticket,),
        AssignmentOpened: (clocks.start_assignment,),
        AssignmentMoved: (following.follow, clocks.follow_assignment),
        TicketMoved: (clocks.follow_ticket, callbacks.follow),
    }
)
