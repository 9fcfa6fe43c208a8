"""Bringing in a file of articles: a dry run tells every wrong cell and writes nothing, the real one takes the right rows.

A run keeps its rows. Each batch is one transaction that moves `done`: a run may be killed at any point and goes on where it
stood, and run twice at once nothing doubles, since the second finds it held. Worked off by `web/schedule.py`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, undefer

from hotline.kernel.db import Actor, Database, UnitOfWork
from hotline.kernel.errors import Conflict, HotlineError, Invalid, NotFound
from hotline.kernel.transitions import Attempt
from knowledge_base import articles, import_checks
from knowledge_base.cells import Words, Wrong
from knowledge_base.columns import Found
from knowledge_base.content import content_of
from knowledge_base.import_checks import ERROR, Checked, Importer, Row, finding
from knowledge_base.lifecycle import EDITORS, IN_WORK, SYSTEM, UNITS, ArticleState
from knowledge_base.models import Article, Becomes, ImportRun
from knowledge_base.rules import KnowledgeRules
from knowledge_base.terms import Terms

BATCH = 50
NOTE = "import"
OFFERED = {
    EDITORS: (Becomes.EDITOR_REVIEW, Becomes.DRAFT, Becomes.PUBLISHED),
    UNITS: (Becomes.UNIT_REVIEW, Becomes.DRAFT),
}
"""What whom imported articles may become, the usual first."""
STEPS = {Becomes.UNIT_REVIEW: "submit", Becomes.EDITOR_REVIEW: "submit_to_editor"}


@dataclass(frozen=True)
class Sent:
    """A file as it was sent: its columns, and its filled rows by the headings that stand over them."""

    name: str
    sha256: str
    content_type: str
    found: Found
    rows: Sequence[tuple[int, Mapping[str, str]]]


ImporterOf = Callable[[Session, ImportRun], Importer | None]
"""Who brings a run's file, as they are now; None when they left meanwhile."""


def offered(roles: Iterable[str], rules: KnowledgeRules) -> tuple[Becomes, ...]:
    """What articles may become that somebody with these roles brings in, the usual first; nothing for others.

    Where an editor may not pass their own words, a file is no way around the second pair of eyes.
    """
    held = frozenset(roles)
    choices = next((choices for may, choices in OFFERED.items() if held & may), ())
    return tuple(one for one in choices if one is not Becomes.PUBLISHED or rules.own_editor_review)


def check(uow: UnitOfWork, sent: Sent, importer: Importer) -> ImportRun:
    """Dry run: what is wrong with which cell. Writes the run's own row and nothing else."""
    run = _begun(uow, sent, importer.becomes)
    run.dry, run.finished_at, run.done = True, uow.now, run.total
    if not _hopeless(run):
        rows = _rows(run)
        checked = import_checks.check(uow.session, rows, importer, rows)
        run.findings = [*run.findings, *(one for row in checked for one in row.findings)]
        run.taken = sum(not row.read.wrong for row in checked)
    uow.session.flush()
    return run


def begin(uow: UnitOfWork, sent: Sent, becomes: Becomes) -> ImportRun:
    """Have the rows that are right taken, a batch at a time, by `run_due`."""
    run = _begun(uow, sent, becomes)
    if _hopeless(run):
        run.finished_at, run.done = uow.now, run.total
    uow.session.flush()
    return run


def take(uow: UnitOfWork, run: ImportRun, becomes: Becomes) -> ImportRun:
    """Have the rows of a dry run taken. Raises Conflict when its rows are kept no more, or it was none."""
    if not run.dry or not run.rows:
        raise Conflict("nothing to take", reason="nothing-to-take", thing="import")
    kept = {name: getattr(run, name) for name in ("name", "sha256", "content_type", "headings", "rows", "total")}
    headings = [one for one in run.findings if one["row"] == import_checks.HEADING_ROW]
    real = ImportRun(**kept, dry=False, becomes=becomes, findings=headings, done=0, taken=0, **_asked(uow))
    if _hopeless(real):
        real.finished_at, real.done = uow.now, real.total
    uow.session.add(real)
    uow.session.flush()
    return real


def run_due(database: Database, importer_of: ImporterOf) -> int:
    """Work off every run that waits, the oldest first; returns how many rows it looked at. Safe to run twice at once."""
    seen = 0
    while (found := _batch(database, importer_of)) > 0:
        seen += found
    return seen


def get(session: Session, run_id: int) -> ImportRun:
    """The run with its rows. Raises NotFound."""
    run = session.get(ImportRun, run_id, options=[undefer(ImportRun.rows)])
    if run is None:
        raise NotFound("import", thing="import", id=run_id)
    return run


def listed(session: Session, officer_id: int | None = None, limit: int = 30) -> list[ImportRun]:
    """The runs, newest first; of one officer where one is named."""
    query = select(ImportRun).order_by(ImportRun.id.desc()).limit(limit)
    return list(session.scalars(query if officer_id is None else query.where(ImportRun.requested_by_id == officer_id)))


def forget_rows(uow: UnitOfWork, keep: timedelta) -> int:
    """Empty the rows of runs that ended longer ago than that; what was found stays. Returns how many runs."""
    over = select(ImportRun.id).where(ImportRun.finished_at < uow.now - keep, ImportRun.rows != [])
    found = list(uow.session.scalars(over))
    uow.session.execute(update(ImportRun).where(ImportRun.id.in_(found)).values(rows=[]))
    return len(found)


def refused_rows(run: ImportRun) -> list[tuple[Words, list[dict[str, Any]]]]:  # findings as the run keeps them
    """The rows that were not taken, each with what is wrong with it."""
    wrong: dict[int, list[dict[str, Any]]] = {}
    for one in run.findings:
        if one["level"] == ERROR:
            wrong.setdefault(one["row"], []).append(one)
    return [(words, wrong[number]) for number, words in _rows(run) if number in wrong]


def _begun(uow: UnitOfWork, sent: Sent, becomes: Becomes) -> ImportRun:
    field_of = {heading: field for field, heading in sent.found.headings.items()}
    rows = [[number, {field_of[head]: said for head, said in cells.items() if head in field_of}] for number, cells in sent.rows]
    kept = {"name": sent.name, "sha256": sent.sha256, "content_type": sent.content_type, "rows": rows, "total": len(rows)}
    findings = import_checks.of_headings(sent.found)
    headings = dict(sent.found.headings)
    run = ImportRun(**kept, dry=False, becomes=becomes, headings=headings, findings=findings, done=0, taken=0, **_asked(uow))
    uow.session.add(run)
    return run


def _asked(uow: UnitOfWork) -> dict[str, Any]:  # columns of the run
    return {"requested_at": uow.now, "requested_by_id": uow.actor.officer_id}


def _hopeless(run: ImportRun) -> bool:
    """Whether its columns are such that no row can be taken."""
    return any(one["level"] == ERROR for one in run.findings)


def _rows(run: ImportRun) -> list[Row]:
    return [(number, words) for number, words in run.rows]


def _batch(database: Database, importer_of: ImporterOf) -> int:
    """Take one batch of the oldest run; returns how many rows it looked at, 0 when nothing waits or another process has it."""
    waiting = select(ImportRun.id, ImportRun.requested_by_id).where(ImportRun.finished_at.is_(None))
    with database.read() as session:
        oldest = session.execute(waiting.order_by(ImportRun.id).limit(1)).one_or_none()
    if oldest is None:
        return 0
    with database.work(Actor(oldest.requested_by_id)) as uow:
        held = select(ImportRun).where(ImportRun.id == oldest.id, ImportRun.finished_at.is_(None))
        run = uow.session.scalars(held.options(undefer(ImportRun.rows)).with_for_update(skip_locked=True)).one_or_none()
        if run is None:
            return 0
        return _advance(uow, run, importer_of)


def _advance(uow: UnitOfWork, run: ImportRun, importer_of: ImporterOf) -> int:
    whole = _rows(run)
    rows, importer = whole[run.done : run.done + BATCH], importer_of(uow.session, run)
    findings = list(run.findings)
    if importer is None:
        findings += [finding(number, Wrong("", "importer-left", "", {})) for number, _ in rows]
    else:
        for checked in import_checks.check(uow.session, rows, importer, whole):
            findings += checked.findings or _taken(uow, run, checked, importer)
    run.findings, run.done = findings, run.done + len(rows)
    if run.done >= run.total:
        run.finished_at = uow.now
    uow.session.flush()
    return len(rows)


def _taken(uow: UnitOfWork, run: ImportRun, checked: Checked, importer: Importer) -> list[dict[str, Any]]:  # findings
    """Take one row, or undo it and say why."""
    owed = len(uow.deliveries)
    try:
        with uow.session.begin_nested():
            if _write(uow, checked, importer):
                run.taken += 1
        return []
    except IntegrityError:
        wrong = Wrong("title", "title-taken", checked.read.content.title, {})
    except HotlineError as error:
        wrong = _as_wrong(error)
    del uow.deliveries[owed:]
    return [finding(checked.number, wrong)]


def _write(uow: UnitOfWork, checked: Checked, importer: Importer) -> bool:
    """The row as an article on its way; False when the article says that already."""
    said, article = checked.read.content, checked.article
    if article is not None and article.state not in IN_WORK and content_of(article) == said:
        return False
    draft = _draft(uow, checked, importer.around.terms)
    if importer.becomes is Becomes.PUBLISHED:
        _move(uow, draft, "take" if draft.replaces_id is not None else "publish", importer, {SYSTEM})
    elif importer.becomes in STEPS:
        _move(uow, draft, STEPS[importer.becomes], importer, importer.roles_in(said.owner_unit_id))
    return True


def _draft(uow: UnitOfWork, checked: Checked, terms: Terms) -> Article:
    said, article = checked.read.content, checked.article
    if article is None:
        return articles.write(uow, said, terms, code=checked.read.code or None)
    draft = article if article.state is ArticleState.DRAFT else articles.begin_change(uow, article.id)
    return articles.edit(uow, draft.id, said, terms, version=draft.version, note=NOTE)


def _move(uow: UnitOfWork, draft: Article, action: str, importer: Importer, roles: Iterable[str]) -> None:
    attempt = Attempt(action, {"review_due": draft.review_due}, frozenset(roles))
    articles.move(uow, draft.id, attempt, importer.around.terms, version=draft.version)


def _as_wrong(error: HotlineError) -> Wrong:
    details = {key: value for key, value in error.details.items() if key not in ("field", "rule")}
    if isinstance(error, Invalid):
        return Wrong(str(error.details["field"]), str(error.details["rule"]), "", details)
    return Wrong("", str(error.details.get("reason") or error.code), "", details)
