"""Every blueprint of /api/v1: the table that says what happens on a URL."""

from apiflask import APIBlueprint

from web.api import (
    attachments,
    board,
    callbacks,
    calls,
    contacts,
    demo,
    dispatch,
    drafts,
    health,
    knowledge,
    notices,
    nuisance,
    orders,
    partners,
    portal,
    relations,
    reviews,
    session,
    tickets,
    transfers,
)

BLUEPRINTS: tuple[APIBlueprint, ...] = (
    session.api,
    notices.api,
    calls.api,
    contacts.api,
    drafts.api,
    tickets.api,
    attachments.api,
    dispatch.api,
    transfers.api,
    partners.api,
    callbacks.api,
    reviews.api,
    orders.api,
    relations.api,
    nuisance.api,
    knowledge.api,
    board.api,
    portal.api,
    demo.api,
    health.api,
)
