"""A city that had limits before gets those of the stages that it has none for, in a version of its own; its rows stay as they are.

What it never changed of the rules follows their defaults; what was told of a limit is noted where it is looked for now.
Rules that the city lacks need no row: their packaged values hold.

Revision ID: 0008
Revises: 0007
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ORIGIN = "upgrade"
COLUMNS = "stage, type, urgency, profile, unit_class, amount, unit, start_rule, start_event, source"
OWN = "own"
RECTIFIED = "四川省某市政务服务“好差评”办法：15个工作日内整改"
HURRY = (("urgent", 120), ("critical", 60))


def _row(
    stage: str, amount: int, event: str, *, source: str = OWN, unit: str = "working_days", **match: str
) -> dict[str, object]:
    at_once = "at_once" if unit == "minutes" else "next_day"
    names = ("type", "urgency", "profile", "unit_class")
    facts = {"amount": amount, "unit": unit, "start_rule": at_once, "start_event": event, "source": source}
    return {"stage": stage, **{name: match.get(name) for name in names}, **facts}


def _decided(stage: str, days: int) -> list[dict[str, object]]:
    hurried = [_row(stage, minutes, "asked", unit="minutes", urgency=urgency) for urgency, minutes in HURRY]
    return [_row(stage, days, "asked"), *hurried]


STAGES = [
    _row("feedback", 5, "dispatched", type="complaint"),
    _row("feedback", 5, "dispatched", type="report"),
    _row("feedback", 1, "dispatched", profile="enterprise", source="山东省企业诉求“2115”服务机制（2023）：1个工作日提出意见"),
    *_decided("decide_return", 1),
    *_decided("ruling", 2),
    *_decided("decide_extension", 1),
    _row("appeal", 2, "asked"),
    _row("supervision", 3, "ordered"),
]
"""Given to a version that has no row of the stage."""
BAD_MARKS = [
    _row("total", 15, "accepted", profile="bad_mark", source=RECTIFIED),
    _row("handle", 15, "dispatched", profile="bad_mark", source=RECTIFIED),
    _row("contact", 1, "dispatched", profile="bad_mark", source="安阳市政务服务条例（2021）：实名差评1个工作日内联系"),
]
"""Given to a version that says nothing of bad marks, which did not come before."""
PAUSED = ["sign", "contact", "handle", "redo", "total"]
PAUSED_NOW = ["sign", "contact", "feedback", "handle", "redo", "total"]
GONE = ("callback.doubt_solved", "callback.doubt_satisfaction", "warn.order_working_days")
DOUBTS = {"solved": ["no"], "satisfaction": ["dissatisfied", "very_dissatisfied"]}
"""What the two rules of doubt said by default."""


def upgrade() -> None:
    connection = op.get_bind()
    _follow_rules(connection)
    _note_told(connection)
    # What comes into force later is completed in place: no limit points at its rows yet.
    ahead = connection.scalars(
        sa.text("select version from policy_version where status = 'published' and effective_from > now()")
    )
    for version in list(ahead):
        _add(connection, version, _lacking(connection, version))
    current = connection.scalar(
        sa.text(
            "select version from policy_version where status = 'published' and effective_from <= now()"
            " order by effective_from desc, version desc limit 1"
        )
    )
    rows = _lacking(connection, current) if current is not None else []
    if rows:
        _add(connection, _next_version(connection, current), rows)


def downgrade() -> None:
    """What was given stays: limits may point at its rows by now."""


def _lacking(connection: sa.Connection, version: int) -> list[dict[str, object]]:
    query = sa.text("select stage, profile from policy where version = :version")
    found = connection.execute(query, {"version": version}).all()
    stages, profiles = {row.stage for row in found}, {row.profile for row in found}
    marks = BAD_MARKS if "bad_mark" not in profiles else []
    return [*(row for row in STAGES if row["stage"] not in stages), *marks]


def _next_version(connection: sa.Connection, current: int) -> int:
    version = connection.execute(
        sa.text(
            "insert into policy_version (version, status, name, origin, note, effective_from, created_at, published_at)"
            " select max(version) + 1, 'published', '升级补充的时限', :origin, '', now(), now(), now() from policy_version"
            " returning version"
        ),
        {"origin": ORIGIN},
    ).scalar_one()
    copied = (
        f"insert into policy (version, {COLUMNS}) select :version, {COLUMNS} from policy where version = :current order by id"  # noqa: S608 our own names
    )
    connection.execute(sa.text(copied), {"version": version, "current": current})
    return int(version)


def _add(connection: sa.Connection, version: int, rows: list[dict[str, object]]) -> None:
    values = ", ".join(f":{name.strip()}" for name in COLUMNS.split(","))
    insert = sa.text(f"insert into policy (version, {COLUMNS}) values (:version, {values})")  # noqa: S608 our own names
    for row in rows:
        connection.execute(insert, {"version": version, **row})


def _follow_rules(connection: sa.Connection) -> None:
    paused = sa.text(
        "update sla_rule set value = jsonb_set(value, '{suspend}', cast(:now as jsonb))"
        " where key = 'pause.stages' and value -> 'suspend' = cast(:was as jsonb)"
    )
    connection.execute(paused, {"was": json.dumps(PAUSED), "now": json.dumps(PAUSED_NOW)})
    _keep_doubts(connection)
    connection.execute(sa.text("delete from sla_rule where key = any(:gone)"), {"gone": list(GONE)})


def _keep_doubts(connection: sa.Connection) -> None:
    """What a city had laid down of its own for a doubted answer goes into the one table that says it now."""
    held = dict(connection.execute(sa.text("select key, value from sla_rule where key like 'callback.%'")).all())
    doubts = {name: held.get(f"callback.doubt_{name}", default) for name, default in DOUBTS.items()}
    if doubts == DOUBTS or "callback.consequences" in held:
        return
    rows: list[dict[str, object]] = [{"when": {name: words}, "then": "doubt"} for name, words in doubts.items() if words]
    insert = sa.text(
        "insert into sla_rule (key, effective_from, value, source)"
        " select 'callback.consequences', effective_from, cast(:value as jsonb), source from sla_rule where key = any(:gone)"
        " order by key limit 1"
    )
    value = json.dumps([*rows, {"then": "close"}])
    connection.execute(insert, {"value": value, "gone": [f"callback.doubt_{name}" for name in DOUBTS]})


def _note_told(connection: sa.Connection) -> None:
    connection.execute(
        sa.text(
            "update sla_clock set told = case when warned_at is null then '[]'::jsonb else '[\"near\"]'::jsonb end"
            " || case when expired_at is null then '[]'::jsonb else '[\"expired\"]'::jsonb end"
            " where told = '[]'::jsonb and (warned_at is not null or expired_at is not null) and state <> 'stopped'"
        )
    )
