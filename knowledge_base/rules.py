"""Numbers of the trade that knowledge goes by, read from the city's rules (`knowledge.*`) into typed values. Pure.

Whoever wires reads the city's rules and hands these in; knowledge itself knows no other rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hotline.kernel.errors import Invalid

PREFIX = "knowledge."
LARGEST = 1_000_000
AMOUNTS = (
    *("correction_working_days", "policy_update_working_days", "question_working_days"),
    *("unit_review_working_days", "editor_review_working_days"),
    *("review_months", "review_ahead_days", "import_most", "bundle_keep"),
)
PARTS = (
    *(("questions", name, most) for name, most in (("alike", 1), ("at_least", LARGEST), ("keep_days", LARGEST))),
    *(("hot", name, LARGEST) for name in ("days", "shown")),
    *(("standing", name, most) for name, most in (("share", 1), ("shown_at_least", LARGEST), ("days", LARGEST))),
    ("announcement", "longest_days", LARGEST),
)
"""Numbers within tables of rules, and the most that each may be."""


@dataclass(frozen=True)
class QuestionRules:
    """Questions so `alike` (0-1) are one; from `at_least` on they are owed an answer; forgotten after `keep_days`."""

    alike: float
    at_least: int
    keep_days: int


@dataclass(frozen=True)
class HotRules:
    """What was asked most in `days`, `shown` of them."""

    days: int
    shown: int


@dataclass(frozen=True)
class StandingRules:
    """By what `share` (0-1) use may move a confidence at most; so many showings in `days` weigh as much as no use at all."""

    share: float
    shown_at_least: int
    days: int


@dataclass(frozen=True)
class AnnouncementRules:
    """How many days one may last, and units of which classes post by themselves."""

    longest_days: int
    unit_classes: frozenset[str]


@dataclass(frozen=True)
class KnowledgeRules:
    """All rules of knowledge; limits in working days unless their name says otherwise."""

    correction_working_days: int
    policy_update_working_days: int
    question_working_days: int
    unit_review_working_days: int
    editor_review_working_days: int
    review_months: int
    review_ahead_days: int
    own_unit_review: bool
    own_editor_review: bool
    materials: tuple[str, ...]
    ending_materials: frozenset[str]
    import_most: int
    questions: QuestionRules
    hot: HotRules
    standing: StandingRules
    announcement: AnnouncementRules
    bundle_keep: int


def read(values: Mapping[str, Any]) -> KnowledgeRules:  # a rule's value is a number, a word, a list or a table
    """The rules from their keys. Raises Invalid for a missing key or a value that is not of its shape."""
    try:
        return _read({key.removeprefix(PREFIX): value for key, value in values.items() if key.startswith(PREFIX)})
    except KeyError as error:
        raise Invalid("rules", "missing-rule", entry=str(error.args[0])) from error
    except (TypeError, ValueError) as error:
        raise Invalid("rules", "malformed-rule", reason=str(error)) from error


def _read(values: Mapping[str, Any]) -> KnowledgeRules:
    announcement = values["announcement"]
    for key in AMOUNTS:
        _check_amount(key, values[key], most=LARGEST)
    for key, name, most in PARTS:
        _check_amount(f"{key}.{name}", values[key][name], most=most)
    return KnowledgeRules(
        correction_working_days=int(values["correction_working_days"]),
        policy_update_working_days=int(values["policy_update_working_days"]),
        question_working_days=int(values["question_working_days"]),
        unit_review_working_days=int(values["unit_review_working_days"]),
        editor_review_working_days=int(values["editor_review_working_days"]),
        review_months=int(values["review_months"]),
        review_ahead_days=int(values["review_ahead_days"]),
        own_unit_review=bool(values["own_review"]["unit"]),
        own_editor_review=bool(values["own_review"]["editor"]),
        materials=tuple(values["materials"]),
        ending_materials=frozenset(values["ending_materials"]),
        import_most=int(values["import_most"]),
        questions=QuestionRules(**values["questions"]),
        hot=HotRules(**values["hot"]),
        standing=StandingRules(**values["standing"]),
        announcement=AnnouncementRules(int(announcement["longest_days"]), frozenset(announcement["unit_classes"])),
        bundle_keep=int(values["bundle_keep"]),
    )


def _check_amount(key: str, value: Any, *, most: int) -> None:  # as in `read`
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= most:
        raise ValueError(f"{key}: {value!r}")
