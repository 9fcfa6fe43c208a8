"""The demo city's service marks (好差评), told through the real use cases: put right, evaluated once more, excluded, appealed.

Called by `seed` after the requests. A mark that is there already is left alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile
from random import Random
from typing import Any

from sqlalchemy import select

from hotline.kernel.db import UnitOfWork
from hotline.people.permissions import Role
from hotline.tickets import tickets
from sla import appeals, evaluation_links, service_marks
from sla.appeals import Objection
from sla.evaluation_links import LinkKind
from sla.opinions import Appeal, ServiceMark
from sla.service_marks import GivenMark
from web.demo.data import read_yaml
from web.demo.lateness import last_worked, morning_before
from web.demo.plans import Story, World
from web.demo.scene import Cast, Scene
from web.demo.stories import Fate, Matter, Step, Walk
from web.demo.telling import STEPS

PUSHED_AFTER_MIN, DECIDED_AFTER_MIN, ASKED_AFTER_MIN, ADDED_AFTER_MIN = 15, 500, 520, 45
UNTIL: Mapping[str, tuple[str, ...]] = {
    "kept": (),
    "open": (),
    "excluded": ("sign",),
    "contacted": ("sign", "contact"),
    "appeal_asked": ("sign", "contact"),
    "appeal_granted": ("sign", "contact"),
    "appeal_refused": ("sign", "contact"),
    "rectified": ("sign", "contact", "reply", "answer"),
    "added": ("sign", "contact", "reply", "answer"),
}
"""The steps that the unit and the call-back take, by what becomes of a mark."""


@dataclass(frozen=True)
class Marked:
    """A mark whose ticket has gone its way: the scene, the row that tells its fate, and working time."""

    scene: Scene
    mark: ServiceMark
    row: Mapping[str, Any]  # a row of `marks.yaml`
    world: World

    def later(self, minutes: int) -> None:
        """Go on after so many office minutes."""
        self.scene.uow.now = self.world.hours.add_working_minutes(self.scene.uow.now, minutes)


def tell_marks(uow: UnitOfWork, cast: Cast, world: World) -> None:
    """Let every mark of the file arrive that is not there yet, and go as far as its fate."""
    told = read_yaml("marks.yaml")
    there = set(uow.session.scalars(select(ServiceMark.external_id).where(ServiceMark.source == told["source"])))
    for number, row in enumerate(told["marks"]):
        if row["id"] not in there:
            _tell(uow, cast, world, told, number)


def _tell(uow: UnitOfWork, cast: Cast, world: World, told: Mapping[str, Any], number: int) -> None:
    row, rng = told["marks"][number], Random(f"{world.seed}:mark:{number}")
    given_at = morning_before(world.hours, last_worked(world.hours, world.now), closes=row["days"], rng=rng)
    uow.now = world.hours.add_working_minutes(given_at, PUSHED_AFTER_MIN)
    phone = str(told["phones"] + number) if row.get("name") else ""
    mark = service_marks.receive(uow, _given(told, row, given_at, phone)).mark
    if mark.ticket_id is None:
        return
    ticket = tickets.get(uow, mark.ticket_id)
    matter = Matter(ticket.type, ticket.urgency, ticket.profile, "", ticket.title, ticket.body)
    matter = replace(matter, reply_internal=told["reply_internal"], reply_public=told["reply_public"])
    story = Story(f"mark:{row['id']}", uow.now, ticket.channel, phone, row.get("name", ""), matter)
    scene = Scene(uow, cast, rng, story, ticket)
    for step in _steps(world, rng, matter, row, uow.now):
        uow.now = step.at
        STEPS[step.action](scene, step)
    if row["fate"] in FATES:
        FATES[row["fate"]](Marked(scene, mark, row, world))
    uow.session.flush()


def _steps(world: World, rng: Random, matter: Matter, row: Mapping[str, Any], at: datetime) -> list[Step]:
    """What happens until now; whoever gave no name is not rung."""
    walk = Walk(rng, world.shape, world.hours, matter, Fate(), at)
    wanted = UNTIL[row["fate"]] if row.get("name") else UNTIL[row["fate"]][:-1]
    return [step for step in takewhile(lambda step: step.at < world.now, walk.from_the_unit()) if step.action in wanted]


def _given(told: Mapping[str, Any], row: Mapping[str, Any], given_at: datetime, phone: str) -> GivenMark:
    return GivenMark(
        source=told["source"],
        external_id=row["id"],
        stars=row["stars"],
        given_at=given_at,
        unit_code=row["unit"],
        item=row["item"],
        case_number=f"BJ{given_at:%Y%m%d}{row['id'][-4:]}",
        labels=tuple(row.get("labels", ())),
        words=row["words"],
        real_name=bool(phone),
        name=row.get("name", ""),
        phone=phone,
    )


def _exclude(marked: Marked) -> None:
    marked.later(DECIDED_AFTER_MIN)
    scope = marked.scene.act(marked.scene.cast.of(Role.SUPERVISOR, marked.scene.rng))
    service_marks.exclude(marked.scene.uow, scope, marked.mark.id, reason=marked.row["reason"])


def _add(marked: Marked) -> None:
    """The requester uses the link that came when it was put right."""
    uow = marked.scene.uow
    link = evaluation_links.latest(uow.session, LinkKind.MARK, [marked.mark.id]).get(marked.mark.id)
    if link is None:
        return
    marked.later(ADDED_AFTER_MIN)
    marked.scene.act_alone()
    evaluation_links.take(uow, evaluation_links.token_of(uow.session, link))
    service_marks.add(uow, marked.mark.id, **marked.row["added"])


def _appeal(marked: Marked) -> Appeal:
    marked.later(ASKED_AFTER_MIN)
    told = marked.row["appeal"]
    head = marked.scene.cast.heads[marked.mark.unit_id or 0, Role.UNIT_ADMIN]
    objection = Objection(told["code"], told["reason"], mark_id=marked.mark.id)
    return appeals.ask(marked.scene.uow, marked.scene.act(head), marked.scene.ticket.id, objection)


def _decided(action: str) -> Callable[[Marked], None]:
    def decide(marked: Marked) -> None:
        appeal = _appeal(marked)
        marked.later(DECIDED_AFTER_MIN)
        scope = marked.scene.act(marked.scene.cast.of(Role.SUPERVISOR, marked.scene.rng))
        appeals.decide(marked.scene.uow, scope, appeal.id, action, note=marked.row["appeal"]["decision"])

    return decide


FATES: Mapping[str, Callable[[Marked], object]] = {
    "excluded": _exclude,
    "added": _add,
    "appeal_asked": _appeal,
    "appeal_granted": _decided("grant_appeal"),
    "appeal_refused": _decided("refuse_appeal"),
}
