"""From text to tokens, once for every search backend: form, script, words, pinyin. Pure but for the dictionary it is given.

Both what is indexed and what is asked goes through the same `Analyzer`; backends only split at blanks, so all rank alike.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from importlib.resources import files

import opencc
import rjieba
from pypinyin import Style, lazy_pinyin

VERSION = 1
"""Raise it when the same text would give other tokens: indexes of another version are rebuilt."""

WORD_FREQUENCY = 100_000
SUGGEST_CHARACTERS = 12
_WORDLIKE = re.compile(r"\w")
_LATIN = re.compile(r"[a-z0-9]+")
_TO_SIMPLIFIED = opencc.OpenCC("t2s")


def normalise(text: str) -> str:
    """One form for what reads the same: NFKC (full width to half width), lower case, simplified characters."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return str(_TO_SIMPLIFIED.convert(folded))


def packaged_words() -> list[str]:
    """The words of public service that come with the software; cities add their own places and items."""
    lines = files("hotline.kernel.search").joinpath("words.txt").read_text("utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


class Analyzer:
    """Cuts text into search tokens. `words` are names and terms that a general dictionary would cut apart."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._jieba = rjieba.Jieba()
        for word in words:
            self._jieba.add_word(normalise(word), WORD_FREQUENCY, "n")

    def tokens(self, text: str) -> list[str]:
        """Search tokens in reading order, repeats kept (they count in BM25), punctuation dropped.

        A long word is followed by nothing and preceded by its parts: 公租房 gives 租房, 公租房.
        """
        found = self._jieba.cut_for_search(normalise(text))
        return [token.strip() for token in found if _WORDLIKE.search(token)]

    def words(self, text: str) -> list[str]:
        """Words that do not overlap, in reading order: for comparing two texts, not for the index."""
        return [word.strip() for word in self._jieba.cut(normalise(text)) if _WORDLIKE.search(word)]

    def spaced(self, text: str) -> str:
        """The search tokens joined by one blank: the form in which a text is indexed."""
        return " ".join(self.tokens(text))

    def highlight(self, text: str, wanted: Collection[str]) -> list[tuple[int, int]]:
        """Where words of `text` stand that are, or hold, a wanted token: (start, end) in characters, ascending."""
        folded = normalise(text)
        if len(folded) != len(text):
            return []
        cut: list[tuple[str, int, int]] = self._jieba.tokenize(folded)
        return [(start, end) for word, start, end in cut if word in wanted or any(part in word for part in wanted)]


def suggest_terms(text: str) -> list[str]:
    """All beginnings of a title by which it may be suggested: as written, in full pinyin, by initials (养老 → yl)."""
    plain = "".join(_WORDLIKE.findall(normalise(text)))[:SUGGEST_CHARACTERS]
    full = "".join(lazy_pinyin(plain))
    initials = "".join(lazy_pinyin(plain, style=Style.FIRST_LETTER))
    return list(dict.fromkeys(term for form in (plain, full, initials) for term in _beginnings(form)))


def suggest_query(text: str) -> str:
    """What was typed so far, as one term of `suggest_terms`."""
    return "".join(_WORDLIKE.findall(normalise(text)))


def is_latin(text: str) -> bool:
    """Whether only Latin letters and digits were typed: then it may be pinyin."""
    return bool(_LATIN.fullmatch(suggest_query(text)))


def _beginnings(form: str) -> Iterator[str]:
    for end in range(1, min(len(form), SUGGEST_CHARACTERS * 3) + 1):
        yield form[:end]
