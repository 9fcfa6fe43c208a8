"""What written calls are drafted with where there is no database: the demo city's names, its categories, and a ranker learnt
from the ways its people tell their matters, as the demo city learns one from its tickets. Called by `hotline drafts evaluate`.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from random import Random

from dispatch import categories
from dispatch.categories import Tree
from dispatch.citymodel import CityModel
from dispatch.classification import CategoryWords
from dispatch.features import Reading
from dispatch.learning import Example, train
from dispatch.shelf import Live
from hotline.intake.drafting.fill import Sources
from hotline.intake.drafting.gazetteer import Gazetteer, NamedPlace
from hotline.intake.drafting.values import Ranked, Ranker
from hotline.kernel import plugins
from web.city import defaults
from web.demo.data import City, load_city
from web.demo.matters import matter_of
from web.ranking_terms import LEARNER, LEARNERS

TELLINGS = 12
"""How often each situation of the demo city is told to learn from."""
SEED = 12345


def sources(number: str, ranker: Ranker) -> Sources:
    """What a call from that number to the demo city is drafted with."""
    return Sources(gazetteer(), ranker, number)


@cache
def gazetteer() -> Gazetteer:
    """The demo city's names."""
    return Gazetteer(_places(load_city()))


@cache
def tree() -> Tree:
    """The demo city's categories."""
    rows = defaults.categories()
    parents, by_code = {row.parent for row in rows}, {row.code: row for row in rows}
    words, paths = list[CategoryWords](), dict[str, str]()
    for row in rows:
        above = list[str]()
        while (at := by_code[above[-1] if above else row.code].parent) is not None:
            above.append(at)
        leaf = row.code not in parents and row.path is None
        words.append(CategoryWords(row.code, row.name, tuple(row.typical), tuple(reversed(above)), leaf))
        paths[row.code] = "/".join(by_code[code].name for code in (*reversed(above), row.code))
    return Tree(words, paths)


def ranker_of_rules(text: str, area_code: str | None) -> Sequence[Ranked]:
    """Categories by the typical words of the tree."""
    return _ranked(text, None)


def learnt_ranker() -> Ranker:
    """Categories by a ranker learnt from tellings of the demo city's situations, beside the words of the tree."""
    live = _learnt()
    return lambda text, area_code: _ranked(text, live)


@cache
def _learnt() -> Live:
    city, rng = load_city(), Random(SEED)
    examples = list[Example]()
    for situation in city.situations:
        for _ in range(TELLINGS):
            matter = matter_of(city, situation, rng)
            examples.append(Example(Reading(f"{matter.title}\n{matter.body}"), matter.category))
    called = {one.code: " ".join((one.name, *one.words)) for one in tree().words}
    model = train(examples, plugins.load(LEARNERS, LEARNER)(), called)
    return Live(0, CityModel(model, model))


def _ranked(text: str, live: Live | None) -> list[Ranked]:
    found = categories.classify(tree(), Reading(text), live)
    return [Ranked("category_code", guess.code, guess.confidence, guess.words) for guess in found if guess.words]


def _places(city: City) -> Iterator[NamedPlace]:
    paths: dict[str | None, str] = {None: "/"}
    for area in city.areas:
        paths[area.code] = f"{paths[area.parent]}{area.code}/"
        yield NamedPlace(area.name, area.level, area.code, paths[area.code])
    for row in city.places:
        numbers = (row.numbers_from, row.numbers_to, row.parity)
        yield NamedPlace(row.name, row.kind, row.street, "", row.aliases, row.road, *numbers)
