"""`hotline insight replay`: the demo city's worst day through the detector of incidents, and how well it saw the event.

Attached to the group in `web.cli.insight`. The clock is the stream's; no database is read or written.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import click

from hotline.insight import incident_rules, replaying
from hotline.insight.replaying import Replayed, Result
from hotline.kernel import settings
from sla import packaged
from web import replay_scene, texts
from web.replay_scene import Scene

DAY = date(2026, 11, 20)
FORMAT = "%Y-%m-%d"


@click.command("replay")
@click.option("--seed", default=1, show_default=True, type=int, help="Another seed is another day of the same kind.")
@click.option("--day", default=f"{DAY}", show_default=True, type=click.DateTime([FORMAT]), help="The day to make.")
@click.option("--days", default=7, show_default=True, type=click.IntRange(0, 28), help="Usual days learnt from before it.")
def replay(*, seed: int, day: datetime, days: int) -> None:
    """Replay the worst day: a main breaks, 400 calls within 3 hours among 3,000 others. Beside a plain count per category.

    \b
    hotline insight replay
    hotline insight replay --seed 2 --days 14
    """
    zone = ZoneInfo(settings.load().timezone)
    made = replay_scene.scene(seed, day.date(), zone, days=days)
    replayed = replaying.replay(made.stream, made.reading, made.detector(incident_rules.read(packaged.rule_values())))
    result = replaying.judge(replayed, made.stream, made.event)
    said = {"day": f"{day:{FORMAT}}", "seed": seed, "others": result.others, "event": result.event}
    click.echo(texts.text("insight.replay.stream", **said, past=len(made.past), days=days))
    for line in (*_found(result), *_spots(made, replayed, zone), _plain(made)):
        click.echo(line)


def _found(result: Result) -> list[str]:
    if result.after_tickets is None:
        return [texts.text("insight.replay.missed")]
    minutes = f"{result.after_minutes:.1f}"
    return [
        texts.text("insight.replay.found", tickets=result.after_tickets, minutes=minutes),
        texts.text("insight.replay.quality", precision=f"{result.precision:.3f}", recall=f"{result.recall:.3f}"),
        texts.text("insight.replay.warnings", warnings=result.warnings, false=result.false_spots),
        texts.text("insight.replay.speed", ms=f"{result.ms:.2f}"),
    ]


def _spots(made: Scene, replayed: Replayed, zone: ZoneInfo) -> list[str]:
    return [
        texts.text(
            "insight.replay.spot",
            at=f"{spot.at.astimezone(zone):%H:%M}",
            name=spot.name,
            size=len(spot.tickets),
            event=len(spot.tickets & made.event),
        )
        for spot in replayed.spots
    ]


def _plain(made: Scene) -> str:
    alarms = replaying.plain_alarms(made.past, [made.reading.sighting(told) for told in made.stream])
    of_event = [alarm for alarm in alarms if len(alarm.tickets & made.event) * 2 > len(alarm.tickets)]
    first = min((alarm.at for alarm in of_event), default=None)
    before = sum(1 for told in made.stream if first is not None and told.id in made.event and told.at <= first)
    return texts.text("insight.replay.plain", alarms=len(alarms), event=len(of_event), tickets=before)
