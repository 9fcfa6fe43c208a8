"""`hotline serve`: the web process."""

import click

from hotline.kernel import settings
from web.serving import WebServer


@click.command("serve")
def serve() -> None:
    """Run the web process alone.

    \b
    HOTLINE_DATABASE_URL=postgresql+psycopg://hotline@db/hotline hotline serve
    """
    WebServer(settings.load()).run()
