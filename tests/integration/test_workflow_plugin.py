"""A city brings its own procedure by an entry point: it is checked at start, holds for every move, and is what is shown."""

from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from textwrap import dedent

import pytest
from click.testing import CliRunner

from hotline.kernel.db import Database
from hotline.kernel.errors import Forbidden, Invalid
from hotline.kernel.settings import Settings
from hotline.tickets import orders, rights, supervision, tickets
from hotline.tickets.models import SupervisionOrder, Ticket
from hotline.tickets.workflow import STANDARD, OrderState, State
from sla import defaults
from tests.lives import NEW
from web.bootstrap import build
from web.cli import hotline

OWN = """
    from dataclasses import replace
    from hotline.tickets.workflow import STANDARD, State

    def allowed(row):
        agents_too = row.action == "withdraw" and row.source is State.PENDING
        return replace(row, roles=row.roles | {"agent"}) if agents_too else row

    TICKET = replace(STANDARD.ticket, rows=tuple(allowed(row) for row in STANDARD.ticket.rows))
    OWN = replace(STANDARD, name="own", ticket=TICKET)
    NO_END = replace(STANDARD.ticket, rows=tuple(row for row in STANDARD.ticket.rows if row.action != "archive"))
    BROKEN = replace(STANDARD, name="broken", ticket=NO_END)
"""
MANAGERS = frozenset({"manager"})
ENTRIES = "[hotline.workflows]\nown = own_city:OWN\nbroken = own_city:BROKEN\n"


@pytest.fixture
def own_city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed distribution with two procedures."""
    (tmp_path / "own_city.py").write_text(dedent(OWN))
    described = tmp_path / "own_city-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: own-city\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text(ENTRIES)
    monkeypatch.syspath_prepend(tmp_path)


def settings(folder: Path, database_url: str, workflow: str) -> Settings:
    urls = {"redis_url": "redis://127.0.0.1:1/0", "search_url": "null:", "notify_url": "null:"}
    return Settings(data_dir=folder, database_url=database_url, workflow=workflow, **urls)


@pytest.mark.usefixtures("own_city", "database")
@pytest.mark.parametrize(("workflow", "state"), [("own", State.WITHDRAWN), ("standard", State.PENDING)])
def test_the_citys_own_rows_hold_for_every_move(tmp_path: Path, database_url: str, workflow: str, state: State) -> None:
    with closing(build(settings(tmp_path / "data", database_url, workflow))) as container:
        with container.database.work() as uow:
            defaults.install_defaults(uow)
            ticket_id = tickets.open_ticket(uow, replace(NEW, category_code=None)).id

        with suppress(Forbidden), container.database.work() as uow:
            tickets.move(uow, ticket_id, "withdraw", roles=["agent"], given={"note": "诉求人撤诉"})

        with container.database.read() as session:
            assert session.get_one(Ticket, ticket_id).state is state


def test_the_citys_own_rows_of_an_order_are_those_offered_and_moved(database: Database) -> None:
    """A city where managers close an order that nobody answered."""
    issued = next(row for row in STANDARD.order.rows if row.source is OrderState.ISSUED)
    closing_early = replace(issued, action="close_order", target=OrderState.CLOSED, roles=MANAGERS)
    own = replace(STANDARD, name="own", order=replace(STANDARD.order, rows=(*STANDARD.order.rows, closing_early)))
    database.workflow = own
    with database.work() as uow:
        ticket = tickets.open_ticket(uow, replace(NEW, category_code=None))
        words = {"leader": "陈副市长", "note": "请抓紧", "given_on": uow.now.date(), "due_at": uow.now + timedelta(days=9)}
        tickets.move(uow, ticket.id, "instruct", roles=["manager"], given=words)
        order = uow.session.query(SupervisionOrder).one()

        assert [row.action for row in orders.actions(own, order, MANAGERS)] == ["close_order"]
        assert "manager" in rights.actions(own)["order", "close_order"]
        moved = supervision.move_order(uow, order.id, "close_order", roles=MANAGERS, given={"answer": "已了解"})
        assert moved.state is OrderState.CLOSED


@pytest.mark.usefixtures("own_city")
def test_a_procedure_without_a_way_to_an_end_does_not_start(tmp_path: Path, database_url: str) -> None:
    with pytest.raises(Invalid) as refused:
        build(settings(tmp_path / "data", database_url, "broken"))

    assert refused.value.details["rule"] in ("no-way-to-an-end", "unreachable-state")


@pytest.mark.usefixtures("own_city")
def test_the_command_shows_every_row_of_the_citys_procedure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_WORKFLOW", "own")

    shown = CliRunner().invoke(hotline, ["workflow", "show"])

    assert shown.exit_code == 0, shown.output
    lines = shown.output.splitlines()
    assert [line for line in lines if line.startswith("# ")] == ["# ticket (own)", "# assignment (own)", "# order (own)"]
    assert shown.output.count("```mermaid\nstateDiagram-v2") == len(STANDARD.cycles)
    rows = [line.split() for line in lines if line.startswith("withdraw ")]
    assert ["withdraw", "pending", "withdrawn", "agent,", "dispatcher,", "shift_leader", "note"] in [row[:7] for row in rows]
    assert len({line.index("withdrawn") for line in lines if line.startswith("withdraw ")}) == 1
