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
from web.demo.shape import Shape, Stage, Stretch, weighted
from web.demo.stories import Fate, Matter, Step, Walk, choose_fate, fated_for

LAST_ARRIVAL = timedelta(minutes=20)


@dataclass(frozen=True)
class Story:
    """One request: who asks, what, and the steps taken so far. `article` is the code of the article that answered it.

    `lead` is the key of the story it hangs on, empty for its own; `again` asks again what that one was closed with.
    """

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
    lead: str = ""
    again: bool = False
    staged: bool = False


@dataclass(frozen=True)
class World:
    """What all stories share."""

    city: City
    shape: Shape
    hours: CityCalendar
    seed: int
    now: datetime


def plan(world: World, scale: float, stretch: Stretch | None = None) -> list[Story]:
    """The stories of a stretch, the recent one unless another is named, the earliest first. `scale` multiplies its volumes."""
    told = stretch or world.shape.recent
    stages = [] if told.from_day else list(_stages(world.shape, scale))
    tickets = [_ticket(world, told, number, stages) for number in range(round(told.tickets * scale))]
    answers = [_answer(world, told, number) for number in range(round(told.answers * scale))]
    return sorted([*tickets, *answers], key=lambda story: (story.opened_at, story.key))


def asked_by(world: World, rng: Random, key: str, opened: datetime, matter: Matter) -> Story:
    """The matter as a story that somebody of the city begins."""
    shape = world.shape
    caller = rng.randrange(shape.citizens)
    name = _caller_name(world.city, caller)
    return Story(key, opened, weighted(rng, shape.channels), str(shape.first_phone + caller), name, matter)


def caller_of(story: Story, made: Story) -> Story:
    """The story made, told by who told the other."""
    return replace(made, phone=story.phone, name=story.name)


def up_to_now(steps: Sequence[Step], now: datetime) -> tuple[Step, ...]:
    """Those steps that were taken by now."""
    return tuple(step for step in steps if step.at < now)


def _stages(shape: Shape, scale: float) -> Iterator[Stage]:
    for stage in shape.staged:
        yield from [stage] * max(1, round(stage.count * scale))


def _ticket(world: World, stretch: Stretch, number: int, stages: Sequence[Stage]) -> Story:
    key = f"demo:{world.seed}:{stretch.name}ticket:{number}"
    rng = Random(f"{world.seed}:{stretch.name}ticket:{number}")
    stage = stages[number] if number < len(stages) else None
    if stage is None and rng.random() < world.shape.share["informed"]:
        return _informed(world, stretch, key, rng)
    day = _opened(world, rng, stretch, stage)
    if stage and stage.late is not None:
        situation, place = _late_situation(world, rng, day)
    else:
        urgent = stage is None and number % world.shape.emergency_each == world.shape.emergency_each - 1
        situation, place = (_emergency if urgent else _situation)(world, rng, day)
    opened = day if stage else _at_hour(world, rng, day, situation.hours)
    matter = matter_of(world.city, situation, rng, place=place)
    fate = choose_fate(rng, world.shape, matter)
    walk = Walk(rng, world.shape, world.hours, matter, fated_for(stage.stop, fate) if stage else fate, opened)
    story = asked_by(world, rng, key, opened, matter)
    share = world.shape.share
    asked_back = stage is not None or rng.random() >= share["no_reply_wanted"]
    return replace(
        story,
        confidential=matter.type == "report" and rng.random() < share["confidential_report"],
        reply_wanted=asked_back,
        steps=_up_to(list(walk.steps()) if asked_back else _to_the_reply(walk.steps()), stage, opened, world.now),
        staged=stage is not None,
    )


def _informed(world: World, stretch: Stretch, key: str, rng: Random) -> Story:
    row: InformedRow = rng.choice(world.city.informed)
    opened = _at_hour(world, rng, _opened(world, rng, stretch, None), "day")
    words = next(path.channel for path in world.city.paths if path.code == row.path)
    wanted = row.body.partition("诉求：")[2]
    matter = Matter("help", "normal", "general", row.category, row.title, row.body, wanted, path=row.path, path_words=words)
    walk = Walk(rng, world.shape, world.hours, matter, Fate(), opened)
    return replace(asked_by(world, rng, key, opened, matter), steps=up_to_now(list(walk.steps()), world.now))


def _answer(world: World, stretch: Stretch, number: int) -> Story:
    rng = Random(f"{world.seed}:{stretch.name}answer:{number}")
    day = _opened(world, rng, stretch, None)
    month = day.astimezone(world.hours.zone).month
    rows = [row for row in world.city.questions if month in row.months]
    row: QuestionRow = rng.choices(rows, weights=[row.weight for row in rows])[0]
    opened = _at_hour(world, rng, day, "day" if rng.random() < 0.7 else "any")
    article = next(found for found in world.city.articles if found.id == row.article)
    reply = article.public_answer
    body = rng.choice(row.questions)
    matter = Matter("enquiry", "normal", "general", row.category, row.title, body, reply_public=reply)
    return replace(
        asked_by(world, rng, f"demo:{world.seed}:{stretch.name}answer:{number}", opened, matter), article=row.article
    )


def _caller_name(city: City, caller: int) -> str:
    known = Random(f"caller:{caller}")  # a caller has the same name each time, with any seed
    return known.choice(city.surnames) + known.choice(["先生", "女士"])


def _opened(world: World, rng: Random, stretch: Stretch, stage: Stage | None) -> datetime:
    if stage is not None and stage.late is not None:
        closes = world.shape.late_limit["working_days"] + stage.late
        return morning_before(world.hours, last_worked(world.hours, world.now), closes=closes, rng=rng)
    if stage is not None:
        low, high = stage.hours
        return world.now - timedelta(hours=rng.uniform(low, high))
    days = [world.now - timedelta(days=back) for back in range(stretch.from_day, stretch.from_day + stretch.days)]
    weights = [world.shape.weekdays[day.astimezone(world.hours.zone).weekday()] for day in days]
    return rng.choices(days, weights=weights)[0]


def _at_hour(world: World, rng: Random, day: datetime, part: str) -> datetime:
    hour = rng.choices(range(24), weights=world.shape.hours[part])[0]
    local = day.astimezone(world.hours.zone)
    wall = datetime.combine(local.date(), time(hour, rng.randrange(60), rng.randrange(60)), world.hours.zone)
    return wall if wall <= world.now - LAST_ARRIVAL else wall - timedelta(days=1)


def _situation(world: World, rng: Random, day: datetime) -> tuple[Situation, str | None]:
    """What somebody asks on that day: now and then a topic of the city, with its place, else anything of the season."""
    age = (world.now - day) / timedelta(days=world.shape.days)
    chance = rng.random()
    for topic in world.shape.topics:
        chance -= topic.last + (topic.first - topic.last) * age
        if chance < 0:
            return next(row for row in world.city.situations if row.id == topic.situation), topic.place
    month = day.astimezone(world.hours.zone).month
    return _chosen(world, rng, [row for row in world.city.situations if month in row.months]), None


def _emergency(world: World, rng: Random, day: datetime) -> tuple[Situation, str | None]:
    """Something about life and limb."""
    month = day.astimezone(world.hours.zone).month
    return _chosen(world, rng, [row for row in world.city.situations if row.partner and month in row.months]), None


def _late_situation(world: World, rng: Random, day: datetime) -> tuple[Situation, str | None]:
    """One whose limit is that of `late_limit` whatever unit it goes to."""
    wanted = world.shape.late_limit["type"]
    rows = [row for row in world.city.situations if row.type == wanted and row.urgency == "normal" and row.profile == "general"]
    month = day.astimezone(world.hours.zone).month
    rows = [row for row in rows if month in row.months and not row.partner and not row.unit.startswith("utility")]
    return _chosen(world, rng, rows), None


def _chosen(world: World, rng: Random, rows: Sequence[Situation]) -> Situation:
    """One of the situations by its weight, as the shape emphasises it."""
    return rng.choices(rows, weights=[row.weight**world.shape.emphasis for row in rows])[0]


def _to_the_reply(steps: Iterator[Step]) -> list[Step]:
    told: list[Step] = []
    for step in steps:
        told.append(step)
        if step.action == "reply":
            break
    return told


def _up_to(steps: list[Step], stage: Stage | None, opened: datetime, now: datetime) -> tuple[Step, ...]:
    if stage is None:
        return up_to_now(steps, now)
    last = next((place for place, step in enumerate(steps, start=1) if step.action == stage.stop), 0)
    told = steps[:last]
    if not told or told[-1].at < now:
        return tuple(told)
    whole = (told[-1].at - opened) / (now - opened) * 1.02
    return tuple(replace(step, at=opened + (step.at - opened) / whole) for step in told)
