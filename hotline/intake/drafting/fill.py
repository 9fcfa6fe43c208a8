"""The whole draft from the turns so far: `fill` asks each rule and puts title and text together. Pure.

Called by `hotline.intake.drafts` each time words arrive; the same turns give the same fields. `title_for` is for written
texts, which have no turns.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from hotline.intake.drafting.cues import Cues, load_cues
from hotline.intake.drafting.gazetteer import Gazetteer
from hotline.intake.drafting.locating import Location, locate, site_proposals
from hotline.intake.drafting.matter import clauses, find_matter, find_matters, find_type, find_urgency, is_aside, likely_type
from hotline.intake.drafting.moments import find_time
from hotline.intake.drafting.patterns import house_title, load_patterns
from hotline.intake.drafting.person import find_person, name_proposal
from hotline.intake.drafting.phone import find_phone
from hotline.intake.drafting.place import ROAD, Site
from hotline.intake.drafting.subject import find_subject
from hotline.intake.drafting.talk import wants_nothing
from hotline.intake.drafting.titles import Titled, title_of
from hotline.intake.drafting.values import CALLER, Evidence, Proposal, Ranked, Ranker, Turn, merge
from hotline.intake.drafting.wishes import find_wish
from hotline.intake.limits import IntakeLimits, load_limits
from hotline.intake.risk_words import RiskWords, load_risk_words

BODY_CONFIDENCE = 0.7
SHORTEST_BODY_CLAUSE = 3


def _ranks_nothing(text: str, area_code: str | None) -> Sequence[Ranked]:
    return ()


@dataclass(frozen=True)
class Sources:
    """What a draft is made with beside the words: names of the city, a ranker, the calling number, words of danger."""

    gazetteer: Gazetteer
    ranker: Ranker = _ranks_nothing
    caller_number: str = ""
    risks: RiskWords = field(default_factory=load_risk_words)


def fill(
    turns: Sequence[Turn], sources: Sources, *, own: Sequence[Turn] = (), talk: Sequence[Turn] = ()
) -> dict[str, Proposal]:
    """The fields that the words give, by name; a field nobody spoke of is not there.

    Where the turns are one of several matters, `own` are those that tell of it alone, and who calls is told anywhere in the
    `talk` that they are of.
    """
    told, whole = own or turns, talk or turns
    if wants_nothing(whole):
        return {}
    cues, limits = load_cues(), load_limits()
    place = _located(told, turns, sources.gazetteer, cues)
    person = find_person(whole, cues)
    matter = find_matter(told, cues, (), _cut(place.site, None))
    kind = find_type(told, cues) or (likely_type(matter) if matter else None)
    said = kind.value if kind else ""
    found: dict[str, Proposal | None] = {
        "type": kind,
        "urgency": find_urgency(told, cues, sources.risks),
        "time": find_time(told, said),
        "wanted": find_wish(turns, cues, limits.wanted_max, said),
        "persons": find_subject(told, sources.gazetteer),
        "contact_phone": find_phone(whole, cues, sources.caller_number),
        "contact_name": name_proposal(person) if person else None,
    }
    found |= site_proposals(place, turns, sources.gazetteer)
    found |= _ranked(told, sources.ranker, place.area_code)
    known = {name: proposal for name, proposal in found.items() if proposal}
    matters = find_matters(told, cues, _words_said(known, turns), _cut(place.site, known.get("time")))
    if matters:
        first, second = [*matters[:2], None][:2]
        assert first is not None  # noqa: S101 - there is one
        fields = (known.get("type"), known.get("urgency"))
        known["title"] = title_of(Titled(first, second, *fields, person, place.site, known.get("address")), turns)
        known |= _body(told, cues, known, limits)
    return known


def _located(told: Sequence[Turn], turns: Sequence[Turn], gazetteer: Gazetteer, cues: Cues) -> Location:
    """The place of the matter's own turns; where they tell no address, of all."""
    own = locate(told, gazetteer, cues)
    return own if told is turns or (own.site and own.site.best.precision >= ROAD) else locate(turns, gazetteer, cues)


def title_for(text: str, kind: str) -> str:
    """A title in the house pattern for a written text: its most telling clause, else its beginning."""
    limits, cues = load_limits(), load_cues()
    matter = find_matter([Turn(1, CALLER, text)], cues, (), ())
    clause = matter.text if matter else text.strip().split("\n")[0]
    return house_title(clause[: limits.matter_max], kind=kind, length_max=limits.title_max)


def _ranked(turns: Sequence[Turn], ranker: Ranker, area_code: str | None) -> dict[str, Proposal | None]:
    text = "\n".join(clause.text for clause in clauses(turns) if not is_aside(clause, load_cues()))
    found: dict[str, Proposal | None] = {}
    for ranked in ranker(text, area_code) if text else ():
        evidence = merge(*(_where(turns, word) for word in ranked.words))
        if evidence and ranked.field not in found:
            found[ranked.field] = Proposal(ranked.value, round(ranked.confidence, 2), evidence)
    return found


def _where(turns: Sequence[Turn], word: str) -> list[Evidence]:
    said = [(turn, turn.text.find(word)) for turn in turns if turn.role == CALLER and word]
    return [Evidence(turn.seq, at, at + len(word)) for turn, at in said if at >= 0]


def _words_said(known: dict[str, Proposal], turns: Sequence[Turn]) -> set[str]:
    texts = {turn.seq: turn.text for turn in turns}
    category = known.get("category_code")
    return {texts[item.seq][item.start : item.end] for item in category.evidence} if category else set()


def _cut(site: Site | None, time: Proposal | None) -> list[str]:
    names = [site.address, *site.parts, *(site.turn.text[site.start : site.end],)] if site else []
    return names + ([time.value] if time else [])


def _body(turns: Sequence[Turn], cues: Cues, known: dict[str, Proposal], limits: IntakeLimits) -> dict[str, Proposal]:
    sentences: dict[int, list[str]] = {}
    evidence: list[Evidence] = []
    for clause in clauses(turns):
        if len(clause.text) >= SHORTEST_BODY_CLAUSE and not is_aside(clause, cues):
            sentences.setdefault(clause.turn.seq, []).append(clause.text)
            evidence.append(clause.whole)
    if not sentences:
        return {}
    text = "".join("，".join(said) + "。" for said in sentences.values())
    wanted = known.get("wanted")
    if wanted:
        text += load_patterns().wish.format(wanted=wanted.value)
        evidence += wanted.evidence
    return {"body": Proposal(text[: limits.body_max], BODY_CONFIDENCE, merge(evidence))}
