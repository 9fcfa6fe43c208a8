"""Rules of call-backs, evaluations, redo and appeals, read from the city's table into typed values. Pure.

Part of `rules.read`; the defaults stand in `defaults.yaml`. What they decide is in `plans`, `answers`, `reviews`, `appeals`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hotline.kernel.errors import Invalid
from sla.plans import Plan, Tries, read_plans, read_slots

SCALES = {
    "five": ("very_satisfied", "satisfied", "fairly_satisfied", "dissatisfied", "very_dissatisfied"),
    "three": ("satisfied", "fairly_satisfied", "dissatisfied"),
}
"""五级 (国办发〔2019〕51号) and 三级 (满意, 基本满意, 不满意)."""
ASKED = ("contacted", "solved", "satisfaction", "attitude")


@dataclass(frozen=True)
class ConsequenceRow:
    """One row of what follows from answers: it holds when each question named in `when` was answered by a word listed."""

    when: Mapping[str, frozenset[str]]
    then: str


@dataclass(frozen=True)
class Reason:
    """Why somebody is not content, to choose from."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True)
class CallbackRules:
    """Call-backs: who is asked how (`plans`), which tries count, results after which nobody rings again, how long a
    call-back stays reserved for who took it, and what follows from the answers (`consequences`, the first row that holds).

    `opens_working_days` after the reply the asking begins; `defaulted` is what silence on a link stands for where the plan
    says that silence counts.
    """

    plans: tuple[Plan, ...]
    opens_working_days: int
    tries: Tries
    final_results: frozenset[str]
    claim: timedelta
    consequences: tuple[ConsequenceRow, ...]
    scale: str
    reasons: tuple[Reason, ...]
    link: timedelta
    robot_wait: timedelta
    defaulted: Mapping[str, str | None]

    @property
    def levels(self) -> tuple[str, ...]:
        """The words of the scale, best first."""
        return SCALES[self.scale]


@dataclass(frozen=True)
class CallEvaluationRules:
    """Each call judged (一次一评): the share of calls whose caller is asked, in per cent, and how long the link is good."""

    percent: int
    link: timedelta


@dataclass(frozen=True)
class RedoRules:
    """Redo (重办): rounds before a supervisor must decide, and whether the territorial superior is copied."""

    rounds: int
    copies_superior: bool


@dataclass(frozen=True)
class AppealRules:
    """Appeals (申诉): working days after the judgement in which a unit may object, and the grounds it may name."""

    working_days: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class OpinionRules:
    """All of them."""

    callback: CallbackRules
    call_evaluation: CallEvaluationRules
    redo: RedoRules
    appeal: AppealRules


def read(values: Mapping[str, Any]) -> OpinionRules:  # a rule's value is a number, a word or a list
    """The rules from their keys. Raises KeyError, TypeError or ValueError as `rules.read` translates, Invalid for a plan."""
    return OpinionRules(
        callback=_callback(values),
        call_evaluation=CallEvaluationRules(
            percent=_percent(values["call_evaluation.percent"]), link=timedelta(days=values["call_evaluation.link_days"])
        ),
        redo=RedoRules(
            rounds=int(values["redo.rounds"]),
            copies_superior=bool(values["redo.copies_superior"]),
        ),
        appeal=AppealRules(int(values["appeal.working_days"]), _reasons(values["appeal.reasons"])),
    )


def _callback(values: Mapping[str, Any]) -> CallbackRules:
    slots = values["callback.attempt_slots"]
    scale = str(values["callback.scale"])
    if scale not in SCALES:
        raise Invalid("callback.scale", "unknown-choice", given=scale, allowed=list(SCALES))
    return CallbackRules(
        plans=read_plans(values["callback.plans"]),
        opens_working_days=int(values["callback.opens_working_days"]),
        tries=Tries(
            attempts=int(values["callback.attempts"]),
            gap=timedelta(minutes=values["callback.attempt_gap_minutes"]),
            days=int(slots["days"]),
            slots=read_slots(slots["slots"]),
        ),
        final_results=frozenset(values["callback.final_results"]),
        claim=timedelta(minutes=values["callback.claim_minutes"]),
        consequences=tuple(_consequence(row) for row in values["callback.consequences"]),
        scale=scale,
        reasons=_reasons(values["callback.reasons"]),
        link=timedelta(days=values["callback.link_days"]),
        robot_wait=timedelta(hours=values["callback.robot_wait_hours"]),
        defaulted={name: values["callback.defaulted"].get(name) for name in ("solved", "satisfaction")},
    )


def _consequence(row: Mapping[str, Any]) -> ConsequenceRow:
    asked = row.get("when") or {}
    if set(asked) - set(ASKED) or row["then"] not in ("doubt", "close"):
        raise ValueError(f"no consequence: {row}")
    return ConsequenceRow({question: frozenset(words) for question, words in asked.items()}, row["then"])


def _reasons(rows: list[Mapping[str, str]]) -> tuple[Reason, ...]:
    return tuple(Reason(row["code"], row["name"], row.get("name_en") or row["name"]) for row in rows)


def _percent(given: int) -> int:
    if not 0 <= given <= 100:
        raise ValueError(f"no share in per cent: {given}")
    return int(given)
