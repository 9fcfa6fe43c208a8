"""Reactions that several test modules hand to their database: how a ticket's limits and call-backs follow its life."""

from hotline.kernel.events import Subscribers
from hotline.tickets import following
from hotline.tickets.events import (
    AssignmentMoved,
    AssignmentOpened,
    OrderMoved,
    TicketMoved,
    TicketOpened,
    TicketsMerged,
)
from sla import callbacks, deadlines, escalation, extensions
from sla.events import AppealMoved

DEADLINES = Subscribers(
    within={
        TicketOpened: (deadlines.start_ticket,),
        AssignmentOpened: (deadlines.start_assignment,),
        AssignmentMoved: (extensions.follow, following.follow, deadlines.follow_assignment, escalation.follow_part),
        TicketMoved: (deadlines.follow_ticket, escalation.follow_ticket, callbacks.follow, following.carry),
        TicketsMerged: (deadlines.follow_merged,),
        OrderMoved: (deadlines.follow_order,),
        AppealMoved: (deadlines.follow_appeal,),
    }
)
