"""The whole draft from the turns so far: `fill` asks each rule and puts title and text together. Pure.

Called by `hotline.intake.drafts` each time words arrive; the same turns give the same fields. `title_for` is for written
texts, which have no turns.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from hotline.intake.drafting.cues import Cues, load_cues
from hotline.intake.drafting.gazetteer import Gazetteer
from hotline.intake.drafting.locating import locate, site_proposals
from hotline.intake.drafting.matter import Matter, clauses, find_matter, find_time, find_type, find_urgency, find_wish, is_aside
from hotline.intake.drafting.patterns import house_title, load_patterns
from hotline.intake.drafting.person import Person, find_person, find_phone, name_proposal
from hotline.intake.drafting.place import Site
from hotline.intake.drafting.values import CALLER, Evidence, Proposal, Ranked, Ranker, Turn, merge
from hotline.intake.limits import IntakeLimits, load_limits
from hotline.intake.risk_words import RiskWords, load_risk_words

TITLE_CONFIDENCE, BODY_CONFIDENCE = 0.7, 0.7
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


def fill(turns: Sequence[Turn], sources: Sources) -> dict[str, Proposal]:
    """The fields that the words give, by name; a field nobody spoke of is not there."""
    cues, limits = load_cues(), load_limits()
    place = locate(turns, sources.gazetteer, cues)
    site = place.site
    person = find_person(turns, cues)
    found: dict[str, Proposal | None] = {
        "type": find_type(turns, cues),
        "urgency": find_urgency(turns, cues, sources.risks),
        "time": find_time(turns),
        "wanted": find_wish(turns, cues, limits.wanted_max),
        "contact_phone": find_phone(turns, cues, sources.caller_number),
        "contact_name": name_proposal(person) if person else None,
    }
    found |= site_proposals(place)
    found |= _ranked(turns, sources.ranker, place.area_code)
    known = {name: proposal for name, proposal in found.items() if proposal}
    matter = find_matter(turns, cues, _words_said(known, turns), _cut(site, known.get("time")))
    if matter:
        known["title"] = _title(matter, known.get("type"), person, site)
        known |= _body(turns, cues, known, limits)
    return known


def title_for(text: str, kind: str) -> str:
    """A title in the house pattern for a written text: its most telling clause, else its beginning."""
    limits, cues = load_limits(), load_cues()
    matter = find_matter([Turn(1, CALLER, text)], cues, (), ())
    clause = matter.text if matter else text.strip().split("\n")[0]
    return house_title(clause[: limits.matter_max], kind=kind, length_max=limits.title_max)


def _ranked(turns: Sequence[Turn], ranker: Ranker, area_code: str | None) -> dict[str, Proposal | None]:
    text = "\n".join(turn.text for turn in turns if turn.role == CALLER)
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


def _title(matter: Matter, kind: Proposal | None, person: Person | None, site: Site | None) -> Proposal:
    limits = load_limits()
    title = house_title(
        matter.text[: limits.matter_max],
        kind=kind.value if kind else "other",
        person=person.form_of_address if person else "",
        place=site.short if site else "",
        length_max=limits.title_max,
    )
    evidence = merge(
        [matter.evidence],
        site.evidence if site else (),
        person.evidence if person and person.sex else (),
        kind.evidence if kind else (),
    )
    return Proposal(title, TITLE_CONFIDENCE, evidence)


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
