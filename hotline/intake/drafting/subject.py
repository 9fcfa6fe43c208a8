"""Whom a matter concerns: the shop, firm, unit or person that was named. Pure; nothing is proposed that was not said.

Asked for the name, the caller's answer counts, and of it first what the agent then says again; else a name that the caller gave
unasked; else, of somebody who complains, the people they describe (施工队, 楼上住户).
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from hotline.intake.drafting.cues import Cues, load_cues
from hotline.intake.drafting.gazetteer import Gazetteer
from hotline.intake.drafting.numerals import NUMBER, value_of
from hotline.intake.drafting.place import Site
from hotline.intake.drafting.talk import Exchange, Piece, asked_about, load_talk, next_of_agent, pieces
from hotline.intake.drafting.values import CALLER, Evidence, Proposal, Turn, merge

ASKED, NAMED, DESCRIBED = 0.75, 0.6, 0.45
SHORTEST, LONGEST = 2, 16
SHORTEST_ECHO = 3
BLAMING = frozenset({"complaint", "report", "praise"})
"""The types of request that are about somebody."""

_LEAD = re.compile(
    r"^(?:是|叫|就是|好像是?|应该是|可能是|那个|什么|名字|店名|招牌|牌子上?|写的|全称|它|他|她|他们|姓名|大老板|对|嗯|哦|挂的|门口|上面|平台|公司|一个)+"
)
_TAIL = re.compile(r"(?:的|吧|啊|呢|嘛|那边|那里|里面|这家|那家)+$")
_HAN = r"[\u4e00-\u9fffA-Za-z0-9]"
_AGAIN = re.compile(rf"[，, ]({_HAN}{{3,12}})")
_OWN_FIRM = re.compile(r"我们是(?:做|搞)|我这边是|我们这边是|我是[^，。 ]{0,8}(?:公司|厂)的")
_BUS = re.compile(rf"{NUMBER}路(?:公交车?|车)(?:的?(?:司机|驾驶员))?")
_CALLED = re.compile(
    r"(?:店名|名字|公司|平台|学校|机构|招牌|牌子|厂子?|全称|店|酒吧|饭店|工地|单位|[家个])?(?:好像|应该)?"
    r"(?:叫做?|名叫|挂的?牌子叫?|牌子上?写的是?|门口挂)[，, ]?"
    rf"(?:什么[，, ]?|那个[，, ]?|好像|应该|是|叫)*({_HAN}{{2,14}}?)(?=在|的|店长|老板|[，。,. 、！？?]|$)"
)
_ROOM_OF = re.compile(
    r"(?:他们?|她们?|楼[上下]|对门|隔壁)(?:那?家|那户|的)?(?:就?是|住)?([\d零〇一二三四五六七八九幺]{3,4})(?![\d零〇一二三四五六七八九幺块元])"
)
_ANY_ROOM = re.compile(
    r"(?<![\d零〇一二三四五六七八九幺])([\d零〇一二三四五六七八九幺]{3,4})(?![\d零〇一二三四五六七八九幺块元])"
)
_KIN = tuple("我他她人姓爸妈爷奶哥姐弟妹婆公子女")
_BESIDE = ("正门", "大门", "门口", "旁边", "旁", "对面", "附近", "后面", "前面", "边上", "上的", "站", "这边", "那边", "下")
_PART_OF = re.compile(r"食堂|[\u4e00-\u9fff]{2}科|小卖部")
_NO_NAME = re.compile(
    r"^一个|什么|怎么|我|你|他|她|没|不|了|来着|叫|谁|救护|警察|人家|孩子|物业来|[路街镇乡村]$|小区$|号楼$|[到免分点月日]|老[一-龥]$|小[一-龥]$"
)


def find_subject(turns: Sequence[Turn], gazetteer: Gazetteer, kind: str = "", site: Site | None = None) -> Proposal | None:
    """What the caller answered when asked for the name; else a named shop, firm or unit that the caller spoke of."""
    cues, names_asked = load_cues(), load_talk().questions["name"]
    if kind == "praise" and (praised := _in_office(turns, cues)):
        return praised
    for exchange in asked_about(turns, "subject"):
        of_caller = any(word in exchange.asked.text for word in (*names_asked, *load_talk().relatives))
        if not of_caller and (found := _answered(turns, exchange, gazetteer)):
            return found
    if kind not in BLAMING:
        return _neighbour(turns) if kind == "help" else None
    named = next(_called(turns), None) or next(_named(turns, gazetteer), None) or _neighbour(turns)
    return named or (_place_itself(site) if site else None) or _described(turns)


def _answered(turns: Sequence[Turn], exchange: Exchange, gazetteer: Gazetteer) -> Proposal | None:
    """What the agent repeats of an answer; else its named body, or the name behind 叫."""
    talk = load_talk()
    if exchange.answer.startswith(talk.unknown):
        return None
    if any(word in exchange.asked.text for word in talk.which_household):
        return next((one for turn in exchange.answers if (one := _household(turn, _ANY_ROOM))), None)
    if body := next(_named(exchange.answers, gazetteer), None):
        return Proposal(body.value, ASKED, body.evidence)
    if echoed := _echoed(turns, exchange, gazetteer):
        return echoed
    return next(_called(exchange.answers), None)


def _echoed(turns: Sequence[Turn], exchange: Exchange, gazetteer: Gazetteer) -> Proposal | None:
    """The longest piece of the answer that the agent says again and that is neither a place nor a number."""
    reply = next_of_agent(turns, exchange.answers[-1])
    if reply is None:
        return None
    best: Piece | None = None
    for turn in exchange.answers:
        for raw in pieces(turn):
            piece = _bare(raw)
            at = reply.text.find(piece.text) if piece else -1
            if piece and at >= 0 and len(piece.text) >= SHORTEST_ECHO and _is_name(piece.text, gazetteer):
                best = max(best or piece, piece, key=lambda one: len(one.text))
    if best is None:
        return None
    at = reply.text.find(best.text)
    return Proposal(best.text, ASKED, merge([best.evidence, Evidence(reply.seq, at, at + len(best.text))]))


def _is_own(turn: Turn, end: int) -> bool:
    """Whether what is named there is the caller's own firm."""
    return _OWN_FIRM.search(turn.text, 0, end) is not None


def _is_name(words: str, gazetteer: Gazetteer) -> bool:
    placed = any(hit.end - hit.start >= len(words) - 1 for hit in gazetteer.find(words))
    return not placed and _NO_NAME.search(words) is None and re.search(NUMBER, words) is None


def _called(turns: Sequence[Turn]) -> Iterator[Proposal]:
    """What stands behind 叫 where it is no person's name."""
    for turn in turns:
        for found in _CALLED.finditer(turn.text) if turn.role == CALLER else ():
            before = turn.text[max(0, found.start() - 2) : found.start()]
            person = before.endswith(_KIN)
            start, end = found.start(1), found.end(1)
            again = _AGAIN.match(turn.text, end)
            if again and again[1].startswith(found[1]):
                start, end = again.start(1), again.end(1)  # 叫速骑，速骑单车
            name = turn.text[start:end]
            vague = "什么" in turn.text[found.start() : start] and turn.text[found.start()] == "叫"
            if not person and not vague and not _is_own(turn, end) and len(name) >= SHORTEST_ECHO and not _NO_NAME.search(name):
                yield Proposal(name, NAMED, (Evidence(turn.seq, start, end),))


def _bare(piece: Piece) -> Piece | None:
    lead = _LEAD.match(piece.text)
    start = lead.end() if lead else 0
    tail = _TAIL.search(piece.text[start:])
    end = start + tail.start() if tail else len(piece.text)
    if not SHORTEST <= end - start <= LONGEST:
        return None
    seq, at = piece.evidence.seq, piece.evidence.start
    return Piece(piece.text[start:end], Evidence(seq, at + start, at + end))


def _named(turns: Sequence[Turn], gazetteer: Gazetteer) -> Iterator[Proposal]:
    for turn in turns:
        if turn.role != CALLER:
            continue
        for piece in pieces(turn):
            for found in _named_body().finditer(piece.text):
                name = bare_name(found[1], gazetteer)
                if len(name) >= SHORTEST and not _is_own(turn, piece.evidence.start + found.end()):
                    start = piece.evidence.start + found.end(1) - len(name)
                    end = piece.evidence.start + found.end()
                    yield Proposal(turn.text[start:end], NAMED, (Evidence(turn.seq, start, end),))
        if (bus := _BUS.search(turn.text)) and not bus[0].endswith("路车"):
            yield Proposal(bus[0], NAMED, (Evidence(turn.seq, bus.start(), bus.end()),))


def bare_name(words: str, gazetteer: Gazetteer) -> str:
    """What is a name of the words before a kind of shop: without little words, and without the place it lies at."""
    for hit in reversed(gazetteer.find(words)):
        words = words[hit.end :] or words[hit.start :]  # 科创派出所 is named by its place
        break
    for word in sorted(load_talk().unnamed, key=len, reverse=True):
        if word in words:
            words = words[words.rfind(word) + len(word) :]
    return words


def _neighbour(turns: Sequence[Turn]) -> Proposal | None:
    """The household of a room that is not the caller's: 他是五零三."""
    return next((one for turn in turns if turn.role == CALLER and (one := _household(turn, _ROOM_OF))), None)


def _household(turn: Turn, pattern: re.Pattern[str]) -> Proposal | None:
    found = pattern.search(turn.text)
    room = value_of(found[1]) if found else None
    if found is None or room is None:
        return None
    words = load_talk().household.format(room=room)
    return Proposal(words, DESCRIBED, (Evidence(turn.seq, found.start(), found.end()),))


def _in_office(turns: Sequence[Turn], cues: Cues) -> Proposal | None:
    """Somebody named with what they are: 护士陶静怡, also with a pause between."""
    for turn in turns:
        for found in _named_office().finditer(turn.text):
            if found[2][0] in cues.single_surnames and not _NO_NAME.search(found[2]):
                said = (Evidence(turn.seq, *found.span(1)), Evidence(turn.seq, *found.span(2)))
                return Proposal(found[1] + found[2], ASKED, said)
    return None


def _place_itself(site: Site) -> Proposal | None:
    """The school, hospital or market that the matter is in, and not beside."""
    behind = site.turn.text[site.hits[-1].end :]
    if site.best.kind not in load_talk().body_places or behind.startswith(_BESIDE):
        return None
    part = _PART_OF.match(behind)
    return Proposal(site.best.name + (part[0] if part else ""), DESCRIBED, site.evidence)


def _described(turns: Sequence[Turn]) -> Proposal | None:
    """The people of whom the caller speaks most, in the fullest words: 楼上住户, 渣土车, 流动摊贩."""
    surnames = load_cues().single_surnames
    told = [
        (found[0], Evidence(turn.seq, found.start(), found.end()))
        for turn in turns
        if turn.role == CALLER
        for found in _described_people().finditer(turn.text)
        if not found[0].endswith("老师") or found[0][0] in surnames
    ]
    if not told:
        return None
    words, said = max(told, key=lambda one: (sum(one[0] == other for other, _ in told), len(one[0]), -one[1].seq))
    return Proposal(words, DESCRIBED, (said,))


@cache
def _named_body() -> re.Pattern[str]:
    bodies = "|".join(sorted(load_talk().bodies, key=len, reverse=True))
    return re.compile(rf"({_HAN}{{2,8}}?)({bodies})")


@cache
def _named_office() -> re.Pattern[str]:
    roles = "|".join(load_talk().roles)
    return re.compile(rf"({roles})(?:[，, ]|姓[\u4e00-\u9fff]|名?叫|的|什么|来着)*([\u4e00-\u9fff]{{3}})(?=[，。, ]|$)")


@cache
def _described_people() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in load_talk().described))
