"""What is usual: how often each word, matter and place comes in, learnt from the last weeks. Pure; no database.

The detector asks it how telling a word is, and how many requests of a matter at a place an hour brings.
"""

import math
from collections import Counter

from hotline.insight.sightings import Sighting

UNSEEN = 0.5
"""What counts for something that never came in: less than once."""
EVERYWHERE = ""


class Usual:
    """Counts over `hours` of requests. Counts only grow by `add`; words seen once are forgotten above `most_words`."""

    def __init__(self, hours: float, most_words: int = 200_000) -> None:
        self._hours = max(hours, 1.0)
        self._most_words = most_words
        self._tickets = 0
        self._words: Counter[str] = Counter()
        self._themes: Counter[tuple[str, str]] = Counter()
        self._places: Counter[str] = Counter()

    def __len__(self) -> int:
        return self._tickets

    def add(self, seen: Sighting, hours: float = 0.0) -> None:
        """Count one request; `hours` of the stream that went by with it."""
        self._tickets += 1
        self._hours += hours
        self._words.update(seen.words)
        if len(self._words) > self._most_words:
            self._words = Counter({word: count for word, count in self._words.items() if count > 1})
        where = [EVERYWHERE, seen.district, *seen.near, *seen.places]
        for place in where:
            self._places[place] += 1
            for theme in seen.themes:
                self._themes[theme, place] += 1

    def weight(self, word: str) -> float:
        """How telling a word is, 0 (everybody says it) to 1 (nobody did before)."""
        if not self._tickets:
            return 1.0
        rarity = math.log((self._tickets + 1) / (self._words[word] + UNSEEN))
        return min(max(rarity / math.log((self._tickets + 1) / UNSEEN), 0.0), 1.0)

    def is_known(self, word: str, tickets: int) -> bool:
        """Whether so many requests had the word."""
        return self._words[word] >= tickets

    def per_hour(self, themes: frozenset[str], place: str = EVERYWHERE) -> float:
        """Requests an hour about any of the themes at a place or in an area; of any matter without themes.

        What never came in there is expected as often as the theme is anywhere, by the share that the place has of all.
        """
        if not themes:
            return (self._places[place] + UNSEEN) / self._hours
        here = sum(self._themes[theme, place] for theme in themes)
        anywhere = sum(self._themes[theme, EVERYWHERE] for theme in themes) + UNSEEN
        share = (self._places[place] + UNSEEN) / (self._tickets + 1)
        return (here + anywhere * min(share, 1.0)) / self._hours


def surprise(count: int, expected: float) -> float:
    """How improbable so many are where `expected` are usual: -log10 of the Poisson tail; 0 where it is nothing special."""
    if count <= expected or count == 0:
        return 0.0
    first = count * math.log(expected) - expected - math.lgamma(count + 1)
    # The tail is below the geometric series that begins with its first term.
    rest = -math.log1p(-expected / (count + 1))
    return max(-(first + rest) / math.log(10), 0.0)
