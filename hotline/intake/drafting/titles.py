"""The title of a draft in the house pattern (handbook 3.4): urgent ones say so first, who calls, where, what. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hotline.intake.drafting.clause_weights import chances, load_weights, words_of
from hotline.intake.drafting.matter import SHORTEST_MATTER, Matter
from hotline.intake.drafting.patterns import Marks, house_title
from hotline.intake.drafting.person import Person
from hotline.intake.drafting.place import Site
from hotline.intake.drafting.subject import NAMED
from hotline.intake.drafting.talk import load_talk
from hotline.intake.drafting.values import CALLER, Evidence, Proposal, Turn, merge
from hotline.intake.limits import load_limits

CONFIDENCE = 0.7
REPEATED = 2
"""Characters with which the place ends and the matter need not begin again: 楼顶大屏幕."""
LONGEST_CLAUSE = 18
"""Characters of a clause that a title takes."""
URGENT = frozenset({"urgent", "critical"})
_BUILDING = re.compile(r"(?:号楼|栋|幢|座)(?:\d+单元)?")


@dataclass(frozen=True)
class Titled:
    """What a title is made of, as far as it was said."""

    told: Sequence[Matter]
    kind: Proposal | None
    urgency: Proposal | None
    person: Person | None
    site: Site | None
    address: Proposal | None
    body: Proposal | None
    asked: Proposal | None


def title_of(parts: Titled, turns: Sequence[Turn]) -> Proposal:
    """The title; where the building is known the room is left out."""
    limits = load_limits()
    told_before = _told_before(turns)
    words, said = _words(parts)
    place = _place(parts)
    body = parts.body.value if parts.body and parts.body.confidence >= NAMED else ""
    words = words.removeprefix(place[-REPEATED:]) or words
    if body and body not in place + words:
        words = body + words
    title = house_title(
        _cut(words, limits.matter_max),
        kind=parts.kind.value if parts.kind else "other",
        person=parts.person.form_of_address if parts.person else "",
        place=place,
        length_max=limits.title_max,
        marks=Marks(urgent=parts.urgency is not None and parts.urgency.value in URGENT, again=told_before is not None),
    )
    evidence = merge(
        said,
        parts.address.evidence if parts.address else (),
        parts.body.evidence if body and parts.body else (),
        parts.person.evidence if parts.person and parts.person.sex else (),
        [told_before] if told_before else (),
    )
    return Proposal(title, CONFIDENCE, evidence)


def _words(parts: Titled) -> tuple[str, Sequence[Evidence]]:
    """What happened; of an enquiry what is asked."""
    if parts.asked:
        return _bare(parts.asked.value.removeprefix(load_talk().to_know)), parts.asked.evidence
    told = parts.told
    return "，".join(_tight(_bare(one.text)) for one in told), [one.evidence for one in told]


def _place(parts: Titled) -> str:
    if parts.asked:
        return ""
    if parts.address is None:
        return parts.site.short if parts.site and parts.site.best.precision else ""
    address = parts.address.value
    building = _BUILDING.search(address)
    return address[: building.end()] if building else address


def _tight(words: str) -> str:
    """Of speech without pauses, the stretch with the most words that tell of a matter."""
    if len(words) <= LONGEST_CLAUSE:
        return words
    said = words_of(words)
    told = dict(zip(said, chances(said, load_weights().words), strict=True))
    starts = [at for at in range(len(words) - LONGEST_CLAUSE + 1) if words.startswith(said, at)] or [0]
    best = max(
        starts, key=lambda at: (sum(worth for word, worth in told.items() if word in words[at : at + LONGEST_CLAUSE]), -at)
    )
    return words[best : best + LONGEST_CLAUSE].lstrip("的了是就都也在，")


def _cut(words: str, length_max: int) -> str:
    """As many whole pieces as fit."""
    if len(words) <= length_max:
        return words
    end = words.rfind("，", 0, length_max + 1)
    return words[: end if end > 0 else length_max]


def _bare(words: str) -> str:
    """The words without those that only speech has."""
    plain = words
    for filler in load_talk().fillers:
        plain = plain.replace(filler, "")
    plain = plain.removesuffix("的")
    return plain if len(plain) >= SHORTEST_MATTER else words


def _told_before(turns: Sequence[Turn]) -> Evidence | None:
    for turn in turns:
        for word in load_talk().again:
            at = turn.text.find(word)
            if at >= 0 and (turn.role == CALLER or not turn.text.endswith(("吗", "吗？"))):
                return Evidence(turn.seq, at, at + len(word))
    return None
