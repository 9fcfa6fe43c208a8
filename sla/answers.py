"""What a requester says at call-back, in closed words, and what follows from it. Pure.

Three questions (接诉即办 practice): were you contacted, is it solved, are you satisfied, the last on the five levels of
the public-service evaluation (国办发〔2019〕51号).
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from hotline.kernel.errors import Invalid
from sla.opinion_rules import CallbackRules, ConsequenceRow, Reason
from sla.opinions import CallbackAnswer


class ConnectResult(StrEnum):
    """What became of a call. `third_person`: somebody else answered, the questions were not put."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    OFF = "off"
    WRONG_NUMBER = "wrong_number"
    REFUSED = "refused"
    THIRD_PERSON = "third_person"


class Contacted(StrEnum):
    """Did the unit contact you?"""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Solved(StrEnum):
    """Is it solved?"""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    UNCLEAR = "unclear"


class Satisfaction(StrEnum):
    """Are you satisfied?"""

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    FAIRLY_SATISFIED = "fairly_satisfied"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very_dissatisfied"


class Consequence(StrEnum):
    """What follows: the ticket is closed, or its case is reviewed (不满意件审核)."""

    CLOSE = "close"
    DOUBT = "doubt"


class Respondent(StrEnum):
    """Who spoke: the requester, somebody of the family, somebody else who knows of it (非本人)."""

    SELF = "self"
    FAMILY = "family"
    OTHER = "other"


@dataclass(frozen=True)
class CallbackAnswers:
    """The answers of one requester to one matter. `attitude` is how they were treated, apart from the result."""

    contacted: Contacted
    solved: Solved
    satisfaction: Satisfaction
    attitude: Satisfaction | None = None
    reason: str = ""
    verbatim: str = ""
    respondent: Respondent = Respondent.SELF
    reason_codes: tuple[str, ...] = ()


CONTACTED_FACT = {Contacted.YES: True, Contacted.NO: False, Contacted.UNKNOWN: None}


def consequence(answers: CallbackAnswers, rules: CallbackRules) -> Consequence:
    """What the first row of the table says that holds for these answers; close when none does."""
    row = next((row for row in rules.consequences if _holds(row, answers)), None)
    return Consequence(row.then) if row is not None else Consequence.CLOSE


def of(kept: CallbackAnswer) -> CallbackAnswers:
    """What was kept of one round, as values."""
    return CallbackAnswers(
        contacted=Contacted(kept.contacted),
        solved=Solved(kept.solved),
        satisfaction=Satisfaction(kept.satisfaction),
        attitude=Satisfaction(kept.attitude) if kept.attitude else None,
        reason=kept.reason,
        verbatim=kept.verbatim,
        respondent=Respondent(kept.respondent),
        reason_codes=tuple(kept.reason_codes),
    )


def check(answers: CallbackAnswers, rules: CallbackRules) -> None:
    """Raise Invalid for a level that the city's scale does not have, or a reason that is not listed."""
    for field, given in (("satisfaction", answers.satisfaction), ("attitude", answers.attitude)):
        if given is not None and given.value not in rules.levels:
            raise Invalid(field, "not-on-the-scale", given=given.value, allowed=list(rules.levels))
    check_reasons(answers.reason_codes, rules.reasons)


def check_reasons(given: Collection[str], listed: Collection[Reason]) -> None:
    """Raise Invalid for a code that the list does not have."""
    allowed = [reason.code for reason in listed]
    for code in given:
        if code not in allowed:
            raise Invalid("reason_codes", "unknown-code", given=code, allowed=allowed)


def _holds(row: ConsequenceRow, answers: CallbackAnswers) -> bool:
    return all(getattr(answers, question) in words for question, words in row.when.items())
