"""What a requester says at call-back, in closed words, and what follows from it. Pure.

Three questions (接诉即办 practice): were you contacted, is it solved, are you satisfied, the last on the five levels of
the public-service evaluation (国办发〔2019〕51号).
"""

from dataclasses import dataclass
from enum import StrEnum

from sla.rules import CallbackRules


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


@dataclass(frozen=True)
class CallbackAnswers:
    """The answers of one requester to one matter. `attitude` is how they were treated, apart from the result."""

    contacted: Contacted
    solved: Solved
    satisfaction: Satisfaction
    attitude: Satisfaction | None = None
    reason: str = ""
    verbatim: str = ""


CONTACTED_FACT = {Contacted.YES: True, Contacted.NO: False, Contacted.UNKNOWN: None}


def consequence(answers: CallbackAnswers, rules: CallbackRules) -> Consequence:
    """Doubt when not solved or not satisfied, as the rules list the words; else close."""
    doubted = answers.solved in rules.doubt_solved or answers.satisfaction in rules.doubt_satisfaction
    return Consequence.DOUBT if doubted else Consequence.CLOSE
