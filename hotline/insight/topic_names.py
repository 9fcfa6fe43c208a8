"""What a topic is called: its place and what its most central message says of the matter, without asking and pleading. Pure.

Names are made of words that several messages share, of no more than one clause, and of nothing that may name a person.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from hotline.insight.topic_words import Named, TopicWords
from hotline.kernel.search.analysis import Analyzer

LONGEST = 18
"""Characters of a name beside the place."""
SHORTEST, FIRST_CLAUSES = 2, 6
"""Characters of a clause, and clauses of a text without title that are looked at."""
PLACE_SHARE, SEVERAL = 0.25, 2
"""A topic is at a place if at least this share of its messages, and several, name it."""
DECISIVE, HELD = 5, 0.3
"""So many words are shown that tell a topic; each stands in at least this share of its messages."""
_CLAUSES = re.compile(r"[,，.。;；:：!！?？\n、]")


def place_of(named: Sequence[Iterable[Named]], given: Sequence[str]) -> str:
    """The place most messages name, as most of them write it; else the place given most, if most were given it."""
    keys = Counter(key for one in named for key in sorted({place.key for place in one if place.is_place}))
    best = max(keys.items(), key=lambda item: (item[1], item[0]), default=("", 0))
    if best[1] >= max(PLACE_SHARE * len(named), SEVERAL):
        written = Counter(place.words for one in named for place in one if place.key == best[0] and place.is_place)
        return max(written.items(), key=lambda item: (item[1], len(item[0]), item[0]))[0]
    common = Counter(place for place in given if place).most_common(1)
    return common[0][0] if common and 2 * common[0][1] > len(given) else ""


def name_of(texts: Sequence[tuple[str, str]], place: str, shared: Mapping[str, float], words: TopicWords, cut: Analyzer) -> str:
    """The name from titles and texts, most central first. `shared` is what each word that several messages hold says.

    Words that one message alone holds are left out: they may say whose matter it is.
    """
    titles = [words.plain(title) for title, _ in texts]
    clauses = [words.plain(clause) for title, text in texts if not title for clause in _CLAUSES.split(text)[:FIRST_CLAUSES]]
    named = [_shared(words.plain(words.matter(one, place)), shared, cut) for one in (*titles, *clauses)]
    best = max((one for one in named if one), key=lambda one: (_said(one, shared), one), default=())
    return f"{place}{''.join(best)}" or "".join(max(shared.items(), key=lambda item: (item[1], item[0]), default=("", 0))[:1])


def decisive(weights: Mapping[str, float], held: Mapping[str, int], size: int) -> tuple[str, ...]:
    """The words that weigh most of those that enough of a topic's messages hold."""
    enough = [word for word, count in held.items() if count >= max(HELD * size, SEVERAL) and len(word) > 1]
    return tuple(sorted(enough, key=lambda word: (-weights[word], word))[:DECISIVE])


def _said(name: Sequence[str], shared: Mapping[str, float]) -> float:
    return round(sum(shared.get(word, 0.0) for word in set(name)) / math.sqrt(max(len(name), SEVERAL)), 6)


def _shared(text: str, shared: Mapping[str, float], cut: Analyzer) -> tuple[str, ...]:
    """The shared words of the first clause, as many as a name holds."""
    clause = next((part for part in _CLAUSES.split(text) if len(part) >= SHORTEST), "")
    kept = list[str]()
    for word in cut.words(clause):
        if word in shared and sum(map(len, kept)) + len(word) <= LONGEST:
            kept.append(word)
    return tuple(kept)
