"""Same matter or not, by value: pairs of claims as citizens make them, with the reasons and what is proposed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hotline.intake import likeness
from hotline.intake.comparing import Comparison, Matter, Repeat, Surroundings, packaged_weights
from hotline.intake.likeness import Reader
from hotline.intake.repeat_rules import read
from hotline.intake.repeats import Terms, best, compared_with, telling_query
from hotline.intake.word_vectors import packaged_vectors
from hotline.kernel.errors import Invalid
from hotline.kernel.search.analysis import Analyzer, packaged_words
from hotline.kernel.search.null import NullBackend
from hotline.kernel.search.port import IndexSchema
from hotline.kernel.search.query import Search
from hotline.tickets.models import Ticket
from hotline.tickets.workflow import Secrecy, State
from sla.packaged import rule_values

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
READER = Reader(Analyzer(packaged_words()), packaged_vectors())
TERMS = Terms(read(rule_values()))
AROUND = Surroundings(area_paths={"9901": "/99/9901/", "990101": "/99/9901/990101/", "9905": "/99/9905/"})
NOISE = "滨河花园旁边工地每天夜里十二点还在施工，噪音很大，影响休息"
PLACE = {"address": "滨河花园", "area_code": "9901", "category_code": "0402"}


def ticket(ticket_id: int = 1, body: str = NOISE, *, days: int = 1, **values: object) -> Ticket:
    given = {"title": "反映夜间施工噪音", "wanted": "", "type": "complaint", "state": State.PENDING, "secrecy": Secrecy.NORMAL}
    return Ticket(id=ticket_id, body=body, opened_at=NOW - timedelta(days=days), **{**given, **PLACE, **values})


def compared(matter: Matter, other: Ticket, around: Surroundings = AROUND) -> Repeat:
    return Comparison(READER, matter, around, window_days=60, now=NOW).with_ticket(other)


def offered(matter: Matter, *earlier: Ticket, terms: Terms = TERMS) -> list[int]:
    return [one.ticket_id for one in best((compared(matter, other) for other in earlier), terms, matter.category_code)]


def codes(matter: Matter, other: Ticket) -> tuple[set[str], set[str]]:
    found = compared(matter, other)
    return {reason.code for reason in found.reasons}, {reason.code for reason in found.against}


@pytest.mark.parametrize(
    "body",
    [
        NOISE,
        "每天夜里十二点滨河花园旁边的工地还在施工，影响休息，噪音很大",
        "滨河花园边上的工地半夜十二点了还在施工，噪音太大，没法休息",
        "濱河花園旁邊工地每天夜裡十二點還在施工，噪音很大，影響休息",
        "宾和花园旁边那个工地呀每天夜里十二点还在施工噪音很大吵得睡不着",
    ],
)
def test_the_same_matter_in_other_words_is_offered(body: str) -> None:
    assert offered(Matter(body=body), ticket()) == [1]


@pytest.mark.parametrize(
    "body",
    ["滨河花园从昨天晚上开始停水，什么时候能来水", "滨河花园门口的流浪狗咬人", "公司拖欠三个月工资，要求支付", ""],
)
def test_another_matter_at_the_same_place_is_not_offered(body: str) -> None:
    assert offered(Matter(body=body, **PLACE), ticket()) == []


@pytest.mark.parametrize(
    ("mine", "theirs", "against"),
    [
        ("佳和苑4栋电梯按键失灵", "佳和苑7栋电梯按键失灵", "other-building"),
        ("河西路12号漏水", "河西路47号漏水", "other-number"),
        ("紫荆苑停水", "翠湖花园停水", "other-place"),
        ("支持小区开放北门", "反对小区开放北门", "opposite"),
        ("去年电梯困人已处理", "今天电梯又困人", "other-time"),
    ],
)
def test_what_differs_is_told_and_speaks_against(mine: str, theirs: str, against: str) -> None:
    other = ticket(body=theirs, title="", address="", area_code=None, category_code=None)

    assert against in codes(Matter(body=mine), other)[1]
    assert offered(Matter(body=mine), other) == []


def test_reasons_name_what_agrees() -> None:
    matter = Matter(body=NOISE, citizen_id=7, **PLACE)
    found = compared(matter, ticket(citizen_id=7))

    assert {"same-citizen", "same-place", "same-words", "same-category", "close-in-time"} <= {one.code for one in found.reasons}
    assert next(one for one in found.reasons if one.code == "same-place").args == {"names": "滨河花园"}
    assert found.against == ()


def test_the_same_citizen_comes_first_whatever_the_score() -> None:
    other, own = ticket(1), ticket(2, "滨河花园工地夜里施工噪音", days=30, citizen_id=7)

    assert offered(Matter(body=NOISE, citizen_id=7, **PLACE), other, own) == [2, 1]


def test_an_older_ticket_scores_less() -> None:
    scores = [compared(Matter(body=NOISE), ticket(days=days)).score for days in (1, 20, 59)]

    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == len(scores)


def test_an_area_elsewhere_speaks_against_and_one_inside_does_not() -> None:
    inside, elsewhere = (compared(Matter(body=NOISE, area_code=code), ticket()).score for code in ("990101", "9905"))

    assert inside > elsewhere


def test_tickets_of_one_incident_score_more() -> None:
    incident = replace(AROUND, incidents={1: 5, 9: 5})
    matter = Matter(body=NOISE, ticket_id=9)

    assert compared(matter, ticket(), incident).score > compared(matter, ticket()).score


@pytest.mark.parametrize(
    ("values", "wanted", "proposal"),
    [
        ({}, "", "merge"),
        ({"state": State.CLOSED}, "", "again"),
        ({"wanted": "要求赔偿误工费"}, "希望尽快修复", "related"),
        ({"type": "report"}, "", "related"),
    ],
)
def test_the_proposal_follows_state_and_demand(values: dict[str, object], wanted: str, proposal: str) -> None:
    assert compared(Matter(body=NOISE, wanted=wanted), ticket(**values)).proposal == proposal


def test_of_a_confidential_ticket_only_redacted_words_are_compared() -> None:
    hidden = ticket(secrecy=Secrecy.CONFIDENTIAL, redacted_title="反映问题", redacted_body="已隐去")

    assert compared(Matter(body=NOISE), hidden).score < TERMS.rules.threshold_least


def test_thresholds_are_those_of_the_category() -> None:
    strict = Terms(TERMS.rules, {"0402": 1.0, "": 0.1})

    assert offered(Matter(body=NOISE, **PLACE), ticket(), terms=strict) == []
    assert strict.threshold("0101") == 0.1


def test_only_the_most_likely_tickets_are_asked_of_a_sentence_model() -> None:
    asked = list[str]()

    def opinion(text: str, others: Sequence[str]) -> Sequence[float]:
        asked.extend(others)
        return [1.0] * len(others)

    many = [ticket(number, "公交车不来") for number in range(1, 20)]
    own = "夜里工地打桩，滨河花园的人没法睡"
    terms = replace(TERMS, opinion=opinion)
    comparison = Comparison(READER, Matter(body=NOISE), AROUND, window_days=60, now=NOW)
    found = {one.ticket_id: one for one in compared_with(comparison, [*many, ticket(99, own)], terms)}

    assert len(asked) == packaged_weights().opinions
    assert own in asked[0]
    assert likeness.has_opinion(found[99].figures)


def test_at_most_so_many_are_offered() -> None:
    many = [ticket(number) for number in range(1, 20)]

    assert len(offered(Matter(body=NOISE, **PLACE), *many)) == TERMS.rules.shown


def test_a_missing_rule_is_named() -> None:
    with pytest.raises(Invalid) as missing:
        read({key: value for key, value in rule_values().items() if key != "repeats.shown"})

    assert missing.value.details["entry"] == "repeats.shown"


class Held(NullBackend):
    """An index that knows how many tickets hold each word, and nothing else."""

    def __init__(self, held: Mapping[str, int]) -> None:
        self._held = held

    def counts(self, schema: IndexSchema, tokens: Iterable[str]) -> dict[str, int]:
        return {token: self._held.get(token, 0) for token in tokens}


@pytest.mark.parametrize(
    ("held", "asked"),
    [
        ({"翠湖": 900, "花园": 70_000, "三号": 4_000, "楼": 150_000, "电梯": 30_000, "停运": 2_000}, 5),
        ({"翠湖": 9, "花园": 700, "三号": 40, "楼": 1_500, "电梯": 300, "停运": 20}, 6),
        ({"翠湖": 900_000, "花园": 900_000, "三号": 900_000, "楼": 900_000, "电梯": 900_000, "停运": 900_000}, 4),
        ({"翠湖": 9, "停运": 20}, 2),
    ],
    ids=["not-what-everybody-says", "all-in-a-small-city", "some-whatever-they-find", "none-that-finds-nothing"],
)
def test_words_are_asked_for_from_the_rarest_on_until_they_find_many(held: dict[str, int], asked: int) -> None:
    search = Search(Held(held), READER.analyzer)

    query = telling_query(search, Matter(body="翠湖花园三号楼电梯停运"))

    assert list(query.groups) == [(word,) for word in sorted(held, key=held.__getitem__)[:asked]]
