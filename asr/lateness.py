"""How late live text is: from a word's end to the moment when as much text as up to that word stood on the screen.   Pure.

Word times are known only with the final, so a sentence is judged when it ends; what was shown may have been corrected since.
Used by the sessions' meters and the benchmark of speech.
"""

from bisect import bisect_left
from dataclasses import dataclass, field

from asr.engine import Hypothesis


@dataclass
class LiveText:
    """Follows one stream: what was shown of the sentence that is being spoken, and when, in seconds of the stream."""

    _shown_s: list[float] = field(default_factory=list)
    _lengths: list[int] = field(default_factory=list)

    def shown(self, at_s: float, found: Hypothesis) -> list[float]:
        """Note what is shown at that second; of a final, the seconds that each of its words was late.

        A final that replaces an earlier one says nothing: its words stood there already.
        """
        if found.replaces is not None:
            return []
        length = _length(found.text)
        if length > (self._lengths[-1] if self._lengths else 0):
            self._shown_s.append(at_s)
            self._lengths.append(length)
        if not found.is_final:
            return []
        late, spoken = list[float](), 0
        for word in found.words:
            spoken += _length(word.word)
            place = bisect_left(self._lengths, spoken)
            late.append((self._shown_s[place] if place < len(self._shown_s) else at_s) - word.end_s)
        self._shown_s, self._lengths = [], []
        return late


def _length(text: str) -> int:
    return len("".join(text.split()))
