"""Which spot of a place is meant: a gate, a way from it, a facility in it, a landmark beside it. Pure; called by `address`."""

import re
from collections.abc import Iterator, Sequence

from hotline.intake.drafting.details import Words, answers_about_place, written
from hotline.intake.drafting.numerals import NUMBER
from hotline.intake.drafting.place import Site
from hotline.intake.drafting.talk import load_talk
from hotline.intake.drafting.values import Evidence, Turn

REACH = 16
"""Characters behind a place within which its spot is named."""
LONGEST_LANDMARK = 5


_SIDE = (
    r"(?:外面|外(?![地卖墙来])|旁边|旁|前面|前头|前(?![天几年两不])|后面空地|后面|后(?![来天])|左手边?|左边|左侧|右手边?|右边|右侧|对面"
    r"|底下|下面|下(?![水雨午班车一去来])|中间|[东西南北](?:侧|边|面))"
)
_WAY = (
    r"(?:再?[往向朝][东西南北里外](?:边|面)?(?:走|拐|去)?(?:[，, ]?(?:大概|大约|差不多))*"
    rf"(?:[，, ]?{NUMBER}多?米)?(?:到?(?:那个)?(?:公交站|路口|桥))?)"
)
_NOUN = (
    r"(?:[东西南北正大后侧](?:大)?门口?|门口|出站口|进站口|[东西南北]出口|出口|入口|地下车库|地下室|停车场|车棚|公交站台?|站台|站牌|桥洞|桥头|桥底|桥"
    r"|(?<!号)楼(?=[下前后对])|楼道|楼顶|坡道|小?广场|底商|食堂|操场|跑道|空地|工地|花坛|围墙|公厕|厕所|垃圾房|垃圾站|河边|河沟|塘边|村[东西南北]头|山坡上?"
    r"|十字路口|交叉路口|交叉口|交汇处|交界处?|路口|限高架|天桥|地下通道|隧道|涵洞|路段|附近|[大中小][一二三四五六]班"
    r"|[\u4e00-\u9fff]{0,2}(?:窗口|大厅|门诊|急诊|科室|(?<=[\u4e00-\u9fff]{2})科(?=[，, 。]|$)))"
)
_SPOT = re.compile(rf"(?<=号楼){_SIDE}|(?:{_NOUN}(?:的?{_SIDE})?[，, ]?{_WAY}?)+|{_WAY}|{_SIDE}(?=的|那|这|有|新|在)")
_AT_ONCE = re.compile(rf"(?:负?{NUMBER}(?:楼(?![上下梯道顶前后对房])|层(?!楼)))?(?:{_SPOT.pattern}|的?{_SIDE})?")
_UP_TO = re.compile(rf"(?:\s?{NUMBER}号(?!楼)铺?)?(?:[，, ]|就是|那个|这个|的|在|里面)*")
_LANDMARK = re.compile(rf"([\u4e00-\u9fff]{{2,{LONGEST_LANDMARK}}}?)(旁边|后面|前面|对面|隔壁)")
_LEAD = re.compile(r"^(?:就是|就在|就|是|在|那个|那|这个|我们|那边|这边|靠|的|上|到)+")
_TAIL = re.compile(r"[，, ]+$")


def spots(mentions: Sequence[Site], turns: Sequence[Turn]) -> Iterator[Words]:
    """The spot named right behind a mention of the place, the fullest; else what is told when the agent asks where."""
    told = [(site, found) for site in mentions if (found := _behind(site))]
    if told:
        site, spot = max(told, key=lambda one: len(one[1][0]))
        yield _words(site.turn, spot)
        return
    for turn in answers_about_place(turns, mentions[0].turn.seq):
        words = _landmark(turn) or _spot(turn)
        if words:
            yield words
            return


def _behind(site: Site) -> re.Match[str] | None:
    text, end = site.turn.text, site.hits[-1].end
    lead = _UP_TO.match(text, end)
    at_once = _AT_ONCE.match(text, lead.end() if lead else end)
    return at_once if at_once and at_once[0] else _SPOT.search(text, end, site.end + REACH)


def _words(turn: Turn, found: re.Match[str]) -> Words:
    said = _TAIL.sub("", found[0])
    return Words(_bare(said), (Evidence(turn.seq, found.start(), found.start() + len(said)),))


def _bare(said: str) -> str:
    plain = re.sub(r"[，,\s的]", "", said)
    for filler in (*load_talk().fillers, "大概", "大约", "差不多"):
        plain = plain.replace(filler, "")
    return written(plain)


def _spot(turn: Turn) -> Words | None:
    found = _SPOT.search(turn.text)
    return _words(turn, found) if found else None


def _landmark(turn: Turn) -> Words | None:
    """What a spot is described by that has no name of the city's: 老粮站后面."""
    for found in _LANDMARK.finditer(turn.text):
        lead = _LEAD.match(found[1])
        start = found.start() + (lead.end() if lead else 0)
        before = _SPOT.search(turn.text, 0, start)
        begin = before.start() if before else start
        if found.end(1) - start >= 2 and "号楼" not in found[1]:
            words = "".join(turn.text[at:to] for at, to in ((begin, before.end() if before else start), (start, found.end())))
            return Words(_bare(words), (Evidence(turn.seq, begin, found.end()),))
    return None
