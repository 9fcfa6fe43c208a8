"""Which requests reach the demo city and when, each planned to its present end. Pure: the same seed gives the same plans.

Each story draws from its own generator, named by seed and number, and bears a key that a second run knows it by.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from random import Random

from sla.calendar import CityCalendar
from web.demo.data import City, InformedRow, QuestionRow, Situation
from web.demo.lateness import last_worked, morning_before
from web.demo.matters import matter_of
from web.demo.shape import Shape, Stage, weighted
from web.demo.stories import Fate, Matter, Step, Walk, choose_fate, fated_for

LAST_ARRIVAL = timedelta(minutes=20)


@dataclass(frozen=True)
class Story:
    """One request: who asks, what, and the steps taken so far. `article` is the code of the article that answered it."""

    key: str
    opened_at: datetime
    channel: str
    phone: str
    name: str
    matter: Matter
    confidential: bool = False
    reply_wanted: bool = True
    article: str | None = None
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class World:
    """What all stories share."""

    city: City
    shape: Shape
    hours: CityCalendar
    seed: int
    now: datetime


def plan(world: World, scale: float) -> list[Story]:
    """All stories, the earliest first. `scale` multiplies the volumes of the shape."""
    stages = list(_stages(world.shape, scale))
    tickets = [_ticket(world, number, stages) for number in range(round(world.shape.tickets * scale))]
    answers = [_answer(world, number) for number in range(round(world.shape.answers * scale))]
    return sorted([*tickets, *answers], key=lambda story: (story.opened_at, story.key))


def _stages(shape: Shape, scale: float) -> Iterator[Stage]:
    for stage in shape.staged:
        yield from [stage] * max(1, round(stage.count * scale))


def _ticket(world: World, number: int, stages: Sequence[Stage]) -> Story:
    rng = Random(f"{world.seed}:ticket:{number}")
    stage = stages[number] if number < len(stages) else None
    if stage is None and rng.random() < world.shape.share["informed"]:
        return _informed(world, number, rng)
    day = _opened(world, rng, stage)
    situation = (_late_situation if stage and stage.late is not None else _situation)(world, rng, day)
    opened = day if stage else _at_hour(world, rng, day, situation.hours)
    matter = matter_of(world.city, situation, rng)
    fate = choose_fate(rng, world.shape, matter)
    walk = Walk(rng, world.shape, world.hours, matter, fated_for(stage.stop, fate) if stage else fate, opened)
    story = _asked(world, rng, f"demo:{world.seed}:ticket:{number}", opened, matter)
    share = world.shape.share
    asked_back = stage is not None or rng.random() >= share["no_reply_wanted"]
    return replace(
        story,
        confidential=matter.type == "report" and rng.random() < share["confidential_report"],
        reply_wanted=asked_back,
        steps=_up_to(list(walk.steps()) if asked_back else _to_the_reply(walk.steps()), stage, opened, world.now),
    )


def _informed(world: World, number: int, rng: Random) -> Story:
    row: InformedRow = rng.choice(world.city.informed)
    opened = _at_hour(world, rng, _opened(world, rng, None), "day")
    words = next(path.channel for path in world.city.paths if path.code == row.path)
    wanted = row.body.partition("诉求：")[2]
    matter = Matter("help", "normal", "general", row.category, row.title, row.body, wanted, path=row.path, path_words=words)
    walk = Walk(rng, world.shape, world.hours, matter, Fate(), opened)
    story = _asked(world, rng, f"demo:{world.seed}:ticket:{number}", opened, matter)
    return replace(story, steps=_up_to(list(walk.steps()), None, opened, world.now))


def _answer(world: World, number: int) -> Story:
    rng = Random(f"{world.seed}:answer:{number}")
    day = _opened(world, rng, None)
    month = day.astimezone(world.hours.zone).month
    rows = [row for row in world.city.questions if month in row.months]
    row: QuestionRow = rng.choices(rows, weights=[row.weight for row in rows])[0]
    opened = _at_hour(world, rng, day, "day" if rng.random() < 0.7 else "any")
    article = next(found for found in world.city.articles if found.id == row.article)
    reply = article.public_answer
    body = rng.choice(row.questions)
    matter = Matter("enquiry", "normal", "general", row.category, row.title, body, reply_public=reply)
    return replace(_asked(world, rng, f"demo:{world.seed}:answer:{number}", opened, matter), article=row.article)


def _asked(world: World, rng: Random, key: str, opened: datetime, matter: Matter) -> Story:
    shape = world.shape
    caller = rng.randrange(shape.citizens)
    name = _caller_name(world.city, caller)
    return Story(key, opened, weighted(rng, shape.channels), str(shape.first_phone + caller), name, matter)


def _caller_name(city: City, caller: int) -> str:
    known = Random(f"caller:{caller}")  # a caller has the same name each time, with any seed
    return known.choice(city.surnames) + known.choice(["先生", "女士"])


def _opened(world: World, rng: Random, stage: Stage | None) -> datetime:
    if stage is not None and stage.late is not None:
        closes = world.shape.late_limit["working_days"] + stage.late
        return morning_before(world.hours, last_worked(world.hours, world.now), closes=closes, rng=rng)
    if stage is not None:
        low, high = stage.hours
        return world.now - timedelta(hours=rng.uniform(low, high))
    days = [world.now - timedelta(days=back) for back in range(world.shape.days)]
    weights = [world.shape.weekdays[day.astimezone(world.hours.zone).weekday()] for day in days]
    return rng.choices(days, weights=weights)[0]


def _at_hour(world: World, rng: Random, day: datetime, part: str) -> datetime:
    hour = rng.choices(range(24), weights=world.shape.hours[part])[0]
    local = day.astimezone(world.hours.zone)
    wall = datetime.combine(local.date(), time(hour, rng.randrange(60), rng.randrange(60)), world.hours.zone)
    return wall if wall <= world.now - LAST_ARRIVAL else wall - timedelta(days=1)


def _situation(world: World, rng: Random, day: datetime) -> Situation:
    month = day.astimezone(world.hours.zone).month
    rows = [row for row in world.city.situations if month in row.months]
    return rng.choices(rows, weights=[row.weight for row in rows])[0]


def _late_situation(world: World, rng: Random, day: datetime) -> Situation:
    """One whose limit is that of `late_limit` whatever unit it goes to."""
    wanted = world.shape.late_limit["type"]
    rows = [row for row in world.city.situations if row.type == wanted and row.urgency == "normal" and row.profile == "general"]
    month = day.astimezone(world.hours.zone).month
    rows = [row for row in rows if month in row.months and not row.partner and not row.unit.startswith("utility")]
    return rng.choices(rows, weights=[row.weight for row in rows])[0]


def _to_the_reply(steps: Iterator[Step]) -> list[Step]:
    told: list[Step] = []
    for step in steps:
        told.append(step)
        if step.action == "reply":
            break
    return told


def _up_to(steps: list[Step], stage: Stage | None, opened: datetime, now: datetime) -> tuple[Step, ...]:
    if stage is None:
        return tuple(step for step in steps if step.at < now)
    last = next((place for place, step in enumerate(steps, start=1) if step.action == stage.stop), 0)
    told = steps[:last]
    if not told or told[-1].at < now:
        return tuple(told)
    whole = (told[-1].at - opened) / (now - opened) * 1.02
    return tuple(replace(step, at=opened + (step.at - opened) / whole) for step in told)
