"""What a topic is called: its place and what its most central message says of the matter, without asking and pleading. Pure.

Names are made of words that several messages share, and of no more than one clause; what may name a person is cut out.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from hotline.insight.topic_vectors import Floats
from hotline.insight.topic_words import Named, TopicWords
from hotline.kernel.search.analysis import Analyzer

LONGEST = 18
"""Characters of a name; longer clauses are cut at a word."""
SHORTEST = 2
PLACE_SHARE = 0.25
"""A topic is at a place if at least this share of its messages name it."""
DECISIVE, HELD = 5, 0.3
"""So many words are shown that tell a topic; each stands in at least this share of its messages."""
_CLAUSES = re.compile(r"[,，.。;；:：!！?？\n、]")


def place_of(named: Sequence[Iterable[Named]], given: Sequence[str]) -> str:
    """The place most messages name, as most of them write it; else the place given most, if most were given it."""
    keys = Counter(key for one in named for key in sorted({place.key for place in one if place.is_place}))
    best = max(keys.items(), key=lambda item: (item[1], item[0]), default=("", 0))
    if best[1] >= max(PLACE_SHARE * len(named), 1):
        written = Counter(place.words for one in named for place in one if place.key == best[0] and place.is_place)
        return max(written.items(), key=lambda item: (item[1], len(item[0]), item[0]))[0]
    common = Counter(place for place in given if place).most_common(1)
    return common[0][0] if common and 2 * common[0][1] > len(given) else ""


def name_of(texts: Sequence[tuple[str, str]], place: str, weigh: Mapping[str, float], words: TopicWords, cut: Analyzer) -> str:
    """The name from titles and texts, most central first. `weigh` is what a word says of the topic."""
    titles = [words.plain(title) for title, _ in texts]
    clauses = [words.plain(clause) for title, text in texts if not title for clause in _CLAUSES.split(text)[:6]]
    short = [_short(words.plain(words.matter(one, place)), cut) for one in (*titles, *clauses)]
    matter = max((one for one in short if len(one) >= SHORTEST), key=lambda one: (_said(one, weigh, cut), one), default="")
    return f"{place}{matter}" or next((title for title in titles if title), "")


def decisive(total: Floats, held: Mapping[int, int], size: int, words: Sequence[str]) -> list[str]:
    """The words that weigh most in a topic's sum (a figure a column) and that enough of its messages hold."""
    enough = [column for column, count in held.items() if count >= HELD * size and len(words[column]) > 1]
    return [words[column] for column in sorted(enough, key=lambda column: (-total[column], words[column]))[:DECISIVE]]


def _said(text: str, weigh: Mapping[str, float], cut: Analyzer) -> float:
    found = cut.words(text)
    return round(sum(weigh.get(word, 0.0) for word in set(found)) / max(len(found), 2) ** 0.5, 6)


def _short(text: str, cut: Analyzer) -> str:
    clause = next((part for part in _CLAUSES.split(text) if len(part) >= SHORTEST), "")
    if len(clause) <= LONGEST:
        return clause
    short = ""
    for word in cut.words(clause):
        if len(short) + len(word) > LONGEST:
            break
        short += word
    return short
