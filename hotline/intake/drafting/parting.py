"""Several matters of one talk told apart by the words with which callers and agents go on to something else. Pure.

How the talk begins and ends (who calls, on which number, what is wanted of all of it) belongs to every matter.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from hotline.intake.drafting.cues import load_cues
from hotline.intake.drafting.talk import Piece, asked_about, load_talk, pieces
from hotline.intake.drafting.topics import topic_words
from hotline.intake.drafting.values import CALLER, Turn

SHORTEST_NEWS = 5
"""Characters that the caller says at least of another matter."""
LONG_ANNOUNCEMENT = 24
"""An announcement of so many characters tells the first matter too."""
SHORTEST_FRAME = 16
"""A shorter turn before the first matter says nothing that all matters share."""

_LEAD = re.compile(r"^(?:嗯|哦|啊|呃|好的?|对|那|行|是|然后|我)+")
_LISTED = re.compile(r"(?:一个|一件|一样)是?([^，。,.\s一]{1,10})")
_NAMED_MORE = re.compile(r"[，, ]?(?:叫|所谓|姓|[大小]的|[男女]的|什么)")  # more of what was asked for
_AND_THAT = re.compile(
    r"(?:还有|那)(?!什么|吗|多少|哪)[^，。？?]{1,4}呢[？?。]?$"
)  # the agent comes to what was announced: 还有校服呢
_OWNS = re.compile(r"我(?:家|们)?还有(?:一?个)$")
_AFFAIRS = ("事", "问题", "情况", "建议", "诉求", "要求", "意见", "小", "是", "就是")
_QUESTION = re.compile(r"什么(?!的)|怎么|多少|多久|多长|哪|吗$|能不能|有没有|要不要")


@dataclass(frozen=True)
class Part:
    """One matter's turns: its own, and those that belong to all."""

    own: tuple[Turn, ...]
    shared: tuple[Turn, ...] = ()

    @property
    def turns(self) -> list[Turn]:
        """All of them in the order of the talk."""
        return sorted([*self.own, *self.shared], key=lambda turn: turn.seq)

    @property
    def segments(self) -> tuple[int, ...]:
        """Their numbers."""
        return tuple(turn.seq for turn in self.turns)


def parts_of(turns: Sequence[Turn], matters: Sequence[Collection[int]]) -> list[Part]:
    """The parts as a person told them apart: the numbers of each matter's turns; what several have belongs to all of those."""
    found = list[Part]()
    for seqs in matters:
        elsewhere = {seq for other in matters if other is not seqs for seq in other}
        mine = [turn for turn in turns if turn.seq in seqs]
        own = tuple(turn for turn in mine if turn.seq not in elsewhere)
        found.append(Part(own, tuple(turn for turn in mine if turn.seq in elsewhere)))
    return found


def parts(turns: Sequence[Turn]) -> list[Part]:
    """The turns by matter, in the order of the talk; one part when nothing tells them apart."""
    cuts = _cuts(turns)
    if not cuts:
        return [Part(tuple(turns))]
    first, end = _begun(turns, cuts[0]), _told(turns, cuts[-1])
    edges = [first, *cuts, end]
    frame = [turn for turn in turns[:first] if turn.role == CALLER and len(turn.text) >= SHORTEST_FRAME]
    around = (*frame, *turns[end:])
    ranges = list(zip(edges, edges[1:], strict=False))
    return [Part(tuple(turns[start:stop]), (*around, *_answered_there(turns[stop : stop + 1]))) for start, stop in ranges]


def _answered_there(following: Sequence[Turn]) -> list[Turn]:
    """The turn that goes on to the next matter, when it answers for this one first: 对，还有一个…"""
    return [turn for turn in following if turn.role == CALLER and _goes_on(turn) and _cue_end(pieces(turn)[0].text) == 0]


def goes_on(words: str) -> bool:
    """Whether these words begin another matter."""
    return _cue_end(words) > 0


def _cuts(turns: Sequence[Turn]) -> list[int]:
    """Where another matter begins: positions of turns, ascending."""
    talk = load_talk()
    if any(word in turn.text for turn in turns for word in talk.together):
        return []
    begun = next((at for at, turn in enumerate(turns) if turn.role == CALLER and _says_something(turn)), 0)
    found = set(_gone_on(turns)) or set(_as_listed(turns))
    return sorted(at for at in found if at > begun)


def _gone_on(turns: Sequence[Turn]) -> Iterator[int]:
    talk = load_talk()
    for at, turn in enumerate(turns):
        if not at or turn.role != CALLER:
            continue
        asked = turns[at - 1].role != CALLER and any(word in turns[at - 1].text for word in talk.agent_next)
        dropped = turn.text.startswith(talk.denials) or any(word in turn.text for word in talk.taken_back)
        asked = asked or (turns[at - 1].role != CALLER and _AND_THAT.search(turns[at - 1].text) is not None)
        if asked and _says_something(turn) and _is_news(turn.text) and not dropped:
            yield at - 1  # the agent's question for it belongs to it
        elif _goes_on(turn):
            yield at


def _goes_on(turn: Turn) -> bool:
    talk = load_talk()
    if all(any(word in turn.text for word in words) for words in talk.ordinals[:2]):
        return False  # a list of wishes
    for piece in pieces(turn):
        at = _cue_end(piece.text)
        behind = turn.text[piece.evidence.start + at :] if at else ""
        owns = _OWNS.search(turn.text[: piece.evidence.start + at]) is not None and not behind.startswith(_AFFAIRS)
        if (
            len(behind) >= SHORTEST_NEWS
            and not owns
            and _is_news(behind)
            and _is_free(turn, piece)
            and not _NAMED_MORE.match(behind)
        ):
            return not any(word in behind for word in talk.taken_back)
    return False


def _is_free(turn: Turn, piece: Piece) -> bool:
    """Whether the words before do not answer the agent: a yes, a word of leaving it at that, or next to nothing."""
    before = turn.text[: piece.evidence.start]
    settled = before.startswith((*load_talk().agreements, *load_talk().settled))
    return settled or len(before) <= SHORTEST_NEWS or any(cue in piece.text for cue in load_talk().next_within)


def _cue_end(words: str) -> int:
    """Where the cue for another matter ends with which these words begin, or that stands in them; 0 without one."""
    talk, lead = load_talk(), _LEAD.match(words)
    for start in (0, lead.end() if lead else 0):
        if cue := next((cue for cue in talk.next_matter if words.startswith(cue, start)), ""):
            return start + len(cue)
    if words in talk.counted:
        return len(words)
    within = next((cue for cue in talk.next_within if cue in words), "")
    return words.find(within) + len(within) if within else 0


def _as_listed(turns: Sequence[Turn]) -> Iterator[int]:
    """Where the agent comes to the later ones of the matters that were listed: 一件是自来水 一件是路."""
    for at, turn in enumerate(turns):
        listed = _LISTED.findall(turn.text) if any(word in turn.text for word in load_talk().announced) else []
        for topic in listed[1:]:
            yield from _comes_to(turns, at, topic, listed[0])
        if len(listed) > 1:
            return


def _comes_to(turns: Sequence[Turn], announced: int, topic: str, first: str) -> Iterator[int]:
    for at in range(announced + 2, len(turns)):
        turn = turns[at]
        names = any(piece.text.startswith(topic[:2]) for piece in pieces(turn))
        if turn.role != CALLER and names and first[:2] not in turn.text:
            yield at
            return


def _is_news(words: str) -> bool:
    cues = load_cues()
    told = any(word in words for word in cues.problems) or any(word in words for kind in cues.types.values() for word in kind)
    return told or bool(topic_words(words)) or _QUESTION.search(words) is not None


def _says_something(turn: Turn) -> bool:
    return len(turn.text) >= SHORTEST_NEWS


def _begun(turns: Sequence[Turn], cut: int) -> int:
    """Where the first matter begins: behind the greeting and the word that there are several."""
    talk = load_talk()
    for at, turn in enumerate(turns[:cut]):
        if any(word in turn.text for word in talk.announced):
            tells = turn.role == CALLER and len(turn.text) > LONG_ANNOUNCEMENT
            return at if tells else min(at + 1, cut)
    return next((at for at, turn in enumerate(turns[:cut]) if turn.role == CALLER and _says_something(turn)), 0)


def _told(turns: Sequence[Turn], cut: int) -> int:
    """Where the last matter is told and the talk turns to what is wanted of all of it, and to who calls."""
    asks = (*load_talk().questions["name"], *load_talk().questions["phone"])
    end = len(turns)
    for at in range(cut + 1, len(turns)):
        if turns[at].role != CALLER and any(word in turns[at].text for word in asks):
            end = at
            break
    wishes = [exchange.asked for exchange in asked_about(turns[:end], "wanted")]
    if len(wishes) == 1 and wishes[0].seq > turns[cut].seq:
        end = next(at for at, turn in enumerate(turns) if turn.seq == wishes[0].seq)
    return end
