"""What the caller wants done: agreed with the agent, answered when asked, or said by themselves. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence

from hotline.intake.drafting.cues import Cues
from hotline.intake.drafting.parting import goes_on
from hotline.intake.drafting.talk import Exchange, Piece, agreement, asked_about, load_talk, pieces
from hotline.intake.drafting.topics import topic_words
from hotline.intake.drafting.values import CALLER, Evidence, Proposal, Turn, merge

AGREED, ANSWERED, SAID, ASKS = 0.85, 0.8, 0.75, 0.6
SHORTEST = 4
SHORTEST_PIECE = 2
QUESTIONS_MOST, ABOUT_MOST = 2, 2

_SENTENCE_END = re.compile(r"[。！？!?\n]")
_NOT_WISHES = ("按", "照", "合", "的", "不", "没", "有", "被")
_PROPOSED = re.compile(r"(?:诉求(?:是|就是)?|希望|是要|是想|建议|要求|要登记(?:诉求)?|让)[，, ]?(.+)$")
_ASKING = re.compile(r"(?:对吗|对吧|是吗|是吧|可以吗|对不对|是不是|吗|呢)[？?。]?$")
_OPEN = re.compile(r"什么|怎么|哪|如何|多少|呢[？?。]?$|诉求[？?。]?$|^(?:是|部门回复|回复)")
_QUESTION = re.compile(
    r"什么|怎么|多少|几|哪|吗$|能不能|有没有|要不要|会不会|怎么|怎样|行不行|还是|可不可以|可以不|办不办|是不是|多久|多长|为什么|呀$|手续|条件|咨询|了解|问一下"
)
_ASK = re.compile(r"^(?:我们|我|顺便|想|帮|替|要|先|再|请问|咨询|了解|打听|问|一下|那个|那|的|哎|你好|您好)+")
_SMALL = re.compile(r"^(?:就是|那|嗯|啊|哦|然后|对了?|是的?|好的?|可以|行|嘛|你们|麻烦|一个是)+")


def find_wish(turns: Sequence[Turn], cues: Cues, length_max: int, kind: str = "") -> Proposal | None:
    """The wish, surest first; who only asks (`kind` enquiry) wants to know what they ask."""
    told = wish_told(turns, cues)
    found = told or _said(turns, cues, length_max)
    if kind == "enquiry" and not told:
        found = _questions(turns) or found
    found = found or _begun(turns, load_talk().praise_wishes if kind == "praise" else load_talk().wish_starts)
    if found is None:
        return None
    return Proposal(found.value[:length_max], found.confidence, found.evidence)


def wish_told(turns: Sequence[Turn], cues: Cues) -> Proposal | None:
    """What the caller answered last when the agent asked what is to be done; a greeting does not ask for it."""
    greeting = next((turn for turn in turns if turn.role != CALLER), None)
    asked = (exchange for exchange in asked_about(turns, "wanted") if exchange.asked is not greeting or agreement(exchange))
    told = [found for exchange in asked if (found := _of_exchange(exchange, cues))]
    return told[-1] if told else None


def _of_exchange(exchange: Exchange, cues: Cues) -> Proposal | None:
    proposed, yes = _proposed(exchange.asked), agreement(exchange)
    told = [piece for turn in exchange.answers for piece in _telling(turn, cues)]
    if proposed and yes:
        words = [proposed.text, *(piece.text for piece in told)]
        return Proposal("，".join(words), AGREED, merge([proposed.evidence, yes], [piece.evidence for piece in told]))
    value = "，".join(piece.text for piece in told)
    evidence = merge([piece.evidence for piece in told])
    return Proposal(value, ANSWERED, evidence) if len(value) >= SHORTEST else None


def _proposed(asked: Turn) -> Piece | None:
    """What the agent puts into the caller's mouth: 您的诉求是要求支付工资; nothing when it is only asked for."""
    for piece in reversed(pieces(asked)):
        found = _PROPOSED.search(piece.text)
        words = _ASKING.sub("", found[1]) if found else ""
        if found and len(words) >= SHORTEST and not _OPEN.search(words):
            at = piece.evidence.start + found.start(1)
            return Piece(words, Evidence(asked.seq, at, at + len(words)))
    return None


def _telling(turn: Turn, cues: Cues) -> Iterator[Piece]:
    """The pieces of an answer that say something beside yes and thanks."""
    for piece in pieces(turn):
        if goes_on(piece.text):
            return
        small = _SMALL.match(piece.text)
        start = small.end() if small else 0
        words = piece.text[start:]
        polite = any(word in words for word in cues.courtesies) and len(words) <= SHORTEST
        if len(words) >= SHORTEST_PIECE and not polite and not any(word in words for word in cues.asides):
            yield Piece(words, Evidence(turn.seq, piece.evidence.start + start, piece.evidence.end))


def _said(turns: Sequence[Turn], cues: Cues, length_max: int) -> Proposal | None:
    """The last sentence that wishes, from behind the wishing word to its end or to talk about name and number."""
    for turn in reversed([turn for turn in turns if turn.role == CALLER]):
        asides = [piece.evidence.start for piece in pieces(turn) if any(word in piece.text for word in cues.asides)]
        for start in sorted(_starts(turn.text, cues.wishes), reverse=True):
            end = _SENTENCE_END.search(turn.text, start)
            ends = [end.start() if end else len(turn.text), start + length_max, *(at for at in asides if at >= start)]
            said = turn.text[start : min(ends)].lstrip("，, 是").rstrip("，, 谢。")
            at = turn.text.find(said, start)
            if len(said) >= SHORTEST:
                return Proposal(said, SAID, (Evidence(turn.seq, at, at + len(said)),))
    return None


def _starts(text: str, words: Iterable[str]) -> Iterator[int]:
    for word in words:
        at = text.find(word)
        while at >= 0:
            if not text[:at].endswith(_NOT_WISHES) and not text.startswith("的", at + len(word)):
                yield at + len(word)
            at = text.find(word, at + len(word))


def _begun(turns: Sequence[Turn], words: Sequence[str]) -> Proposal | None:
    """The last piece with one of these words, from the word on."""
    for turn in reversed([turn for turn in turns if turn.role == CALLER]):
        for piece in reversed(pieces(turn)):
            at = min((at for word in words if (at := piece.text.find(word)) >= 0), default=-1)
            if at >= 0 and len(piece.text) - at >= SHORTEST:
                return Proposal(piece.text[at:], SAID, (Evidence(turn.seq, piece.evidence.start + at, piece.evidence.end),))
    return None


def _questions(turns: Sequence[Turn]) -> Proposal | None:
    """What is asked: the question with what it is about in the first turn that asks, then a further question or two."""
    kept = list[Piece]()
    for turn in turns:
        asked = [piece for piece in pieces(turn) if turn.role == CALLER and _is_question(piece.text)]
        if asked and not kept:
            about = [piece for piece in pieces(turn) if piece not in asked and topic_words(piece.text)]
            kept += sorted([*asked[:QUESTIONS_MOST], *about[:ABOUT_MOST]], key=lambda piece: piece.evidence)
        else:
            kept += [piece for piece in asked if len(_ASK.sub("", piece.text)) >= SHORTEST]
    words = [
        (words, piece.evidence)
        for piece in kept[: QUESTIONS_MOST + ABOUT_MOST]
        if len(words := _ASK.sub("", piece.text)) >= SHORTEST_PIECE
    ]
    if not words:
        return None
    told = load_talk().to_know + "，".join(text for text, _ in words)
    return Proposal(told, ASKS, merge([evidence for _, evidence in words]))


def _is_question(words: str) -> bool:
    frame = not topic_words(words) and any(word in words for word in load_talk().announced)
    return not frame and _QUESTION.search(words) is not None and not words.startswith(load_talk().agreements)
