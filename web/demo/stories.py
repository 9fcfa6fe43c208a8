"""The life of one demo request from its first step to its last, as values. Pure: chance, working time and now come in.

A story is planned to its end; `plans` cuts off what has not happened yet. What the steps do is in `telling`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from sla.calendar import CityCalendar
from web.demo.data import Mistaken
from web.demo.shape import Shape, Span, pick
from web.demo.wording import Spot

URGENT = frozenset({"urgent", "critical"})


@dataclass(frozen=True)
class Step:
    """One thing that somebody does; `given` is what they say."""

    action: str
    at: datetime
    given: Mapping[str, Any] = field(default_factory=dict)  # words by name, as the use case takes them


@dataclass(frozen=True)
class Matter:
    """What a request says, with all slots filled, and what the unit will reply. `prompt`: the unit counts minutes.

    `mistaken` is whom it may be sent to by mistake, `situation` and `spot` are what was told, and where.
    """

    type: str
    urgency: str
    profile: str
    category: str
    title: str
    body: str
    wanted: str = ""
    area: str | None = None
    address: str = ""
    reply_internal: str = ""
    reply_public: str = ""
    unhappy: str = ""
    objection: Mapping[str, str] = field(default_factory=dict)
    path: str = ""
    path_words: str = ""
    prompt: bool = False
    partner: str = ""
    mistaken: Mistaken | None = None
    situation: str = ""
    spot: Spot | None = None


@dataclass(frozen=True)
class Fate:
    """How a request fares; chosen once, before its steps."""

    withdrawn: bool = False
    returned: str = ""
    recalled: bool = False
    assisted: bool = False
    late: bool = False
    supplement: bool = False
    urge: bool = False
    retry: bool = False
    unreachable: bool = False
    unhappy: bool = False
    unreasonable: bool = False
    mistaken: bool = False
    disputed: bool = False


def choose_fate(rng: Random, shape: Shape, matter: Matter) -> Fate:
    """What becomes of an ordinary request, by the shares of the shape."""
    happens = {name: rng.random() < share for name, share in shape.share.items()}
    returned = next((how for how in ("grant_return", "refuse_return") if happens[how]), "")
    mistake = matter.mistaken
    mistaken = mistake is not None and rng.random() < mistake.share
    unhappy = rng.random() < sum(row["share"] for row in shape.satisfaction if is_unhappy(row))
    return Fate(
        withdrawn=happens["withdrawn"],
        returned=returned if matter.objection and not mistake else "",
        recalled=happens["recalled"] and not mistake,
        assisted=happens["assisted"],
        late=happens["late"],
        supplement=happens["supplement"],
        urge=happens["urge"],
        retry=happens["retry"],
        unreachable=happens["unreachable"],
        unhappy=unhappy and not happens["unreachable"],
        unreasonable=happens["unreasonable"],
        mistaken=mistaken,
        disputed=mistaken and mistake is not None and rng.random() < mistake.disputed,
    )


def fated_for(stop: str, fate: Fate) -> Fate:
    """The same fate, changed so that the story reaches that stop."""
    straight = replace(fate, withdrawn=False, recalled=False, returned="", unreachable=False, unhappy=False, retry=False)
    straight = replace(straight, mistaken=False, disputed=False)
    changes = {
        "withdraw": replace(straight, withdrawn=True),
        "recall": replace(straight, recalled=True),
        "ask_return": replace(straight, returned="refuse_return"),
        "grant_return": replace(straight, returned="grant_return"),
        "try": replace(straight, retry=True),
        "doubt": replace(straight, unhappy=True),
    }
    return changes.get(stop, straight)


def is_unhappy(row: Mapping[str, Any]) -> bool:
    """Whether an answer of the shape leads to a review."""
    return row["solved"] in {"no", "partly"} and row["satisfaction"] in {"dissatisfied", "very_dissatisfied"}


@dataclass
class Walk:
    """Walks through a story; `at` is the moment it has come to."""

    rng: Random
    shape: Shape
    hours: CityCalendar
    matter: Matter
    fate: Fate
    at: datetime

    def steps(self) -> Iterator[Step]:
        """All steps in order, the last one an end of the ticket."""
        if self.matter.path:
            yield self._desk("inform", path_code=self.matter.path, note=self.matter.path_words)
        elif self.fate.withdrawn:
            yield self._desk("withdraw", note=self._phrase("withdraw"))
        else:
            yield from self._handed_over()
            yield from self._at_the_desk()
            yield from self._round(first=True)
            if self.fate.unhappy:
                yield from self._review()

    def from_the_unit(self) -> Iterator[Step]:
        """All steps of what was dispatched by itself, from the unit's sign-in on."""
        yield from self._round(first=True)

    def called_back(self) -> Iterator[Step]:
        """All steps of what was answered with another, from the answer on."""
        yield from self._callback(unhappy=False)

    def _handed_over(self) -> Iterator[Step]:
        if self.matter.partner:
            for action in ("transfer", "receipt", "voice"):
                self.at += timedelta(seconds=self.rng.randrange(5, 25))
                yield Step(action, self.at, {"partner": self.matter.partner, "answered_by": self._phrase("partner_answered")})

    def _at_the_desk(self) -> Iterator[Step]:
        if self.fate.mistaken and self.matter.mistaken:
            yield from self._mistaken(self.matter.mistaken)
            return
        right = self.matter.mistaken.right if self.matter.mistaken else ""
        yield self._desk("dispatch", assisted=self.fate.assisted, second=self.fate.recalled, unit=right)
        if self.fate.recalled:
            yield self._desk("recall", note=self._phrase("recall"))
            yield self._desk("dispatch", assisted=self.fate.assisted)
        if self.fate.returned:
            yield self._office("ask_return", self._span("sign"), reason_code="not_competent", **self._objection())
            yield self._office(self.fate.returned, self.shape.review_minutes, note=self._phrase(self.fate.returned))
            if self.fate.returned == "grant_return":
                yield self._desk("dispatch", second=True)

    def _mistaken(self, mistake: Mistaken) -> Iterator[Step]:
        """Sent to whom it seems to belong to, returned with the law and the unit it does belong to, sent there."""
        yield self._desk("dispatch", unit=mistake.unit)
        why = {"reason_code": "not_competent", "reason": mistake.reason, "legal_basis": mistake.legal_basis}
        yield self._office("ask_return", self._span("sign"), **why, competent=mistake.right)
        yield self._office("grant_return", self.shape.review_minutes, note=self._phrase("grant_return"))
        yield self._desk("dispatch", unit=mistake.right)
        if self.fate.disputed:
            back = {"reason_code": "not_competent", "reason": self._phrase("dispute"), "legal_basis": mistake.legal_basis}
            yield self._office("ask_return", self._span("sign"), **back, competent=mistake.unit)
            words = {"evidence": self._phrase("evidence"), "note": self._phrase("ruling"), "basis": mistake.legal_basis}
            yield self._office("designate_here", self.shape.review_minutes, **words)

    def _objection(self) -> Mapping[str, str]:
        return self.matter.objection or {"reason": self._phrase("recall"), "legal_basis": "云泽市部门职责清单"}

    def _round(self, *, first: bool) -> Iterator[Step]:
        yield self._office("sign", self._span("sign"))
        yield self._office("contact", self._span("contact"), note=self._phrase("contact"))
        reply = self._reply() if first else self._again()
        if first and self.fate.supplement:
            yield Step("supplement", self._between(reply.at), {"text": self._phrase("supplement")})
        if first and self.fate.urge:
            yield Step("urge", self._between(reply.at), {})
        self.at = reply.at
        yield reply
        yield from self._callback(unhappy=first and self.fate.unhappy)

    def _reply(self) -> Step:
        kind = "late" if self.fate.late else "urgent" if self.matter.urgency in URGENT else self.matter.type
        solved = "partly" if self.fate.unhappy and self.rng.random() < 0.5 else "yes"
        at = self._after(self.shape.reply_minutes[kind], by_the_clock=kind == "urgent")
        words = {"reply_internal": self.matter.reply_internal, "reply_public": self.matter.reply_public}
        return Step("reply", at, {**words, "solved": solved})

    def _again(self) -> Step:
        at = self._after(self.shape.reply_minutes["redo"])
        words = {"reply_internal": self._phrase("redo_internal"), "reply_public": self._phrase("redo_public")}
        return Step("reply", at, {**words, "solved": "yes"})

    def _callback(self, *, unhappy: bool) -> Iterator[Step]:
        yield from self._in_vain(tries=3 if self.fate.unreachable else int(self.fate.retry))
        if self.fate.unreachable:
            return
        rows = [row for row in self.shape.satisfaction if is_unhappy(row) == unhappy]
        chosen = self.rng.choices(rows, weights=[row["share"] for row in rows])[0]
        words = self.matter.unhappy or self._phrase("unhappy") if unhappy else self._phrase("thanks")
        answers = {**{name: chosen[name] for name in ("contacted", "solved", "satisfaction")}, **self._manner(unhappy=unhappy)}
        yield self._office("doubt" if unhappy else "answer", self.shape.callback_minutes, **answers, verbatim=words)

    def _manner(self, *, unhappy: bool) -> Mapping[str, Any]:  # fields of the answers
        """Who spoke and over which way, and why they are not content."""
        share, why = self.shape.share, self.shape.phrases["reasons"]
        return {
            "by_link": self.rng.random() < share["by_link"],
            "respondent": "family" if self.rng.random() < share["family"] else "self",
            "attitude": self.rng.choice(self.shape.phrases["attitudes"]),
            "reason_codes": [self.rng.choice(why)] if unhappy else [],
        }

    def _in_vain(self, tries: int) -> Iterator[Step]:
        for attempt in range(tries):
            self.at = self._hour_for_ringing(attempt)
            yield Step("try", self.at, {"connect_result": self._phrase("in_vain")})

    def _hour_for_ringing(self, attempt: int) -> datetime:
        """Tries count at different hours, on two days at least: two on the next working day, each later one a day on."""
        same_day = attempt == 1
        moment = self.at if same_day else self.hours.add_working_days(self.at, 1)
        low, high = self.shape.try_hours[attempt % len(self.shape.try_hours)]
        midnight = datetime.combine(self.hours.local_day(moment), time.min, self.hours.zone)
        return midnight + timedelta(hours=self.rng.uniform(low, high))

    def _review(self) -> Iterator[Step]:
        if self.fate.unreasonable:
            words = {"basis": self._phrase("keep_basis"), "explanation": self._phrase("keep_explanation")}
            decision = self._phrase("unreasonable_decisions")
            yield self._office("review", self.shape.review_minutes, verdict="unreasonable", decision=decision, **words)
            return
        words = {"verdict": self._phrase("reasonable_verdicts"), "decision": self._phrase("reasonable_decisions")}
        yield self._office("review", self.shape.review_minutes, basis=self._phrase("redo_basis"), **words)
        yield from self._round(first=False)

    def _desk(self, action: str, **given: Any) -> Step:  # what the use case takes
        span = self.shape.desk_minutes[self.matter.urgency]
        self.at += timedelta(minutes=pick(self.rng, span))
        return Step(action, self.at, given)

    def _office(self, action: str, span: Span, **given: Any) -> Step:  # what the use case takes
        self.at = self._after(span, by_the_clock=action in {"sign", "contact"} and self.matter.prompt)
        return Step(action, self.at, given)

    def _after(self, span: Span, *, by_the_clock: bool = False) -> datetime:
        minutes = pick(self.rng, span)
        if by_the_clock:
            return self.at + timedelta(minutes=minutes)
        seconds = timedelta(seconds=self.rng.randrange(60))
        return self.hours.add_working_minutes(self.at, max(1, int(minutes))) + seconds

    def _between(self, end: datetime) -> datetime:
        self.at += (end - self.at) * self.rng.uniform(0.3, 0.6)
        return self.at

    def _span(self, name: str) -> Span:
        spans: Mapping[str, Span] = getattr(self.shape, f"{name}_minutes")
        return spans["urgent" if self.matter.prompt and self.matter.urgency == "normal" else self.matter.urgency]

    def _phrase(self, name: str) -> str:
        words = self.shape.phrases[name]
        return str(self.rng.choice(words) if isinstance(words, list) else words)
