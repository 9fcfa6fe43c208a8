"""What the matter is: its type, how urgent, and the clause that says it best. When and what for: `moments`, `wishes`. Pure."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from hotline.intake.drafting.clause_weights import Spot, Weights, load_weights, tells
from hotline.intake.drafting.cues import Cues
from hotline.intake.drafting.phone import holds_phone
from hotline.intake.drafting.talk import asked_about, load_talk
from hotline.intake.drafting.values import CALLER, Clause, Evidence, Proposal, Turn, merge
from hotline.intake.risk_words import LEVELS, RiskWords

NEGATION_REACH = 3
ENQUIRY = "enquiry"
EARLY_TURNS = 4
"""Somebody who only asks does so in so many first turns; complainants ask at the end how it goes on."""
DOUBT = 2
"""Added to the sum of all weights, so that a single weak cue does not look sure."""
RISK_CONFIDENCE, CUE_CONFIDENCE = 0.9, 0.75
SHORTEST_MATTER = 2
URGENT = "urgent"
FEAR_REACH = 8
_FEARED = ("要不然", "要是", "万一", "怎么办", "咋整", "咋办", "真的要", "怕")
LONGEST_COURTESY = 6
"""A clause of so many characters with a polite word in it says nothing else."""

_HEARSAY = ("物业说", "他说", "她说", "他们说", "说是", "听说", "倒没", "不知道", "不清楚", "看不清", "我说", "反正")
"""What others said of it, or what nobody knows, is not the matter."""
_ASIDE = (
    "提个建议",
    "来着",
    "报名字",
    "没关系",
    "我怕",
    "叫什么",
    "是来",
    "说谢谢",
    "反映个",
    "有个事",
    "说来话长",
    "你听",
    "管不管",
    "有没有用",
    "不是投诉",
)
_IS_AT = "是在就"
_ASKED = ("吗", "呢", "什么", "多少", "办不办", "怎么办")
_ASKING = (
    "怎么",
    "什么时候",
    "多久",
    "多长时间",
    "几月",
    "几点",
    "在哪",
    "能不能",
    "要不要",
    "可不可以",
    "有没有",
    "需不需要",
)
_BROKEN = (
    "坏",
    "漏",
    "塌",
    "掉下",
    "断了",
    "冒",
    "不亮",
    "没水",
    "没电",
    "没气",
    "倒了",
    "要倒",
    "堵了",
    "裂",
    "积水",
    "走丢",
    "失踪",
)
LIKELY_CONFIDENCE = 0.4
ENOUGH, CLAUSES_MOST = 22, 4
"""So many characters tell what a matter is, and no more clauses."""
LEAST, LEAST_MORE, BESIDE = 0.06, 0.05, 0.04
"""What the first clause and a further one must tell, and what it counts to stand next to one chosen."""

_ELSEWHERE = "在"
_CLAUSE = re.compile(r"[^，。！？；,.!?;\s]+")
_NOTE = re.compile(r"[（(][^）)]*[）)]")


@dataclass(frozen=True)
class Matter:
    """The clause that says best what it is about, cleaned of place, time and openings."""

    text: str
    evidence: Evidence


@dataclass(frozen=True)
class _Told:
    """A clause that may be the matter, where it stands, and how much it tells."""

    matter: Matter
    spot: Spot
    worth: float


def clauses(turns: Iterable[Turn]) -> Iterator[Clause]:
    """What the caller said, piece by piece."""
    for turn in turns:
        if turn.role == CALLER:
            # What a transcript notes (杂音) nobody said; as many spaces keep the places of the words.
            for found in _CLAUSE.finditer(_NOTE.sub(lambda note: " " * len(note[0]), turn.text)):
                yield Clause(turn, found.start(), found[0])


def find_type(turns: Sequence[Turn], cues: Cues) -> Proposal | None:
    """The type of request whose cues weigh most."""
    early = [turn for turn in turns if turn.role == CALLER][:EARLY_TURNS]
    sums = {kind: _weigh(early if kind == ENQUIRY else turns, words, cues.negations) for kind, words in cues.types.items()}
    total = sum(weight for weight, _ in sums.values())
    kind, (weight, evidence) = max(sums.items(), key=lambda item: item[1][0])
    return Proposal(kind, round(weight / (total + DOUBT), 2), most_telling(evidence)) if weight else None


def most_telling(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Of what was found in several turns, the turn that says most of it, the first of equals."""
    said = Counter[int]()
    for one in evidence:
        said[one.seq] += one.end - one.start
    best = max(said, key=lambda seq: (said[seq], -seq), default=0)
    return tuple(one for one in evidence if one.seq == best)


def find_urgency(turns: Sequence[Turn], cues: Cues, risks: RiskWords) -> Proposal | None:
    """Urgent or critical when words of danger fell, the caller told of haste, or the agent said so; nothing otherwise."""
    found: dict[str, list[Evidence]] = {}
    sure = CUE_CONFIDENCE
    for turn in turns:
        by_caller = turn.role == CALLER
        for hit in risks.find_spoken(turn.text) if by_caller else ():
            level = URGENT if hit.level == LEVELS[-1] and _is_feared(turn.text, hit.start, hit.end) else hit.level
            found.setdefault(level, []).append(Evidence(turn.seq, hit.start, hit.end))
            sure = RISK_CONFIDENCE
        for level, words in (cues.urgency if by_caller else cues.agents_urgency).items():
            found.setdefault(level, []).extend(_places(turn, words, cues.negations))
    worst = next((level for level in reversed(LEVELS) if found.get(level)), None)
    return Proposal(worst, sure, merge(found[worst])) if worst else None


def _is_feared(text: str, start: int, end: int) -> bool:
    """Whether what is told only might happen: 要不然着火了怎么办."""
    around = text[max(0, start - FEAR_REACH) : end + FEAR_REACH]
    return any(word in around for word in _FEARED)


def find_matter(turns: Sequence[Turn], cues: Cues, ranked_words: Collection[str], cut: Collection[str]) -> Matter | None:
    """The clause that tells most, without what `cut` names (place, time) and the talk around it."""
    return next(iter(find_matters(turns, cues, ranked_words, cut)), None)


def find_matters(
    turns: Sequence[Turn],
    cues: Cues,
    ranked_words: Collection[str],
    cut: Collection[str],
    weights: Weights | None = None,
) -> list[Matter]:
    """The two clauses that tell most, in the order of the talk."""
    known = weights or load_weights()
    rows = [
        _Told(one, spot, tells(one.text, clause, spot, known)) for one, clause, spot in spotted(turns, cues, ranked_words, cut)
    ]
    chosen = list[_Told]()
    while sum(len(row.matter.text) for row in chosen) < ENOUGH and len(chosen) < CLAUSES_MOST:
        left = [(_gain(row, chosen), row) for row in rows if row not in chosen]
        gain, best = max(left, key=lambda one: one[0], default=(0.0, None))
        if best is None or gain < (LEAST if not chosen else LEAST_MORE):
            break
        chosen.append(best)
    return [row.matter for row in sorted(chosen, key=lambda row: row.matter.evidence)]


def _gain(row: _Told, chosen: Sequence[_Told]) -> float:
    """What a clause tells beside those chosen; one that stands next to them goes with them."""
    said = {letter for one in chosen for letter in one.matter.text}
    new = sum(letter not in said for letter in row.matter.text) / len(row.matter.text)
    beside = any(one.spot.turn == row.spot.turn and abs(one.spot.clause - row.spot.clause) == 1 for one in chosen)
    return row.worth * new + BESIDE * beside


def spotted(
    turns: Sequence[Turn], cues: Cues, ranked_words: Collection[str], cut: Collection[str]
) -> Iterator[tuple[Matter, str, Spot]]:
    """What may be the matter: clauses without the talk around them, the whole clause, and where each stands."""
    for at, turn in enumerate(_told_by_caller(turns)):
        for number, clause in enumerate(clauses([turn])):
            denied = clause.text.startswith(cues.not_here) and _ELSEWHERE in clause.text
            matter = None if denied or is_aside(clause, cues) else _clean(clause, cues, cut)
            if matter:
                placed = any(words in clause.text for words in cut if words)
                ranked = any(word in matter.text for word in ranked_words)
                yield matter, clause.text, Spot(at, number, placed, ranked, _says_little(clause.text))


def _says_little(words: str) -> bool:
    return words.startswith(_HEARSAY) or any(word in words for word in _ASIDE)


def _told_by_caller(turns: Sequence[Turn]) -> list[Turn]:
    """The caller's turns without those that answer who they are."""
    answers = {turn.seq for topic in ("name", "phone") for exchange in asked_about(turns, topic) for turn in exchange.answers}
    return [turn for turn in turns if turn.role == CALLER and turn.seq not in answers]


def likely_type(matter: Matter) -> Proposal:
    """The type of a matter that no cue tells: somebody asks, something is broken, or somebody does wrong."""
    asks = matter.text.endswith(_ASKED) or any(word in matter.text for word in _ASKING)
    kind = "enquiry" if asks else "help" if any(word in matter.text for word in _BROKEN) else "complaint"
    return Proposal(kind, LIKELY_CONFIDENCE, (matter.evidence,))


def is_aside(clause: Clause, cues: Cues) -> bool:
    """Whether the clause is about the person or the talk itself: name, number, greeting."""
    if len(clause.text) <= LONGEST_COURTESY and any(words in clause.text for words in cues.courtesies):
        return True
    return any(words in clause.text for words in cues.asides) or holds_phone(clause.text)


def _said_by_caller(turns: Sequence[Turn]) -> Iterator[Turn]:
    return (turn for turn in turns if turn.role == CALLER)


def _weigh(turns: Sequence[Turn], words: dict[str, int], negations: Sequence[str]) -> tuple[int, tuple[Evidence, ...]]:
    weight, evidence = 0, []
    for turn in _said_by_caller(turns):
        for word, worth in words.items():
            places = _places(turn, (word,), negations)
            weight += worth if places else 0
            evidence += places
    return weight, merge(evidence)


def _places(turn: Turn, words: Iterable[str], negations: Sequence[str]) -> list[Evidence]:
    found = []
    for word in words:
        at = turn.text.find(word)
        while at >= 0:
            if not any(negation in turn.text[max(0, at - NEGATION_REACH) : at] for negation in negations):
                found.append(Evidence(turn.seq, at, at + len(word)))
            at = turn.text.find(word, at + len(word))
    return found


def _clean(clause: Clause, cues: Cues, cut: Collection[str]) -> Matter | None:
    text, start = clause.text, 0
    end = min((at for at in _wishes_behind(text, cues)), default=len(text))
    for words in cut:
        # Only what stands before the matter can be cut without tearing the evidence apart.
        at = text.find(words)
        if words and at >= 0 and end - at - len(words) >= SHORTEST_MATTER:
            start = max(start, at + len(words))
    start = _without_openers(text, start, end, cues)
    while closer := next((words for words in cues.closers if text[start:end].endswith(words)), ""):
        end -= len(closer)
    if end - start < SHORTEST_MATTER or any(text[start:end].lstrip(_IS_AT) in words for words in cut):
        return None
    return Matter(text[start:end], clause.evidence(start, end))


def _wishes_behind(text: str, cues: Cues) -> Iterator[int]:
    """Where a wish begins after the matter, in speech without punctuation."""
    return (at for word in (*cues.wishes, *load_talk().wish_starts) if (at := text.find(word, LONGEST_COURTESY)) >= 0)


def _without_openers(text: str, start: int, end: int, cues: Cues) -> int:
    while opener := next((words for words in cues.openers if text.startswith(words, start)), ""):
        if end - start - len(opener) < SHORTEST_MATTER:
            break
        start += len(opener)
    return start
