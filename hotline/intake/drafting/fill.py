"""The whole draft from the turns so far: `fill` asks each rule and puts title and text together. Pure.

Called by `hotline.intake.drafts` each time words arrive; the same turns give the same fields. `title_for` is for written
texts, which have no turns.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from hotline.intake.drafting.clause_weights import Weights, load_weights
from hotline.intake.drafting.cues import Cues, load_cues
from hotline.intake.drafting.gazetteer import Gazetteer
from hotline.intake.drafting.locating import Location, at_premises, locate, site_proposals
from hotline.intake.drafting.matter import (
    ENQUIRY,
    Matter,
    clauses,
    find_matter,
    find_matters,
    find_type,
    find_urgency,
    is_aside,
    likely_type,
    most_telling,
)
from hotline.intake.drafting.moments import find_time
from hotline.intake.drafting.patterns import house_title, load_patterns
from hotline.intake.drafting.person import Person, find_person, name_proposal, names_of
from hotline.intake.drafting.phone import find_phone
from hotline.intake.drafting.place import ROAD, Site
from hotline.intake.drafting.subject import find_subject
from hotline.intake.drafting.talk import load_talk, wants_nothing
from hotline.intake.drafting.titles import Titled, title_of
from hotline.intake.drafting.values import CALLER, Evidence, Proposal, Ranked, Ranker, Turn, merge
from hotline.intake.drafting.wishes import find_wish, wish_told
from hotline.intake.limits import IntakeLimits, load_limits
from hotline.intake.risk_words import RiskWords, load_risk_words

BODY_CONFIDENCE = 0.7
SHORTEST_BODY_CLAUSE = 3
HELP, PRAISE, SUGGESTION = "help", "praise", "suggestion"
COMPLAINT, CRITICAL = "complaint", "critical"
SURE_ENQUIRY, SURE_COMPLAINT = 0.6, 0.5
TELLING_MATTER = 5
"""A suggestion of so many characters needs no reason in the title."""
_DOOR = re.compile(r"(?<=.)\d+(?:号楼|栋|幢|座).*$")
BORROWED = ("area_code", "address")
BORROWED_FACTOR = 0.7
"""How sure a place of the matter before is, beside one that was told for this one."""
NO_FIELDS: Mapping[str, Proposal] = MappingProxyType({})


def _ranks_nothing(text: str, area_code: str | None) -> Sequence[Ranked]:
    return ()


@dataclass(frozen=True)
class Sources:
    """What a draft is made with beside the words: names of the city, a ranker, the calling number, words of danger."""

    gazetteer: Gazetteer
    ranker: Ranker = _ranks_nothing
    caller_number: str = ""
    risks: RiskWords = field(default_factory=load_risk_words)
    weights: Weights = field(default_factory=load_weights)


def fill(
    turns: Sequence[Turn],
    sources: Sources,
    *,
    own: Sequence[Turn] = (),
    talk: Sequence[Turn] = (),
    before: Mapping[str, Proposal] = NO_FIELDS,
) -> dict[str, Proposal]:
    """The fields that the words give, by name; a field nobody spoke of is not there.

    Where the turns are one of several matters, `own` are those that tell of it alone, who calls is told anywhere in the
    `talk` that they are of, and `before` are the fields of the matter before.
    """
    told, whole = own or turns, talk or turns
    if wants_nothing(whole):
        return {}
    cues, limits = load_cues(), load_limits()
    place = _located(told, turns, sources.gazetteer, cues)
    person = find_person(whole, cues)
    kind = _kind(told, turns, place, cues)
    said = kind.value if kind else ""
    found: dict[str, Proposal | None] = {
        "type": kind,
        "urgency": find_urgency(_alarming(told, said), cues, sources.risks),
        "time": find_time(told, said) if said != ENQUIRY else None,
        "wanted": find_wish(told, cues, limits.wanted_max, said) or find_wish(turns, cues, limits.wanted_max, said),
        "persons": find_subject(told, sources.gazetteer, said, place.site),
        "contact_phone": find_phone(whole, cues, sources.caller_number),
        "contact_name": name_proposal(person) if person else None,
    }
    found |= _placed(said, place, site_proposals(place, turns, sources.gazetteer), found["persons"])
    found |= _ranked(told, sources.ranker, place.area_code)
    known = _borrowing({name: proposal for name, proposal in found.items() if proposal}, before, told)
    cut = [*_cut(place, known.get("time")), *names_of(person)]
    matters = find_matters(told, cues, _words_said(known, turns), cut, sources.weights)
    if matters:
        known["title"] = title_of(_titled(matters, known, person, place.site), turns)
        known |= _body(told, cues, known, limits)
    return known


def _titled(matters: Sequence[Matter], known: Mapping[str, Proposal], person: Person | None, site: Site | None) -> Titled:
    """What a title is made of; a suggestion needs no second clause, and an enquiry is what is asked."""
    kind = known.get("type")
    said = kind.value if kind else ""
    told = matters[:1] if said == SUGGESTION and len(matters[0].text) >= TELLING_MATTER else matters
    asked = known.get("wanted") if said == ENQUIRY else None
    return Titled(told, kind, known.get("urgency"), person, site, known.get("address"), known.get("persons"), asked)


def _placed(kind: str, place: Location, told: Mapping[str, Proposal], persons: Proposal | None) -> dict[str, Proposal | None]:
    """Area and address; who only asks has an area where they named one, and no address."""
    if kind == ENQUIRY:
        return {"area_code": told.get("area_code")} if place.site and _is_told_closely(place.site) else {}
    return {**told, "address": at_premises(place, told.get("address"), persons)}


def _is_told_closely(site: Site) -> bool:
    """Whether a place belongs to what is asked: named by the caller, and not where they live or work, nor a road."""
    return site.turn.role == CALLER and site.best.precision != ROAD and not site.home


def _alarming(told: Sequence[Turn], kind: str) -> Sequence[Turn]:
    """The turns that may tell of danger: who only asks or praises tells of none, unless the agent says so."""
    return [turn for turn in told if turn.role != CALLER or kind not in {ENQUIRY, PRAISE}]


def _is_there(turns: Sequence[Turn]) -> bool:
    return any(word in turn.text for turn in turns for word in load_talk().same_place)


def _kind(told: Sequence[Turn], turns: Sequence[Turn], place: Location, cues: Cues) -> Proposal | None:
    """The type: of the matter's own turns, of all, or as the matter itself makes it likely."""
    matter = find_matter(told, cues, (), _cut(place, None))
    kind = find_type(told, cues) or find_type(turns, cues) or (likely_type(matter) if matter else None)
    return _registered(_in_need(kind, told, cues), told, cues)


def _in_need(kind: Proposal | None, told: Sequence[Turn], cues: Cues) -> Proposal | None:
    """Who tells of present danger, and complains by a weak word only, wants help."""
    if kind is None or kind.value != COMPLAINT or kind.confidence >= SURE_COMPLAINT:
        return kind
    danger = find_urgency([turn for turn in told if turn.role == CALLER], cues, load_risk_words())
    return Proposal(HELP, kind.confidence, kind.evidence) if danger and danger.value == CRITICAL else kind


def _registered(kind: Proposal | None, told: Sequence[Turn], cues: Cues) -> Proposal | None:
    """Who begins by asking, but tells the agent what is to be done, wants help."""
    if kind is None or kind.value != ENQUIRY or kind.confidence > SURE_ENQUIRY:
        return kind
    wish = wish_told(told, cues)
    return Proposal(HELP, kind.confidence, merge(kind.evidence, wish.evidence)) if wish else kind


def _borrowing(fields: dict[str, Proposal], before: Mapping[str, Proposal], told: Sequence[Turn]) -> dict[str, Proposal]:
    """The fields, with the area of the matter before where this one tells none and something is to be done there.

    The address too, when the words point to it.
    """
    kind = fields.get("type")
    if "area_code" in fields or (kind and kind.value in {"enquiry", "suggestion"}):
        return fields
    borrowed = {
        name: Proposal(_DOOR.sub("", found.value), round(found.confidence * BORROWED_FACTOR, 2), found.evidence)
        for name in (BORROWED if _is_there(told) else BORROWED[:1])
        if (found := before.get(name))
    }
    return {**fields, **borrowed}


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
            found[ranked.field] = Proposal(ranked.value, round(ranked.confidence, 2), most_telling(evidence))
    return found


def _where(turns: Sequence[Turn], word: str) -> list[Evidence]:
    said = [(turn, turn.text.find(word)) for turn in turns if turn.role == CALLER and word]
    return [Evidence(turn.seq, at, at + len(word)) for turn, at in said if at >= 0]


def _words_said(known: dict[str, Proposal], turns: Sequence[Turn]) -> set[str]:
    texts = {turn.seq: turn.text for turn in turns}
    category = known.get("category_code")
    return {texts[item.seq][item.start : item.end] for item in category.evidence} if category else set()


def _cut(place: Location, time: Proposal | None) -> list[str]:
    site = place.site
    names = [site.address, *site.parts] if site else []
    names += [one.turn.text[one.start : one.end] for one in (site, *place.others) if one]
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
