"""Reactions that several test modules hand to their database: how limits and opinions follow a ticket's life.

They are those of the product, in its order, without what other packages make of the same events.
"""

from hotline.kernel.events import Subscribers
from web.subscribers import WITHIN

FOLLOWED = ("sla.", "hotline.tickets.")

DEADLINES = Subscribers(
    within={
        event: tuple(reaction for reaction in found if reaction.__module__.startswith(FOLLOWED))
        for event, found in WITHIN.items()
    }
)
