"""Who else comes with a matter of the demo city: the same caller, neighbours, many at once. Pure: planned beside `plans`.

A story that hangs on another bears its key as `lead`; both are told together (`telling.tell_together`), in the order of time.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from web.demo.data import City, Situation
from web.demo.matters import matter_of
from web.demo.plans import LAST_ARRIVAL, Story, World, asked_by, caller_of, plan, up_to_now
from web.demo.shape import Stretch, Surge, pick
from web.demo.stories import Fate, Matter, Step, Walk
from web.demo.wording import beside, choose_spot

REPEATED_TYPES = frozenset({"help", "complaint"})
SAME, NEIGHBOUR, UNLIKE, AGAIN = "same_caller", "neighbour", "unlike", "again"
MERGE_MINUTES, MERGED_BEFORE = (4, 90), timedelta(minutes=5)
OVER = frozenset({"withdraw", "inform", "recall", "grant_return", "designate_here"})
"""After these steps a story goes another way than straight to its reply; nothing is merged into it."""


def plan_all(world: World, scale: float, stretch: Stretch) -> list[list[Story]]:
    """The stories of a stretch with what follows from them and what happened to many at once.

    Those that hang together stand together, the lead first; groups come by the hour at which they begin.
    """
    groups = [[story, *_echoes(world, story)] for story in plan(world, scale, stretch)]
    groups += [told for surge in world.shape.surges if (told := list(_surge(world, surge, scale, stretch)))]
    return sorted(groups, key=lambda group: (group[0].opened_at, group[0].key))


def _echoes(world: World, story: Story) -> list[Story]:
    """Some are asked again, by the same caller or by others whom they concern too."""
    return list(_echo(world, story)) if _is_plain(story) else []


def _is_plain(story: Story) -> bool:
    matter, actions = story.matter, [step.action for step in story.steps]
    plain = story.reply_wanted and not story.confidential and story.article is None and not story.staged
    return plain and matter.type in REPEATED_TYPES and matter.urgency == "normal" and actions[:1] == ["dispatch"]


def _echo(world: World, story: Story) -> Iterator[Story]:
    rng = Random(f"{story.key}:echo")
    chance = rng.random()
    for kind, share in world.shape.repeats.items():
        chance -= share
        if chance < 0:
            echo = ECHOES[kind](world, story, rng)
            if echo is not None:
                yield echo
            return


def _same_caller(world: World, story: Story, rng: Random) -> Story | None:
    made = _merged(world, story, rng, f"{story.key}:{SAME}", _later(world, story, rng, SAME))
    return caller_of(story, made) if made else None


def _neighbour(world: World, story: Story, rng: Random) -> Story | None:
    return _merged(world, story, rng, f"{story.key}:{NEIGHBOUR}", _later(world, story, rng, NEIGHBOUR))


def _unlike(world: World, story: Story, rng: Random) -> Story | None:
    """Another demand at the same place: linked, and handled by itself."""
    spot = story.matter.spot
    others = [row for row in world.city.situations if _is_other(world.city, row, story)]
    if spot is None or not others:
        return None
    at = _later(world, story, rng, UNLIKE)
    situation = rng.choices(others, weights=[row.weight for row in others])[0]
    matter = matter_of(world.city, situation, rng, place=spot.anchor)
    walk = Walk(rng, world.shape, world.hours, matter, Fate(), at)
    relate = Step("relate", at + timedelta(minutes=1), {"lead": story.key})
    steps = up_to_now([relate, *walk.steps()], world.now)
    return _of(world, story, asked_by(world, rng, f"{story.key}:{UNLIKE}", at, matter), steps)


def _is_other(city: City, row: Situation, story: Story) -> bool:
    """Another situation of the same field, at the same kind of place."""
    same_field = row.category[:2] == story.matter.category[:2] and row.id != story.matter.situation
    slots = [slot for slot in ("{estate}", "{road}") if slot in row.title]
    spot = story.matter.spot
    kind = next((place.kind for place in city.places if spot and place.name == spot.anchor), "")
    return same_field and row.type in REPEATED_TYPES and row.urgency == "normal" and slots == [f"{{{kind}}}"]


def _again(world: World, story: Story, rng: Random) -> Story | None:
    """The same caller asks again for what was closed."""
    if not story.steps or story.steps[-1].action not in {"answer", "review"}:
        return None
    low, high = world.shape.repeat_hours[AGAIN]
    at = story.steps[-1].at + timedelta(hours=rng.uniform(low, high))
    matter = _reworded(world, story, rng)
    walk = Walk(rng, world.shape, world.hours, matter, Fate(), at)
    made = caller_of(story, replace(asked_by(world, rng, f"{story.key}:{AGAIN}", at, matter), again=True))
    return _of(world, story, made, up_to_now(list(walk.steps()), world.now))


ECHOES: dict[str, Callable[[World, Story, Random], Story | None]] = {
    SAME: _same_caller,
    NEIGHBOUR: _neighbour,
    UNLIKE: _unlike,
    AGAIN: _again,
}


def _merged(world: World, story: Story, rng: Random, key: str, at: datetime) -> Story | None:
    """The same again while the first is open: a dispatcher merges it, and it is answered and called back with the first."""
    reply = next((step.at for step in story.steps if step.action == "reply"), None)
    merged_at = at + timedelta(minutes=rng.uniform(*MERGE_MINUTES))
    if merged_at + MERGED_BEFORE > (reply or world.now) or any(step.action in OVER for step in story.steps):
        return None
    matter = _reworded(world, story, rng)
    steps = [Step("merge", merged_at, {"lead": story.key, "note": rng.choice(world.shape.phrases["merge"])})]
    if reply is not None:
        walk = Walk(rng, world.shape, world.hours, matter, Fate(), reply)
        steps += walk.called_back()
    return _of(world, story, asked_by(world, rng, key, at, matter), up_to_now(steps, world.now))


def _surge(world: World, surge: Surge, scale: float, stretch: Stretch) -> Iterator[Story]:
    began = world.now - timedelta(days=surge.days_back)
    days = stretch.from_day, stretch.from_day + stretch.days
    if not days[0] <= surge.days_back < days[1] or began.astimezone(world.hours.zone).month not in surge.months:
        return
    rng = Random(f"{world.seed}:surge:{surge.name}")
    situation = next(row for row in world.city.situations if row.id == surge.situation)
    spot = choose_spot(world.city, rng, situation.title, situation.hours, place=surge.place)
    spot = replace(spot, values={**spot.values, **surge.values})
    matter = matter_of(world.city, situation, rng, spot=spot)
    walk = Walk(rng, world.shape, world.hours, matter, Fate(), began)
    first = asked_by(world, rng, f"demo:{world.seed}:surge:{surge.name}:0", began, matter)
    first = replace(first, steps=up_to_now(list(walk.steps()), world.now))
    yield first
    for number in range(1, max(3, round(surge.count * scale))):
        share = rng.triangular(0.0, 1.0, 0.25)
        at = began + timedelta(minutes=5) + share * timedelta(hours=surge.hours)
        member = _merged(world, first, rng, f"demo:{world.seed}:surge:{surge.name}:{number}", min(at, _last_chance(first, at)))
        if member is not None:
            yield member


def _last_chance(first: Story, at: datetime) -> datetime:
    """Nobody waits to be merged into what was answered: the latest ones ring while the unit is still at it."""
    reply = next((step.at for step in first.steps if step.action == "reply"), None)
    return at if reply is None else first.opened_at + (reply - first.opened_at) * 0.6


def _reworded(world: World, story: Story, rng: Random) -> Matter:
    situation = next(row for row in world.city.situations if row.id == story.matter.situation)
    spot = story.matter.spot
    told = beside(world.city, spot, rng, situation.hours) if spot else None
    return matter_of(world.city, situation, rng, spot=told)


def _later(world: World, story: Story, rng: Random, kind: str) -> datetime:
    return story.opened_at + timedelta(hours=pick(rng, world.shape.repeat_hours[kind]))


def _of(world: World, story: Story, made: Story, steps: tuple[Step, ...]) -> Story | None:
    return replace(made, lead=story.key, steps=steps) if made.opened_at < world.now - LAST_ARRIVAL else None
