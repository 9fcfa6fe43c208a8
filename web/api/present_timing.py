"""Shapes of what administrators see of time, from what `sla` gives. Used by the views of calendar, limits and rules."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.people.models import Officer
from sla.limits import Limit
from sla.models import Policy
from sla.policies import PolicyFacts
from sla.previews import Preview
from sla.recounts import Progress
from sla.rule_changes import KnownRule
from sla.versions import Listed, facts_of
from web.api.schemas.timing import (
    Amount,
    ChangeShown,
    PreviewShown,
    RecountShown,
    RowBody,
    RowShown,
    RuleChange,
    RuleShown,
    StageCount,
    VersionShown,
)

ADDED, CHANGED = "added", "changed"


def names_of(session: Session, officer_ids: Iterable[int | None]) -> dict[int | None, str]:
    """Officers' names by id."""
    wanted = {one for one in officer_ids if one is not None}
    return dict(session.execute(select(Officer.id, Officer.name).where(Officer.id.in_(wanted))).all())


def preview_shown(found: Preview) -> PreviewShown:
    """A preview as pages read it, its stages by how many change."""
    stages = [StageCount(stage=stage.value, changed=count) for stage, count in found.by_stage.most_common()]
    items = [ChangeShown.model_validate(one) for one in found.items]
    counts = {name: getattr(found, name) for name in ("checked", "changed", "earlier", "later", "newly_late", "settled")}
    return PreviewShown(**counts, by_stage=stages, items=items, took_ms=found.took_ms)


def recount_shown(one: Progress, names: dict[int | None, str]) -> RecountShown:
    """A recount as pages read it."""
    kept = {name: getattr(one.recount, name) for name in RecountShown.model_fields if hasattr(one.recount, name)}
    return RecountShown(**kept, total=one.total, requested_by=names.get(one.recount.requested_by_id))


def version_facts(one: Listed, names: dict[int | None, str]) -> dict[str, object]:
    """The fields of `VersionShown`."""
    own = {name: getattr(one.version, name) for name in VersionShown.model_fields if hasattr(one.version, name)}
    return {**own, "in_force": one.in_force, "published_by": names.get(one.version.published_by_id)}


def rows_shown(rows: Sequence[Policy], against: Sequence[Policy]) -> list[RowShown]:
    """The rows, each with how it differs from the one for the same case among those compared with."""
    earlier = {facts_of(row).match: facts_of(row) for row in against}
    return [row_shown(facts_of(row), row.id, earlier if against else None) for row in rows]


def removed(rows: Sequence[Policy], against: Sequence[Policy]) -> list[RowShown]:
    """The rows for cases that only those compared with have."""
    kept = {facts_of(row).match for row in rows}
    return [row_shown(facts_of(row), row.id, None) for row in against if facts_of(row).match not in kept]


def row_shown(facts: PolicyFacts, row_id: int, earlier: dict[tuple[str | None, ...], PolicyFacts] | None) -> RowShown:
    """A row; with `earlier`, how it differs."""
    shown = RowShown(id=row_id, **{name: getattr(facts, name) for name in RowBody.model_fields})
    if earlier is None:
        return shown
    before = earlier.get(facts.match)
    if before is None:
        shown.changed = ADDED
    elif _weight(before) != _weight(facts):
        shown.changed, shown.was = CHANGED, Amount(amount=before.amount, unit=before.unit.value)
    return shown


def rule_shown(rule: KnownRule, names: dict[int | None, str]) -> RuleShown:
    """A rule as pages read it, its changes newest first."""
    current = rule.current
    history = [
        RuleChange(effective_from=row.effective_from, value=row.value, source=row.source, by=names.get(row.changed_by_id))
        for row in reversed(rule.history)
    ]
    return RuleShown(
        key=rule.key,
        group=rule.key.split(".", 1)[0],
        value=current.value if current else rule.default,
        source=current.source if current else rule.default_source,
        effective_from=current.effective_from if current else None,
        default=rule.default,
        history=history,
    )


def _weight(facts: PolicyFacts) -> tuple[Limit, str]:
    return facts.limit, facts.start_event.value
