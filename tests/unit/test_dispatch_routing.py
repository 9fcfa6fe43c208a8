"""Ranking units by value: the catalogue, guessed categories, precedents, returns."""

import pytest

from dispatch.classification import Guess
from dispatch.routing import Candidate, GuessedHits, HandledBy, Learnt, Lesson, Seen, Similar, UnitHit, rank
from dispatch.rules import load_rules

RULES = load_rules().routing
POLICE, MARKET, STREET = 1, 2, 3


def hit(unit_id: int, *, area_rule: str = "district", via: str = "row", assist_ids: tuple[int, ...] = ()) -> UnitHit:
    return UnitHit(
        unit_id=unit_id,
        unit_name=f"单位{unit_id}",
        category_code="0601",
        category_name="社会治安",
        area_rule=area_rule,
        via=via,
        assist_ids=assist_ids,
        legal_basis="《中华人民共和国治安管理处罚法》",
        source="职责清单",
    )


def chosen(*hits: UnitHit) -> list[GuessedHits]:
    return [GuessedHits(None, hits)]


def lowered(strength: float) -> Lesson:
    return Lesson(POLICE, "公安局", strength, 0.0, "A1")


def order(candidates: list[Candidate]) -> list[int]:
    return [candidate.unit_id for candidate in candidates]


def test_nothing_known_ranks_nobody() -> None:
    assert rank([], Seen(), RULES) == []


def test_a_catalogue_row_gives_its_unit_with_law_source_and_assisting_units() -> None:
    best = rank(chosen(hit(POLICE, assist_ids=(STREET,))), Seen(), RULES)[0]

    assert (best.unit_id, best.legal_basis, best.assist_ids) == (POLICE, "《中华人民共和国治安管理处罚法》", (STREET,))
    assert [reason.code for reason in best.reasons] == ["catalogue"]
    assert best.reasons[0].args == {"category": "社会治安", "source": "职责清单"}


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (hit(POLICE, area_rule="street"), hit(MARKET, area_rule="district")),
        (hit(POLICE, via="row"), hit(MARKET, via="parent")),
        (hit(POLICE, via="parent"), hit(MARKET, via="no-local-unit")),
        (hit(POLICE, via="no-local-unit"), hit(MARKET, via="area-unknown")),
        (hit(POLICE, area_rule="district"), hit(MARKET, area_rule="city")),
        (hit(POLICE, area_rule="city"), hit(MARKET, area_rule="any")),
    ],
)
def test_the_nearer_row_ranks_first(better: UnitHit, worse: UnitHit) -> None:
    assert order(rank(chosen(worse, better), Seen(), RULES)) == [POLICE, MARKET]


def test_a_guessed_category_weighs_as_much_as_it_is_sure_and_says_its_words() -> None:
    sure, unsure = Guess("0601", "社会治安", 0.6, ("打架",)), Guess("1301", "消费维权", 0.2, ("商家",))

    ranked = rank([GuessedHits(unsure, [hit(MARKET)]), GuessedHits(sure, [hit(POLICE)])], Seen(), RULES)

    assert order(ranked) == [POLICE, MARKET]
    assert {"category": "社会治安", "words": "打架"} in [reason.args for reason in ranked[0].reasons]


def test_who_handled_similar_tickets_is_proposed_without_any_row() -> None:
    ranked = rank([], Seen([HandledBy(MARKET, "市监局", 30), HandledBy(POLICE, "公安局", 3)]), RULES)

    assert order(ranked) == [MARKET, POLICE]
    assert ranked[0].reasons[0].args == {"tickets": 30, "of": 33}


@pytest.mark.parametrize("via", ["area-unknown", "no-local-unit"])
def test_a_unit_that_stands_in_says_why(via: str) -> None:
    assert rank(chosen(hit(POLICE, via=via)), Seen(), RULES)[0].reasons[0].code == via


def test_few_precedents_do_not_outweigh_a_row() -> None:
    ranked = rank(chosen(hit(POLICE)), Seen([HandledBy(MARKET, "市监局", 2)]), RULES)

    assert order(ranked) == [POLICE, MARKET]


def test_row_and_precedents_add_up_and_stay_below_one() -> None:
    alone = rank(chosen(hit(POLICE)), Seen(), RULES)[0]
    both = rank(chosen(hit(POLICE)), Seen([HandledBy(POLICE, "公安局", 500)]), RULES)[0]

    assert alone.score < both.score < 1


def test_granted_returns_lower_a_unit_below_the_next_and_say_so() -> None:
    rows = chosen(hit(POLICE), hit(MARKET, via="parent"))

    before, after = rank(rows, Seen(), RULES), rank(rows, Seen(lessons=[lowered(1.0)]), RULES)

    assert order(before) == [POLICE, MARKET]
    assert order(after) == [MARKET, POLICE]
    assert after[1].reasons[-1].code == "returned-like"


def test_more_returns_weigh_more() -> None:
    scores = [rank(chosen(hit(POLICE)), Seen(lessons=[lowered(float(times))]), RULES)[0].score for times in range(4)]

    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 4


def test_equal_scores_keep_a_stable_order_and_the_limit_holds() -> None:
    rows = chosen(*(hit(number) for number in (5, 3, 4, 1, 2)))

    assert order(rank(rows, Seen(), RULES, limit=3)) == [1, 2, 3]


def test_what_was_learnt_adds_to_the_row_and_says_the_words() -> None:
    rows = chosen(hit(POLICE), hit(MARKET))

    ranked = rank(rows, Seen(learnt=[Learnt(MARKET, "市监局", 0.8, ("缺斤短两",))]), RULES)

    assert order(ranked) == [MARKET, POLICE]
    assert ranked[0].learnt == 0.8
    assert {"words": "缺斤短两"} in [reason.args for reason in ranked[0].reasons]


def test_similar_handled_tickets_are_named_with_their_outcome() -> None:
    alike = Similar(MARKET, "市监局", tickets=4, of=5, solved=3, number="A7", share=0.9)

    best = rank([], Seen(similar=[alike]), RULES)[0]

    assert best.reasons[0].code == "similar-handled"
    assert best.reasons[0].args == {"tickets": 4, "of": 5, "solved": 3, "number": "A7"}


def test_unit_named_in_similar_returns_is_raised() -> None:
    rows = chosen(hit(POLICE, via="parent"))

    ranked = rank(rows, Seen(lessons=[lowered(1.0), Lesson(MARKET, "市监局", 0.0, 1.0, "A1")]), RULES)

    assert order(ranked) == [MARKET, POLICE]
    assert ranked[0].reasons[0].code == "named-like"


def test_lesson_about_a_unit_that_nothing_speaks_for_ranks_nobody() -> None:
    assert rank([], Seen(lessons=[lowered(1.0)]), RULES) == []
