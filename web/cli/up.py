"""`hotline up`: starts serve, worker, beat and gateway, each a command of its own."""

from collections.abc import Callable, Collection
from dataclasses import replace

import click

from hotline.kernel import logs, plugins, settings
from hotline.kernel.settings import Settings
from web import texts
from web.audio_doors import PortTaken
from web.embedded import OpenedBroker, OpenedDatabase
from web.keys import secret_key
from web.migrations import upgrade
from web.supervisor import Process, Supervisor, hotline_command, port_is_free


@click.command("up")
def up() -> None:
    """Migrate, then run web, worker, beat, speech gateway and the embedded servers until Ctrl-C.

    \b
    HOTLINE_PORT=8080 hotline up
    """
    configured = settings.load()
    logs.configure(configured.log_level, "up")
    run_all(configured, [], lambda running: click.echo(texts.text("up.running", address=address(running))))


def run_all(
    configured: Settings,
    more: list[tuple[str, tuple[str, ...]]],
    when_started: Callable[[Settings], None],
    *,
    once: Collection[str] = (),
) -> None:
    """Run every process of this box until told to stop. Raises PortTaken before anything is started.

    `once` names those of `more` that end by themselves. `when_started` gets the settings of the processes: their database is
    this one's, which another opening would stop.
    """
    check_ports(configured)
    opened: OpenedDatabase = plugins.open_url("hotline.databases", configured.database_url, data_dir=configured.data_dir)
    try:
        upgrade(opened.url, secret=secret_key(configured))
        children = configured.model_copy(update={"database_url": opened.url, "data_dir": configured.data_dir.resolve()})
        processes = [replace(process, once=process.name in once) for process in processes_of(children, more)]
        Supervisor(processes).run(lambda: when_started(children))
    finally:
        opened.close()


def processes_of(configured: Settings, more: list[tuple[str, tuple[str, ...]]]) -> list[Process]:
    """What runs on one box, in the order it is started."""
    environment = {**settings.foreign_environment(), **settings.as_environment(configured), "OPENBLAS_NUM_THREADS": "1"}
    broker: OpenedBroker = plugins.open_url("hotline.brokers", configured.redis_url, data_dir=configured.data_dir)
    own = [("broker", broker.command)] if broker.command else []
    ours = [(name, hotline_command(name)) for name in ("worker", "beat", "gateway", "serve")]
    foundations = [Process(name, command, environment, foundation=True) for name, command in own]
    return [*foundations, *(Process(name, command, environment) for name, command in (*more, *ours))]


def check_ports(configured: Settings) -> None:
    """Raise PortTaken when the web server or the gateway could not listen."""
    wanted = (
        (configured.host, configured.port, "HOTLINE_PORT"),
        (configured.audiosocket_host, configured.audiosocket_port, "HOTLINE_AUDIOSOCKET_PORT"),
        (configured.websocket_host, configured.websocket_port, "HOTLINE_WEBSOCKET_PORT"),
    )
    for host, port, setting in wanted:
        if port and not port_is_free(host, port):
            raise PortTaken(f"{host}:{port}", host=host, port=port, setting=setting)


def address(configured: Settings) -> str:
    """Where people open it."""
    return f"http://{configured.host}:{configured.port}/"
