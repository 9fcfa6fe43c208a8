"""What the text chain makes of raw transcripts: names and numbers right, sentences left alone, and its time.

The sentences are those of the tests, so the figures are of written ones; recordings are measured by `hotline asr evaluate`. The
peer replaces whatever lies within a threshold of edit distance over the same syllables. `python -m benchmarks transcripts`.
"""

from time import process_time

from rapidfuzz.distance import Levenshtein

from asr.shown import show
from asr.wording import text_rules
from asr.wording.lexicon import Lexicon
from asr.wording.syllables import Sound, sound_of
from benchmarks.frame import Row
from sla import packaged
from tests.unit import speech_sets

SIZES = {"small": 1_000, "full": 50_000}
TWO, MORE = 0.9, 0.8
PEER = "edit distance"


def run(size: str = "full") -> list[Row]:
    """Measure; the time with that many names."""
    return [*_names(), _numbers(), *_times(SIZES[size])]


def _names() -> list[Row]:
    heard, plain = speech_sets.rows("heard_names.tsv"), speech_sets.plain_sentences()
    lexicon, peer = speech_sets.demo_lexicon(), _ByDistance(speech_sets.demo_names())
    kinds = dict.fromkeys(row["kind"] for row in heard)
    rows = []
    for kind in kinds:
        said = [row for row in heard if row["kind"] == kind]
        ours = sum(row["name"] in show(row["raw"], lexicon).text for row in said)
        theirs = sum(row["name"] in peer.corrected(row["raw"]) for row in said)
        rows.append(Row(f"names right, {kind}", ours, "names", PEER, theirs, f"of {len(said)}; heard wrongly, so 0 before"))
    left = sum(all(change.rule != "name" for change in show(text, lexicon).changes) for text in plain)
    theirs = sum(peer.corrected(text) == text for text in plain)
    return [
        *rows,
        Row("sentences without a false name", left, "sentences", PEER, theirs, f"of {len(plain)} without a wrong name"),
    ]


def _numbers() -> Row:
    rows = [
        row
        for name in ("shown.tsv", "later.tsv")
        for row in speech_sets.rows(name)
        if row["kind"] not in ("mark", "join", "traditional")
    ]
    right = sum(show(row["raw"], speech_sets.demo_lexicon()).text.rstrip("。？") == row["shown"] for row in rows)
    return Row("numbers, idioms and fillers right", right, "sentences", note=f"of {len(rows)}")


def _times(count: int) -> list[Row]:
    begun = process_time()
    lexicon = Lexicon.of(speech_sets.made_names(count), text_rules.read(packaged.rule_values()))
    built = process_time() - begun
    sentences = [row["raw"] for row in speech_sets.rows("shown.tsv")] + speech_sets.plain_sentences()
    show(sentences[0], lexicon)
    begun = process_time()
    for sentence in sentences:
        show(sentence, lexicon)
    each = 1000 * (process_time() - begun) / len(sentences)
    return [
        Row("making the lexicon", built, "s", note=f"{count:,} names, CPU"),
        Row("a sentence", each, "ms", note=f"{count:,} names, CPU, mean"),
    ]


class _ByDistance:
    """The peer: every window as long as a name, the nearest of all names, by a threshold that knows only the length."""

    def __init__(self, names: frozenset[str]) -> None:
        self._by_length: dict[int, list[tuple[str, Sound]]] = {}
        for name in names:
            self._by_length.setdefault(len(name), []).append((name, sound_of(name)))
        self._names = names

    def corrected(self, text: str) -> str:
        """The text with the likeliest window replaced, again and again from left to right."""
        at = 0
        while at < len(text):
            found = max((self._best(text, at, length) for length in self._by_length), default=(0.0, ""))
            name = found[1]
            text = text[:at] + name + text[at + len(name) :] if name else text
            at += max(len(name), 1)
        return text

    def _best(self, text: str, at: int, length: int) -> tuple[float, str]:
        window = text[at : at + length]
        if len(window) < length or length < len("路口"):
            return 0.0, ""
        said, least = "".join(sound_of(window)), TWO if length == len("路口") else MORE
        alike = ((Levenshtein.normalized_similarity(said, "".join(sound)), name) for name, sound in self._by_length[length])
        return max((pair for pair in alike if pair[0] >= least), default=(0.0, ""))
