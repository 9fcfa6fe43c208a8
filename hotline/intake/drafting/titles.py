"""The title of a draft in the house pattern (handbook 3.4): urgent ones say so first, who calls, where, what. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hotline.intake.drafting.matter import SHORTEST_MATTER, Matter
from hotline.intake.drafting.patterns import Marks, house_title
from hotline.intake.drafting.person import Person
from hotline.intake.drafting.place import Site
from hotline.intake.drafting.talk import load_talk
from hotline.intake.drafting.values import CALLER, Evidence, Proposal, Turn, merge
from hotline.intake.limits import load_limits

CONFIDENCE = 0.7
URGENT = frozenset({"urgent", "critical"})
_BUILDING = re.compile(r"(?:号楼|栋|幢|座)(?=.)")


@dataclass(frozen=True)
class Titled:
    """What a title is made of, as far as it was said."""

    matter: Matter
    more: Matter | None
    kind: Proposal | None
    urgency: Proposal | None
    person: Person | None
    site: Site | None
    address: Proposal | None


def title_of(parts: Titled, turns: Sequence[Turn]) -> Proposal:
    """The title; where the building is known the room is left out."""
    limits = load_limits()
    told_before = _told_before(turns)
    words = "，".join(_bare(one.text) for one in (parts.matter, parts.more) if one)
    title = house_title(
        words[: limits.matter_max],
        kind=parts.kind.value if parts.kind else "other",
        person=parts.person.form_of_address if parts.person else "",
        place=_place(parts),
        length_max=limits.title_max,
        marks=Marks(urgent=parts.urgency is not None and parts.urgency.value in URGENT, again=told_before is not None),
    )
    evidence = merge(
        [one.evidence for one in (parts.matter, parts.more) if one],
        parts.address.evidence if parts.address else (),
        parts.person.evidence if parts.person and parts.person.sex else (),
        parts.kind.evidence if parts.kind else (),
        [told_before] if told_before else (),
    )
    return Proposal(title, CONFIDENCE, evidence)


def _place(parts: Titled) -> str:
    if parts.address is None or parts.site is None:
        return parts.site.short if parts.site else ""
    address = parts.address.value
    building = _BUILDING.search(address)
    return address[: building.end()] if building else address


def _bare(words: str) -> str:
    """The words without those that only speech has."""
    plain = words
    for filler in load_talk().fillers:
        plain = plain.replace(filler, "")
    return plain if len(plain) >= SHORTEST_MATTER else words


def _told_before(turns: Sequence[Turn]) -> Evidence | None:
    for turn in turns:
        for word in load_talk().again:
            at = turn.text.find(word)
            if at >= 0 and (turn.role == CALLER or not turn.text.endswith(("吗", "吗？"))):
                return Evidence(turn.seq, at, at + len(word))
    return None
