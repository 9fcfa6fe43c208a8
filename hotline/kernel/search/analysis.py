"""From text to tokens, once for every search backend: form, script, words, pinyin. Pure but for the dictionary it is given.

Both what is indexed and what is asked goes through the same `Analyzer`; backends only split at blanks, so all rank alike.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from importlib.resources import files

import opencc
import rjieba

from hotline.kernel.search import pinyin
from hotline.kernel.search.hearing import Lexicon, spoken_words, translated

VERSION = 3
"""Raise it when the same text would give other tokens: indexes of another version are rebuilt."""

WORD_FREQUENCY = 100_000
LONGEST_TOKEN = 255
"""Characters; of a longer run of letters a search server would make several tokens."""
SUGGEST_CHARACTERS = 12
INSIDE = "·"
"""Marks what a title may be suggested by though it does not begin so."""
SHORT = 200
"""Characters of a text whose form is kept: a question is cut in several ways, one after another."""
GRAM = "~"
"""Begins a token that is a pair of characters, not a word."""
_WORDLIKE = re.compile(r"\w")
_LATIN = re.compile(r"[a-z0-9]+")
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")
_TO_SIMPLIFIED = opencc.OpenCC("t2s")


def normalise(text: str) -> str:
    """One form for what reads the same: NFKC (full width to half width), lower case, simplified characters."""
    return _normalised(text) if len(text) <= SHORT else _normalised.__wrapped__(text)


@lru_cache(4096)
def _normalised(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).lower()
    return str(_TO_SIMPLIFIED.convert(folded))


def packaged_words() -> list[str]:
    """The words of public service that come with the software; cities add their own places and items."""
    lines = files("hotline.kernel.search").joinpath("words.txt").read_text("utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


class Analyzer:
    """Cuts text into search tokens. `words` are names and terms that a general dictionary would cut apart."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._given = tuple(words)
        self._parts: dict[str, tuple[str, ...]] = {}
        self._jieba = _dictionary(self._given)
        self._lexicon = _lexicon(self._given)

    def learn(self, words: Iterable[str]) -> None:
        """Know these words beside those given at first, instead of what was learnt before. For all threads."""
        # A dictionary that another thread is cutting with must not change; so it is made anew and put in place.
        known = (*self._given, *words)
        self._jieba, self._parts, self._lexicon = _dictionary(known), {}, _lexicon(known)

    def tokens(self, text: str) -> list[str]:
        """Search tokens in reading order, repeats kept (they count in BM25), punctuation dropped.

        A long word is followed by nothing and preceded by its parts: 公租房 gives 租房, 公租房.
        """
        found = self._jieba.cut_for_search(normalise(text))
        return [token.strip()[:LONGEST_TOKEN] for token in found if _WORDLIKE.search(token)]

    def words(self, text: str) -> list[str]:
        """Words that do not overlap, in reading order: for comparing two texts, not for the index."""
        return self.words_of(normalise(text))

    def words_of(self, folded: str) -> list[str]:
        """The same of a text that is normalised already."""
        # Nearly every word is of letters alone, and that is asked in a fifth of the time.
        return [word.strip() for word in self._jieba.cut(folded) if word.isalnum() or _WORDLIKE.search(word)]

    def repaired(self, text: str) -> str:
        """The text with words put right that were said in dialect, heard wrongly or typed in pinyin: for what is asked."""
        folded = translated(normalise(text))
        return self._lexicon.repaired(folded, self._jieba.cut(folded))

    def parts(self, word: str) -> tuple[str, ...]:
        """The words of one term, kept: for lists of terms that are looked through at every question."""
        if word not in self._parts:
            self._parts[word] = tuple(self.words(word))
        return self._parts[word]

    def spaced(self, text: str) -> str:
        """The search tokens joined by one blank: the form in which a text is indexed."""
        return " ".join(self.tokens(text))

    def indexed(self, text: str) -> str:
        """Words and character pairs joined by blanks: a field in which a question is found though it is cut otherwise."""
        return " ".join((*self.tokens(text), *grams(text)))

    def sounds(self, text: str, filler: Collection[str] = ()) -> list[str]:
        """How the text sounds, as pairs of syllables (`pinyin.pairs`), without those of filler words; Latin letters are
        taken for pinyin."""
        folded = normalise(text)
        heard = list[str]()
        for run, spoken in zip(_HAN.findall(folded), self._spoken(folded), strict=True):
            sounds = pinyin.pairs([one for word in spoken for one in word])
            heard += [sound for at, sound in enumerate(sounds) if run[at : at + 2] not in filler]
        return [*heard, *pinyin.typed(folded)]

    def sounding(self, text: str) -> str:
        """All that a text is found by beside its words, joined by blanks: its sounds, its initials, its single characters."""
        folded = normalise(text)
        runs = self._spoken(folded)
        heard = [pair for run in runs for pair in pinyin.pairs([one for word in run for one in word])]
        lone = dict.fromkeys(f"{GRAM}{one}" for run in _HAN.findall(folded) for one in run)
        return " ".join((*heard, *(token for run in runs for token in pinyin.initials_of(run)), *lone))

    def initials(self, text: str) -> list[str]:
        """The tokens by which a text is found from first letters (`pinyin.initials_of`)."""
        return [token for run in self._spoken(normalise(text)) for token in pinyin.initials_of(run)]

    def _spoken(self, folded: str) -> list[list[tuple[str, ...]]]:
        """The runs of Chinese characters, each as its words, each as its syllables."""
        return [[pinyin.syllables(word) for word in self._jieba.cut(run)] for run in _HAN.findall(folded)]

    def highlight(self, text: str, wanted: Collection[str]) -> list[tuple[int, int]]:
        """Where words of `text` stand that are, or hold, a wanted token: (start, end) in characters, ascending."""
        folded = normalise(text)
        if len(folded) != len(text):
            return []
        cut: list[tuple[str, int, int]] = self._jieba.tokenize(folded)
        return [(start, end) for word, start, end in cut if word in wanted or any(part in word for part in wanted)]


@lru_cache(1)
def _dictionary(words: tuple[str, ...]) -> rjieba.Jieba:
    """The general dictionary with these words. It takes a tenth of a second to make, and never changes: the last is kept."""
    made = rjieba.Jieba()
    for word in words:
        made.add_word(normalise(word), WORD_FREQUENCY, "n")
    return made


@lru_cache(1)
def _lexicon(words: tuple[str, ...]) -> Lexicon:
    return Lexicon((*words, *spoken_words()))


def grams(text: str) -> list[str]:
    """Each two neighbouring Chinese characters, marked so that they never count for words; a lone character by itself."""
    runs = _HAN.findall(normalise(text))
    return [f"{GRAM}{run[at : at + 2]}" for run in runs for at in range(max(1, len(run) - 1))]


def suggest_terms(text: str) -> list[str]:
    """All beginnings of a title, and marked those of its later words, by which it may be suggested: as written, in full
    pinyin, by initials (养老 → yl)."""
    plain = suggest_query(text)[:SUGGEST_CHARACTERS]
    words: list[str] = rjieba.cut(plain)
    spoken = [syllable for word in words for syllable in pinyin.syllables(word)]
    found = dict.fromkeys(_forms(plain, spoken))
    if len(spoken) == len(plain):  # a syllable a character: only then can both be cut at the same place
        inside = {plain.find(part) for part in (*words, *rjieba.cut_for_search(plain)) if len(part) > 1} - {0}
        found |= dict.fromkeys(f"{INSIDE}{form}" for at in sorted(inside) for form in _forms(plain[at:], spoken[at:]))
    return list(found)


def suggest_group(typed: str) -> tuple[str, ...]:
    """The group of a query for what was typed so far: titles that begin so first, then those with a word that does."""
    term = suggest_query(typed)
    return (term, f"{INSIDE}{term}") if term else ()


def _forms(plain: str, spoken: Sequence[str]) -> Iterator[str]:
    for form in (plain, "".join(spoken), "".join(syllable[:1] for syllable in spoken)):
        yield from _beginnings(form)


def suggest_query(text: str) -> str:
    """What was typed so far, as one term of `suggest_terms`."""
    return "".join(_WORDLIKE.findall(normalise(text)))


def is_latin(text: str) -> bool:
    """Whether only Latin letters and digits were typed: then it may be pinyin."""
    return bool(_LATIN.fullmatch(suggest_query(text)))


def _beginnings(form: str) -> Iterator[str]:
    for end in range(1, min(len(form), SUGGEST_CHARACTERS * 3) + 1):
        yield form[:end]
