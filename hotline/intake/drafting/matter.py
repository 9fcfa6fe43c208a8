"""What the matter is: its type, how urgent, and the clause that says it best. When and what for: `moments`, `wishes`. Pure."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from hotline.intake.drafting.cues import Cues
from hotline.intake.drafting.phone import holds_phone
from hotline.intake.drafting.values import CALLER, Clause, Evidence, Proposal, Turn, merge
from hotline.intake.risk_words import LEVELS, RiskWords

NEGATION_REACH = 3
DOUBT = 2
"""Added to the sum of all weights, so that a single weak cue does not look sure."""
RISK_CONFIDENCE, CUE_CONFIDENCE = 0.9, 0.75
SHORTEST_MATTER = 2
RANKED_POINTS, CUE_POINTS, WISH_POINTS = 3, 2, -3
MOST_PROBLEM_POINTS = 3
PLACE_POINTS, FIRST_POINTS = 1, 1
LONGEST_COURTESY = 6
"""A clause of so many characters with a polite word in it says nothing else."""

_ASKED = ("吗", "呢", "什么", "多少", "办不办", "怎么办")
_ASKING = (
    "怎么",
    "什么时候",
    "多久",
    "多长时间",
    "几月",
    "几点",
    "哪里",
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

_CLAUSE = re.compile(r"[^，。！？；,.!?;\s]+")


@dataclass(frozen=True)
class Matter:
    """The clause that says best what it is about, cleaned of place, time and openings."""

    text: str
    evidence: Evidence


def clauses(turns: Iterable[Turn]) -> Iterator[Clause]:
    """What the caller said, piece by piece."""
    for turn in turns:
        if turn.role == CALLER:
            for found in _CLAUSE.finditer(turn.text):
                yield Clause(turn, found.start(), found[0])


def find_type(turns: Sequence[Turn], cues: Cues) -> Proposal | None:
    """The type of request whose cues weigh most."""
    sums = {kind: _weigh(turns, words, cues.negations) for kind, words in cues.types.items()}
    total = sum(weight for weight, _ in sums.values())
    kind, (weight, evidence) = max(sums.items(), key=lambda item: item[1][0])
    return Proposal(kind, round(weight / (total + DOUBT), 2), evidence) if weight else None


def find_urgency(turns: Sequence[Turn], cues: Cues, risks: RiskWords) -> Proposal | None:
    """Urgent or critical when words of danger fell, the caller told of haste, or the agent said so; nothing otherwise."""
    found: dict[str, list[Evidence]] = {}
    sure = CUE_CONFIDENCE
    for turn in turns:
        by_caller = turn.role == CALLER
        for hit in risks.find_spoken(turn.text) if by_caller else ():
            found.setdefault(hit.level, []).append(Evidence(turn.seq, hit.start, hit.end))
            sure = RISK_CONFIDENCE
        for level, words in (cues.urgency if by_caller else cues.agents_urgency).items():
            found.setdefault(level, []).extend(_places(turn, words, cues.negations))
    worst = next((level for level in reversed(LEVELS) if found.get(level)), None)
    return Proposal(worst, sure, merge(found[worst])) if worst else None


def find_matter(turns: Sequence[Turn], cues: Cues, ranked_words: Collection[str], cut: Collection[str]) -> Matter | None:
    """The clause that tells most, without what `cut` names (place, time) and the talk around it."""
    return next(iter(find_matters(turns, cues, ranked_words, cut)), None)


def find_matters(turns: Sequence[Turn], cues: Cues, ranked_words: Collection[str], cut: Collection[str]) -> list[Matter]:
    """The clause that tells most, and the next of the same turn that tells something too."""
    found = [(*_worth(clause, cues, ranked_words, cut), clause) for clause in clauses(turns)]
    told = [(points, matter, clause) for points, matter, clause in found if matter and points > 0]
    if not told:
        return []
    best = max(range(len(told)), key=lambda at: (told[at][0] + FIRST_POINTS * (at == 0), -at))
    chosen = told[best]
    behind = [row for row in told[best + 1 :] if row[2].turn is chosen[2].turn]
    more = [row for row in behind if _points(row[1].text, row[2].text, cues, ranked_words) > 0][:1]
    return [chosen[1], *(row[1] for row in more)]


def likely_type(matter: Matter) -> Proposal:
    """The type of a matter that no cue tells: somebody asks, something is broken, or somebody does wrong."""
    asks = matter.text.endswith(_ASKED) or any(word in matter.text for word in _ASKING)
    kind = "enquiry" if asks else "help" if any(word in matter.text for word in _BROKEN) else "complaint"
    return Proposal(kind, LIKELY_CONFIDENCE, (matter.evidence,))


def _worth(clause: Clause, cues: Cues, ranked_words: Collection[str], cut: Collection[str]) -> tuple[int, Matter | None]:
    matter = None if is_aside(clause, cues) else _clean(clause, cues, cut)
    if matter is None:
        return 0, None
    points = _points(matter.text, clause.text, cues, ranked_words)
    return points + PLACE_POINTS * any(words in clause.text for words in cut if words), matter


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


def _points(matter: str, clause: str, cues: Cues, ranked_words: Collection[str]) -> int:
    points = RANKED_POINTS * sum(word in matter for word in ranked_words)
    points += min(MOST_PROBLEM_POINTS, sum(word in matter for word in cues.problems))
    points += CUE_POINTS * any(word in matter for words in cues.types.values() for word in words)
    suggests = any(word in clause for word in cues.types["suggestion"])
    return points + WISH_POINTS * (not suggests and any(clause.startswith(word) for word in cues.wishes))


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
    if end - start < SHORTEST_MATTER:
        return None
    return Matter(text[start:end], clause.evidence(start, end))


def _wishes_behind(text: str, cues: Cues) -> Iterator[int]:
    """Where a wish begins after the matter, in speech without punctuation."""
    return (at for word in cues.wishes if (at := text.find(word, LONGEST_COURTESY)) >= 0)


def _without_openers(text: str, start: int, end: int, cues: Cues) -> int:
    while opener := next((words for words in cues.openers if text.startswith(words, start)), ""):
        if end - start - len(opener) < SHORTEST_MATTER:
            break
        start += len(opener)
    return start
