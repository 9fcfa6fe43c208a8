"""What the caller wants done: agreed with the agent, answered when asked, or said by themselves. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence

from hotline.intake.drafting.cues import Cues
from hotline.intake.drafting.matter import find_matters
from hotline.intake.drafting.parting import goes_on
from hotline.intake.drafting.talk import Exchange, Piece, agreement, asked_about, denies, exchanges, load_talk, pieces
from hotline.intake.drafting.values import CALLER, Evidence, Proposal, Turn, merge

AGREED, ANSWERED, SAID, ASKS, PROMISED = 0.85, 0.8, 0.75, 0.6, 0.5
SHORTEST = 4
SHORTEST_PIECE = 2
LONGEST_QUESTION = 6
"""Characters of a question that names nothing it is about: 要带啥."""
TOLD_MOST = 4
"""Pieces of an answer that say what is wanted; more tell the story again."""
SUBJECTS_MOST, ASPECTS_MOST = 2, 3
EARLY_TURNS = 3
"""What somebody asks for is named in so many first turns; later ones ask for more of it."""

_SENTENCE_END = re.compile(r"[。！？!?\n]")
_NOT_WISHES = ("按", "照", "合", "的", "不", "没", "有", "被", "人", "麻烦", "个", "提", "条")
_PROPOSED = re.compile(
    r"(?:诉求(?:是|就是)?|希望|是要|是想|您想|您要|建议(?![您你])"
    r"|要求(?:是)?|要登记(?:诉求)?|让|请(?![问您你稍把])|为了)[，, ]?(.+)$"
)
_ASKING = re.compile(r"(?:对吗|对吧|是吗|是吧|可以吗|对不对|是不是|吗|呢)[？?。]?$")
_OPEN = re.compile(r"什么|怎么|哪|如何|多少|呢[？?。]?$|诉求[？?。]?$|^(?:是|部门回复|回复)")
_PROMISE = re.compile(
    r"(?:转|通知|联系|上报|报|催|派|让|协调|安排).{1,12}(?:抢修|处置|处理|处|修|查|核实|核查|过去|到场|现场|赶|转移|协助|救|清|停|达|办|上门|落实|采样|检测)|催办|转达|派人"
)
_TO_CALLER = re.compile(r"您打|您拨|建议您|您可以|您先|[吗呢？?]$|会有人联系|联系您|打给您|给您打|给您回|您带")
_PROMISER = re.compile(r"^(?:好的?|嗯|那|我们?|这边|给您|帮您|同时|已经|会)+")
_ASK = re.compile(r"^(?:我们|我|顺便|想|帮|替|要|先|再|请问|咨询|了解|打听|问|一下|那个|那|的|哎|你好|您好)+")
_SMALL = re.compile(r"^(?:就是|那|嗯|啊|哦|然后|对了?|是的?|好的?|可以|行|嘛|你们|麻烦|一个是)+")


def find_wish(turns: Sequence[Turn], cues: Cues, length_max: int, kind: str = "") -> Proposal | None:
    """The wish, surest first; who only asks (`kind` enquiry) wants to know what they ask."""
    told = wish_told(turns, cues)
    found = told or _said(turns, cues, length_max)
    if kind == "enquiry" and not told:
        found = _questions(turns, cues) or found
    found = found or _begun(turns, load_talk().praise_wishes if kind == "praise" else load_talk().wish_starts)
    if kind != "enquiry":
        found = found or _promised(turns)
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
    told = [piece for turn in exchange.answers for piece in _telling(turn, cues)][:TOLD_MOST]
    if proposed and (yes or (told and not denies(exchange))):
        words = [proposed.text, *(piece.text for piece in told)]
        return Proposal(
            "，".join(words), AGREED, merge([proposed.evidence], [yes] if yes else [], [piece.evidence for piece in told])
        )
    value = "，".join(piece.text for piece in told)
    evidence = merge([piece.evidence for piece in told])
    return Proposal(value, ANSWERED, evidence) if len(value) >= SHORTEST else None


def _proposed(asked: Turn) -> Piece | None:
    """What the agent puts into the caller's mouth: 您的诉求是要求支付工资; nothing when it is only asked for."""
    said = pieces(asked)
    for before, piece in reversed(list(zip([None, *said], said, strict=False))):
        found = _PROPOSED.search(piece.text)
        words = _ASKING.sub("", found[1]) if found else ""
        if found and before and SHORTEST_PIECE <= len(words) < SHORTEST and not _OPEN.search(words):
            whole = asked.text[before.evidence.start : before.evidence.end] + "，" + words
            return Piece(whole, Evidence(asked.seq, before.evidence.start, piece.evidence.start + found.start(1) + len(words)))
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
            if not text[:at].endswith(_NOT_WISHES) and not text.startswith(
                ("的", "不", "啊", "啦", "了", word), at + len(word)
            ):
                yield at + len(word)
            at = text.find(word, at + len(word))


def _begun(turns: Sequence[Turn], words: Sequence[str]) -> Proposal | None:
    """The last piece with one of these words, from the word on."""
    for turn in reversed([turn for turn in turns if turn.role == CALLER]):
        for piece in reversed(pieces(turn)):
            found = [at for word in words if (at := piece.text.find(word)) >= 0 and not piece.text[:at].endswith(_NOT_WISHES)]
            at = min(found, default=-1)
            at = 0 if at >= 0 and words is load_talk().praise_wishes else at
            if at >= 0 and len(piece.text) - at >= SHORTEST:
                return Proposal(piece.text[at:], SAID, (Evidence(turn.seq, piece.evidence.start + at, piece.evidence.end),))
    return None


def _questions(turns: Sequence[Turn], cues: Cues) -> Proposal | None:
    """What somebody wants to know: the clauses that tell most of the first turns, and what is asked of it."""
    told = find_matters([turn for turn in turns if turn.role == CALLER][:EARLY_TURNS], cues, (), ())
    words = [text for one in told[:SUBJECTS_MOST] if len(text := _ASK.sub("", one.text)) >= SHORTEST_PIECE]
    if not words:
        return None
    named = [text for text in words if not _only_asks(text)]
    asks_itself = any(_says(text, name) for text in named for name in load_talk().aspects)
    subject = "，".join(named if named and not asks_itself else words)
    asked = {name: said for name, said in _aspects(turns).items() if not _says(subject, name)}
    whole = load_talk().to_know + subject + ("的" + "、".join(asked) if asked else "")
    return Proposal(whole, ASKS, merge([one.evidence for one in told[:SUBJECTS_MOST]], list(asked.values())))


def _promised(turns: Sequence[Turn]) -> Proposal | None:
    """What the agent says will be done, where the caller does not object: for those in need do not say what they want."""
    for exchange in exchanges(turns):
        done = [piece for piece in pieces(exchange.asked) if _PROMISE.search(piece.text) and not _TO_CALLER.search(piece.text)]
        if done and exchange.answers and not denies(exchange):
            words = "，".join(_PROMISER.sub("", piece.text) for piece in done[:TOLD_MOST])
            yes = agreement(exchange)
            return Proposal(words, PROMISED, merge([piece.evidence for piece in done[:TOLD_MOST]], [yes] if yes else []))
    return None


def _only_asks(words: str) -> bool:
    return len(words) <= LONGEST_QUESTION and any(_says(words, name) for name in load_talk().aspects)


def _says(subject: str, aspect: str) -> bool:
    return aspect in subject or any(re.search(each, subject) for each in load_talk().aspects[aspect])


def _aspects(turns: Sequence[Turn]) -> dict[str, Evidence]:
    """What is asked for, in a ticket's words (材料, 费用), and where the caller asks it first; by order of the talk."""
    found = dict[str, Evidence]()
    for name, expressions in load_talk().aspects.items():
        for turn in turns:
            said = next((one for each in expressions if (one := re.search(each, turn.text))), None)
            if turn.role == CALLER and said:
                found[name] = Evidence(turn.seq, said.start(), said.end())
                break
    return dict(sorted(found.items(), key=lambda row: row[1])[:ASPECTS_MOST])
