"""`hotline outbox`: what is still owed, what failed, trying again."""

import click

from hotline.kernel import clock, settings
from hotline.kernel import outbox as kernel_outbox
from web import texts
from web.bootstrap import build


@click.group("outbox")
def outbox() -> None:
    """Reactions owed to stored events."""


@outbox.command("pending")
def pending() -> None:
    """List deliveries that are due and not done.

    \b
    hotline outbox pending
    """
    container = build(settings.load())
    with container.database.read() as session:
        found = kernel_outbox.owed(session, clock.now())
    for delivery_id in found:
        click.echo(str(delivery_id))
    click.echo(texts.text("outbox.pending", count=len(found)))
    container.close()


@outbox.command("failed")
def failed() -> None:
    """List parked deliveries with their error.

    \b
    hotline outbox failed
    """
    container = build(settings.load())
    with container.database.read() as session:
        found = kernel_outbox.failed(session)
        for delivery, event in found:
            click.echo(f"{delivery.id}  {event.name}  {delivery.reaction}  {delivery.attempts}  {delivery.error}")
    click.echo(texts.text("outbox.failed", count=len(found)))
    container.close()


@outbox.command("retry")
@click.argument("delivery_id", type=int, required=False)
def retry(delivery_id: int | None) -> None:
    """Make parked deliveries (all, or one) due again.

    \b
    hotline outbox retry 1234
    """
    container = build(settings.load())
    with container.database.work() as uow:
        count = kernel_outbox.retry(uow.session, uow.now, delivery_id)
    click.echo(texts.text("outbox.retried", count=count))
    container.close()
