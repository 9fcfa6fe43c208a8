"""What follows from the answers of a call-back: every cell of the table, the scale, the reasons."""

import itertools
from dataclasses import replace

import pytest

from hotline.kernel.errors import Invalid
from sla import answers, packaged, rules
from sla.answers import CallbackAnswers, Consequence, Contacted, Satisfaction, Solved
from sla.opinion_rules import SCALES, ConsequenceRow

RULES = rules.read(packaged.rule_values()).opinions.callback
BAD = {Satisfaction.DISSATISFIED, Satisfaction.VERY_DISSATISFIED}
CELLS = list(itertools.product(Contacted, Solved, Satisfaction, [None, *Satisfaction]))
CONTENT = CallbackAnswers(Contacted.YES, Solved.YES, Satisfaction.SATISFIED)


@pytest.mark.parametrize(("contacted", "solved", "satisfaction", "attitude"), CELLS)
def test_not_solved_or_dissatisfied_is_doubted_in_every_combination(
    contacted: Contacted, solved: Solved, satisfaction: Satisfaction, attitude: Satisfaction | None
) -> None:
    given = CallbackAnswers(contacted, solved, satisfaction, attitude)

    unhappy = solved is Solved.NO or satisfaction in BAD or attitude in BAD
    never_met = contacted is Contacted.NO and solved is not Solved.YES
    assert answers.consequence(given, RULES) is (Consequence.DOUBT if unhappy or never_met else Consequence.CLOSE)


def test_first_row_that_holds_decides() -> None:
    no_doubt = ConsequenceRow({"contacted": frozenset({"yes"})}, "close")
    lenient = replace(RULES, consequences=(no_doubt, *RULES.consequences))

    assert answers.consequence(replace(CONTENT, solved=Solved.NO), lenient) is Consequence.CLOSE


def test_answers_no_row_speaks_of_close() -> None:
    assert answers.consequence(CONTENT, replace(RULES, consequences=())) is Consequence.CLOSE


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("level", Satisfaction)
@pytest.mark.parametrize("field", ["satisfaction", "attitude"])
def test_level_is_taken_only_from_the_scale_of_the_city(scale: str, level: Satisfaction, field: str) -> None:
    given, kept = replace(CONTENT, **{field: level}), replace(RULES, scale=scale)

    if level in SCALES[scale]:
        answers.check(given, kept)
    else:
        with pytest.raises(Invalid) as caught:
            answers.check(given, kept)
        assert caught.value.details["field"] == field


def test_reason_that_is_not_listed_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        answers.check(replace(CONTENT, reason_codes=("not_solved", "bad_weather")), RULES)

    assert caught.value.details["given"] == "bad_weather"
