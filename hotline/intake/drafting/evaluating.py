"""How well drafts say what people would fill in: counts per field, matters told apart, evidence. Pure.

Called by `hotline drafts evaluate`. A field is right, wrong, missed (a person filled it, the machine did not) or invented (the
machine filled what nobody spoke of, or without evidence). What is right is `judging`'s.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations

from hotline.intake.drafting.judging import is_right, is_wish_said_there
from hotline.intake.drafting.values import Drafted, Proposal
from hotline.intake.drafting.written import Filled, KnownMatter, WrittenCall

FIELDS = {
    "type": "type",
    "category": "category_code",
    "area_code": "area_code",
    "address": "address",
    "time": "time",
    "contact_name": "contact_name",
    "contact_phone": "contact_phone",
    "wanted": "wanted",
    "urgency": "urgency",
    "persons": "persons",
    "title": "title",
}
"""The fields people filled in, and what the draft calls them."""
UNSAID = {"urgency": "normal"}
"""What a field means that the machine leaves open: a ticket's default."""
TURNS_AGREE = 0.75
"""Twice the turns in common over the turns of both, from which on the turns of a matter are right."""
MATTERS_MOST = 6


@dataclass
class Tally:
    """Counts of one field; `evidence` of the right ones lies in turns the person named, `near` in turns of the matter."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    invented: int = 0
    evidence: int = 0
    near: int = 0

    @property
    def accuracy(self) -> float:
        """Share of right ones among all that a person or the machine filled."""
        asked = self.right + self.wrong + self.missed + self.invented
        return self.right / asked if asked else 1.0


@dataclass(frozen=True)
class Miss:
    """One field that is not right: what was found and wanted; empty where nothing."""

    call: str
    field: str
    kind: str
    found: str
    wanted: str


@dataclass
class Report:
    """The counts of all calls. `told_apart`: the number of matters is right; `turns_right`: and so are the turns of each."""

    calls: int = 0
    matters: int = 0
    told_apart: int = 0
    turns_right: int = 0
    without_evidence: int = 0
    fields: dict[str, Tally] = field(default_factory=lambda: {name: Tally() for name in FIELDS})
    misses: list[Miss] = field(default_factory=list)

    @property
    def overall(self) -> Tally:
        """All fields together."""
        whole = Tally()
        for one in self.fields.values():
            for name in vars(whole):
                setattr(whole, name, getattr(whole, name) + getattr(one, name))
        return whole


def evaluate(calls: Iterable[tuple[WrittenCall, Sequence[Drafted]]]) -> Report:
    """Compare what the machine drafted of each call with what a person filled in."""
    report = Report()
    for call, drafted in calls:
        report.calls += 1
        report.matters += len(call.matters)
        pairs = _paired(call.matters, drafted[:MATTERS_MOST])
        same = len(call.matters) == len(drafted)
        report.told_apart += same
        report.turns_right += same and all(known and own and _agreement(known, own) >= TURNS_AGREE for known, own in pairs)
        for known, own in pairs:
            _compare(report, call, known, own)
    return report


def _paired(known: Sequence[KnownMatter], drafted: Sequence[Drafted]) -> list[tuple[KnownMatter | None, Drafted | None]]:
    """Each known matter with the draft whose turns agree most; what is left over stands alone."""
    size = max(len(known), len(drafted))
    theirs = [*known, *[None] * (size - len(known))]
    best = max(
        permutations([*drafted, *[None] * (size - len(drafted))]),
        key=lambda order: sum(_agreement(one, own) for one, own in zip(theirs, order, strict=True) if one and own),
    )
    return list(zip(theirs, best, strict=True))


def _agreement(known: KnownMatter, own: Drafted) -> float:
    turns = set(own.segments)
    return 2 * len(known.turns & turns) / (len(known.turns) + len(turns))


def _compare(report: Report, call: WrittenCall, known: KnownMatter | None, own: Drafted | None) -> None:
    filled: Mapping[str, Filled] = known.fields if known else {}
    drafted: Mapping[str, Proposal] = own.fields if own else {}
    for name, ours in FIELDS.items():
        theirs, proposal, tally = filled.get(name), drafted.get(ours), report.fields[name]
        kind = _kind(name, proposal, theirs)
        if proposal is not None and not _has_evidence(call, proposal):
            report.without_evidence += 1
            kind = "invented"
        if not kind:
            continue
        setattr(tally, kind, getattr(tally, kind) + 1)
        if kind != "right":
            wanted = theirs.values[0] if theirs else ""
            report.misses.append(Miss(call.id, name, kind, proposal.value if proposal else "", wanted))
        elif proposal is not None and theirs is not None and known is not None:
            said = {item.seq for item in proposal.evidence}
            tally.evidence += said <= theirs.turns
            tally.near += said <= known.turns
        else:
            tally.evidence, tally.near = tally.evidence + 1, tally.near + 1


def _kind(name: str, proposal: Proposal | None, theirs: Filled | None) -> str:
    value = proposal.value if proposal else UNSAID.get(name, "")
    if theirs is None:
        return "invented" if proposal else ""
    if not value:
        return "missed"
    said_there = proposal is not None and {item.seq for item in proposal.evidence} <= theirs.turns
    agreed = name == "wanted" and said_there and is_wish_said_there(value, theirs.values)
    return "right" if agreed or is_right(name, value, theirs.values) else "wrong"


def _has_evidence(call: WrittenCall, proposal: Proposal) -> bool:
    texts = {turn.seq: turn.text for turn in call.turns}
    return bool(proposal.evidence) and all(
        0 <= item.start < item.end <= len(texts.get(item.seq, "")) for item in proposal.evidence
    )
