"""What the matter is: its type, how urgent, when it happened, what is wanted, and the clause that says it best. Pure."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from hotline.intake.drafting.cues import Cues
from hotline.intake.drafting.person import holds_phone
from hotline.intake.drafting.values import CALLER, Clause, Evidence, Proposal, Turn, merge
from hotline.intake.risk_words import LEVELS, RiskWords

NEGATION_REACH = 3
DOUBT = 2
"""Added to the sum of all weights, so that a single weak cue does not look sure."""
RISK_CONFIDENCE, CUE_CONFIDENCE = 0.9, 0.75
TIME_CONFIDENCE, WISH_CONFIDENCE = 0.7, 0.75
SHORTEST_WISH, SHORTEST_MATTER = 4, 2
RANKED_POINTS, CUE_POINTS, WISH_POINTS = 3, 2, -3
MOST_PROBLEM_POINTS = 3
PLACE_POINTS, FIRST_POINTS = 1, 1
LONGEST_COURTESY = 6
"""A clause of so many characters with a polite word in it says nothing else."""

_CLAUSE = re.compile(r"[^，。！？；,.!?;\s]+")
_SENTENCE_END = re.compile(r"[。！？!?\n]")
_DAY = (
    r"(?:今天|昨天|前天|大前天|昨晚|今早|今晚|前晚|这两天|这几天|这几个月|最近|近期|上周[一二三四五六日天]?|上个?星期[一二三四五六日天]?|"
    r"上个月|这个月|本月|今年|去年|每天|天天|每晚|每周[一二三四五六日天]?|周[一二三四五六日末]|星期[一二三四五六日天]|"
    r"[\d一二三四五六七八九十]{1,3}月[\d一二三四五六七八九十]{1,3}[号日]|[\d一二三四五六七八九十]{1,3}[号日](?!楼|院|线))"
)
_CLOCK = (
    r"(?:凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|半夜|深夜)?"
    r"[\d一二三四五六七八九十两]{1,3}点(?:半|多|钟|[\d一二三四五六七八九十]{1,3}分)?"
)
_PART = r"(?:凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|半夜|深夜)"
_SPAN = (
    r"(?:已经|连续|持续|都)?[\d一二三四五六七八九十两半好几]{1,3}"
    r"(?:天|个月|个星期|周|年|个小时|小时|个多月|多天|多个月)(?:了|多)"
)
_TIME = re.compile(rf"{_DAY}的?(?:{_CLOCK}|{_PART})?(?:左右|开始|起)?|{_CLOCK}(?:左右|开始)?|{_SPAN}")
_NOT_WISHES = ("按", "照", "合", "的", "不", "没", "有", "被")


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
    """Urgent or critical when words of danger or of urgency fell; nothing otherwise."""
    found: dict[str, list[Evidence]] = {}
    sure = CUE_CONFIDENCE
    for turn in _said_by_caller(turns):
        for hit in risks.find(turn.text):
            found.setdefault(hit.level, []).append(Evidence(turn.seq, hit.start, hit.end))
            sure = RISK_CONFIDENCE
        for level, words in cues.urgency.items():
            found.setdefault(level, []).extend(_places(turn, words, cues.negations))
    worst = next((level for level in reversed(LEVELS) if found.get(level)), None)
    return Proposal(worst, sure, merge(found[worst])) if worst else None


def find_time(turns: Sequence[Turn]) -> Proposal | None:
    """When it happened or since when, in the caller's words; the most telling of the first turn that says it."""
    for turn in _said_by_caller(turns):
        when = max(_TIME.finditer(turn.text), key=lambda found: len(found[0]), default=None)
        if when:
            return Proposal(when[0], TIME_CONFIDENCE, (Evidence(turn.seq, when.start(), when.end()),))
    return None


def find_wish(turns: Sequence[Turn], cues: Cues, length_max: int) -> Proposal | None:
    """What the caller wants done: the last sentence that says so, from behind the wishing word to its end or an aside."""
    for turn in reversed(list(_said_by_caller(turns))):
        asides = [clause.start for clause in clauses([turn]) if is_aside(clause, cues)]
        for start in sorted(_wish_starts(turn.text, cues), reverse=True):
            end = _SENTENCE_END.search(turn.text, start)
            ends = [end.start() if end else len(turn.text), start + length_max, *(at for at in asides if at >= start)]
            stop = min(ends)
            said = turn.text[start:stop].lstrip("，, 是").rstrip("，, 谢。")
            at = turn.text.find(said, start)
            if len(said) >= SHORTEST_WISH:
                return Proposal(said, WISH_CONFIDENCE, (Evidence(turn.seq, at, at + len(said)),))
    return None


def find_matter(turns: Sequence[Turn], cues: Cues, ranked_words: Collection[str], cut: Collection[str]) -> Matter | None:
    """The clause that tells most, without what `cut` names (place, time) and the talk around it."""
    best: tuple[int, Matter] | None = None
    for clause in clauses(turns):
        matter = None if is_aside(clause, cues) else _clean(clause, cues, cut)
        points = _points(matter.text, clause.text, cues, ranked_words) if matter else 0
        points += PLACE_POINTS * any(words in clause.text for words in cut if words)
        if matter is None or points <= 0:
            continue
        if best is None:
            best = (points + FIRST_POINTS, matter)
        elif points > best[0]:
            best = (points, matter)
    return best[1] if best else None


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


def _wish_starts(text: str, cues: Cues) -> Iterator[int]:
    for word in cues.wishes:
        at = text.find(word)
        while at >= 0:
            if not text[:at].endswith(_NOT_WISHES):
                yield at + len(word)
            at = text.find(word, at + len(word))


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
