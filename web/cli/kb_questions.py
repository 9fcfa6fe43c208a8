"""`hotline kb questions`: the questions that no article answers, most asked first, as a table or as JSON lines."""

import json
from collections.abc import Sequence

import click
from sqlalchemy import select

from hotline.kernel import settings
from hotline.people.models import Unit
from knowledge_base import grouping, questions
from knowledge_base.feedback import QuestionCluster
from knowledge_base.questions import ClusterState, Wanted
from web import knowledge_terms
from web.bootstrap import build

EXAMPLES = 3


@click.command("questions")
@click.option(
    "--state",
    type=click.Choice([state.value for state in ClusterState]),
    default="open",
    show_default=True,
    help="Which groups.",
)
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="So many at most.")
@click.option("--json", "form", flag_value="json", default="table", help="One JSON object a line.")
def list_questions(state: str, limit: int, form: str) -> None:
    """List groups of questions without an answer, those asked most often first.

    \b
    hotline kb questions
    hotline kb questions --state answered --json
    """
    container = build(settings.load())
    with container.database.read() as session:
        at_least = knowledge_terms.rules_of(session).questions.at_least
        found = questions.listed(session, Wanted(ClusterState(state), at_least, limit=limit))
        worded = grouping.examples(session, [one.id for one in found], EXAMPLES)
        units = dict(session.execute(select(Unit.id, Unit.name).where(Unit.id.in_({one.unit_id for one in found}))).all())
    container.close()
    rows = [_row(one, units.get(one.unit_id or 0, ""), worded[one.id]) for one in found]
    for row in rows:
        click.echo(json.dumps(row, ensure_ascii=False) if form == "json" else _line(row))


def _row(one: QuestionCluster, unit: str, wordings: Sequence[str]) -> dict[str, object]:
    last = one.last_at.isoformat(timespec="seconds")
    return {"id": one.id, "size": one.size, "last_at": last, "unit": unit, "label": one.label, "examples": list(wordings)}


def _line(row: dict[str, object]) -> str:
    return f"{row['size']!s:>6}  {str(row['last_at'])[:10]}  {row['label']}  {row['unit']}".rstrip()
