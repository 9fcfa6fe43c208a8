"""A small city in which water fails: an area tree, a road, callers, and the watch that finds it, for the tests of incidents."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from hotline.insight import incident_rules, watching
from hotline.insight.happenings import packaged_happenings
from hotline.insight.incident_rules import IncidentRules
from hotline.insight.sightings import Reading
from hotline.insight.watching import Watch
from hotline.intake.drafting.gazetteer import Gazetteer, NamedPlace
from hotline.kernel.db import Database, UnitOfWork
from hotline.kernel.search.analysis import Analyzer, packaged_words
from hotline.people.models import Area
from hotline.tickets import tickets
from hotline.tickets.models import Ticket
from hotline.tickets.tickets import NewTicket
from sla import defaults, packaged
from tests import factories
from web.incident_reading import names_by

PATHS = {"99": "/99/", "9901": "/99/9901/", "990101": "/99/9901/990101/", "990102": "/99/9901/990102/"}
ROADS = (("临江路", "990101"), ("东湖路", "990101"), ("西山路", "990102"))
GAZETTEER = Gazetteer(
    [
        *(NamedPlace(f"地区{code}", "street" if len(code) > 4 else "district", code, path) for code, path in PATHS.items()),
        *(NamedPlace(name, "road", code, PATHS[code]) for name, code in ROADS),
    ]
)
RULES: IncidentRules = incident_rules.read(packaged.rule_values())
DESK = ("shift_leader",)
WAYS = (
    "家里停水了，水龙头一滴水都没有",
    "水管爆了，路面往外冒水",
    "自来水又黄又浑没法用",
    "水压太小，热水器打不着",
    "路上全是积水，车都过不去",
    "早上起来就没水，什么时候来水",
    "供水主管道破裂，水喷得老高",
    "断水了，没法做饭",
)
_ANALYZER = Analyzer(packaged_words())


def found_city(database: Database) -> None:
    """One district with two streets, two units, one category, the default rules."""
    with database.work() as uow:
        defaults.install_defaults(uow)
        for code in ("U1", "U2"):
            factories.unit(uow.session, code)
        for code, parent, level in (("9901", "99", "district"), ("990101", "9901", "street"), ("990102", "9901", "street")):
            factories.area(uow.session, code, parent_code=parent, level=level)
        factories.category(uow.session, "0402", name="供水")


def reading(session: Session) -> Reading:
    paths = {area.code: area.path for area in session.query(Area)}
    return Reading(_ANALYZER, packaged_happenings(), paths, names_by(GAZETTEER))


def watch() -> Watch:
    return Watch(reading)


def call(uow: UnitOfWork, number: int, *, road: str = "临江路", words: str = "", **values: object) -> Ticket:
    """The call of the caller of that number."""
    said = words or WAYS[number % len(WAYS)]
    given = {
        "channel": "phone",
        "type": "help",
        "title": f"{road}{said[:8]}",
        "body": f"来电反映{road}{said}。",
        "address": f"{road}{number + 1}号",
        "area_code": dict(ROADS).get(road),
        "category_code": "0402",
        "contact_phone": f"199000{number:05d}",
        **values,
    }
    return tickets.open_ticket(uow, NewTicket(**given))  # type: ignore[arg-type]  # fields by name


def calls(database: Database, numbers: Sequence[int], **values: object) -> list[int]:
    """Calls one after another; their tickets."""
    with database.work() as uow:
        opened = []
        for number in numbers:
            opened.append(call(uow, number, **values).id)  # type: ignore[arg-type]  # as in `call`
            uow.now += timedelta(seconds=20)
        return opened


def look(database: Database, own: Watch | None = None) -> int:
    with database.work() as uow:
        return watching.look(uow, own or watch(), RULES)
