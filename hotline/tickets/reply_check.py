"""Checks the words of a reply before it goes out: findings with their places, by the rules of `data/reply_check.yaml`. Pure.

Asked while an officer writes and when a reply is audited (`web.api.replies`), and by whoever decides what must be audited.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

import yaml

from hotline.tickets.models import Ticket

BEFORE = 40
"""How much of the text before and after a find is looked at for what excuses it."""
HONORIFICS = ("先生", "女士", "小姐", "同志")
HAN = re.compile(r"[一-鿿]{2,}")


class Severity(StrEnum):
    """Must not go out so; most likely wrong; better otherwise."""

    STOP = "stop"
    WARN = "warn"
    HINT = "hint"


@dataclass(frozen=True)
class Reply:
    """What an officer wrote; `solved` is yes, partly, no or empty."""

    public: str
    internal: str = ""
    solved: str = ""

    def text(self, name: str) -> str:
        """The words of a field, by the name that moves use."""
        return self.internal if name == "reply_internal" else self.public


@dataclass(frozen=True)
class Asked:
    """What the requester wanted, and words that would tell who they are: name, numbers."""

    words: str
    personal: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """`start` and `end` count characters of the field; equal where something is missing."""

    code: str
    severity: Severity
    field: str
    start: int
    end: int


@dataclass(frozen=True)
class Rule:
    """A row of the data. Which of its values count, `how` says (see HOW)."""

    code: str
    severity: Severity
    field: str
    how: str
    numbers: Mapping[str, int]
    patterns: tuple[re.Pattern[str], ...] = ()
    unless_before: tuple[re.Pattern[str], ...] = ()
    unless_after: tuple[re.Pattern[str], ...] = ()
    when_asked: re.Pattern[str] | None = None
    when_reply: re.Pattern[str] | None = None
    when_solved: frozenset[str] = frozenset()
    within: tuple[int, int] | None = None

    def applies(self, reply: Reply, asked: Asked) -> bool:
        """Whether the reply is of the kind that the rule is for."""
        if self.when_asked is not None and not self.when_asked.search(asked.words):
            return False
        if self.when_reply is None and not self.when_solved:
            return True
        refusing = self.when_reply is not None and self.when_reply.search(reply.text(self.field)) is not None
        return refusing or reply.solved in self.when_solved


@dataclass(frozen=True)
class Rules:
    """All rules in order, and the pairs of characters that say nothing about a matter."""

    rules: tuple[Rule, ...]
    common: frozenset[str]


def check(reply: Reply, asked: Asked, rules: Rules | None = None) -> list[Finding]:
    """What is to be said about the reply, in the order of the text. Nothing is found in an empty field."""
    found: list[Finding] = []
    used = rules or packaged()
    for rule in used.rules:
        text = reply.text(rule.field)
        if text.strip() and rule.applies(reply, asked):
            places = HOW[rule.how](rule, text, asked, used)
            found.extend(Finding(rule.code, rule.severity, rule.field, start, end) for start, end in places)
    return sorted(found, key=lambda finding: (finding.field != "reply_public", finding.start, finding.end))


def asked_of(ticket: Ticket) -> Asked:
    """What this ticket asks, and who its requester is."""
    words = (ticket.title, ticket.wanted, ticket.body)
    return Asked(" ".join(words), (ticket.contact_name, ticket.contact_phone))


def redacted_of(ticket: Ticket) -> Asked:
    """What this ticket asks in its redacted words, for whoever may not know the requester (保密)."""
    return Asked(f"{ticket.redacted_title} {ticket.redacted_body}")


def must_be_audited(found: Sequence[Finding]) -> bool:
    """Whether something was found that must not go out."""
    return any(finding.severity is Severity.STOP for finding in found)


@cache
def packaged() -> Rules:
    """The rules that come with the program."""
    return read(resources.files("hotline.tickets").joinpath("data", "reply_check.yaml").read_text(encoding="utf-8"))


def read(source: str) -> Rules:
    """Rules from YAML. Raises KeyError, ValueError or re.error for a row that cannot be meant."""
    given = yaml.safe_load(source)
    return Rules(tuple(_rule(row) for row in given["rules"]), frozenset(given["common"].split()))


Places = Iterator[tuple[int, int]]


def _present(rule: Rule, text: str, asked: Asked, rules: Rules) -> Places:
    """Each place where a pattern is; of places that overlap the first."""
    end = 0
    for match in sorted((match for pattern in rule.patterns for match in pattern.finditer(text)), key=lambda one: one.span()):
        before, after = text[max(0, match.start() - BEFORE) : match.start()], text[match.end() : match.end() + BEFORE]
        excused = any(one.search(before) for one in rule.unless_before) or any(one.search(after) for one in rule.unless_after)
        if not excused and match.start() >= end:
            yield match.span()
            end = match.end()


def _absent(rule: Rule, text: str, asked: Asked, rules: Rules) -> Places:
    """The place where one of the patterns should be, when none is; `within` counts from the beginning, below 0 from the end."""
    start, stop = rule.within or (0, 0)
    part = text[start : stop or None]
    if not any(pattern.search(part) for pattern in rule.patterns):
        at = 0 if start == 0 and rule.within else len(text)
        yield at, at


def _requester(rule: Rule, text: str, asked: Asked, rules: Rules) -> Places:
    for word in dict.fromkeys(asked.personal):
        if len(word) < 2 or word.endswith(HONORIFICS):
            continue
        yield from (match.span() for match in re.finditer(re.escape(word), text))


def _shorter(rule: Rule, text: str, asked: Asked, rules: Rules) -> Places:
    if len(text.strip()) < rule.numbers["length"]:
        yield len(text), len(text)


def _off_topic(rule: Rule, text: str, asked: Asked, rules: Rules) -> Places:
    """The whole text, when it shares too few pairs of characters with the request: of a longer request more."""
    wanted = _pairs(asked.words) - rules.common
    needed = min(rule.numbers["shared_max"], len(wanted), 1 + len(wanted) // rule.numbers["pairs_each"])
    if len(text) >= rule.numbers["unless_shorter"] and len(wanted & _pairs(text)) < needed:
        yield 0, len(text)


HOW: Mapping[str, Callable[[Rule, str, Asked, Rules], Places]] = {
    "present": _present,
    "absent": _absent,
    "requester": _requester,
    "shorter": _shorter,
    "off_topic": _off_topic,
}
"""How a rule looks at a text."""


def _pairs(text: str) -> set[str]:
    return {run[at : at + 2] for run in HAN.findall(text) for at in range(len(run) - 1)}


def _rule(row: Mapping[str, Any]) -> Rule:  # a row of YAML: words, lists and numbers
    if row["how"] not in HOW:
        raise ValueError(row["how"])
    within = row.get("within")
    return Rule(
        code=row["code"],
        severity=Severity(row["severity"]),
        field=row["field"],
        how=row["how"],
        patterns=_compiled(row, "patterns"),
        unless_before=_compiled(row, "unless_before"),
        unless_after=_compiled(row, "unless_after"),
        when_asked=re.compile(row["when_asked"]) if "when_asked" in row else None,
        when_reply=re.compile(row["when_reply"]) if "when_reply" in row else None,
        when_solved=frozenset(row.get("when_solved", ())),
        within=(within[0], within[1]) if within else None,
        numbers={key: value for key, value in row.items() if isinstance(value, int)},
    )


def _compiled(row: Mapping[str, Any], name: str) -> tuple[re.Pattern[str], ...]:  # as in `_rule`
    return tuple(re.compile(pattern) for pattern in row.get(name, ()))
