"""The words that hot topics go by (`data/hot_topics.yaml`): which names of places a text holds, how unhappy it is. Pure."""

import re
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

import yaml

SHORTEST, LONGEST = 2, 8
"""Characters of a place's own name, without what kind of place it is."""
TELLING = 2
"""So many last characters of a name are compared: people leave out what comes before."""
_MARKS = " ,.;:!?~、，。；：！？…—-“”\"'()（）【】《》"
_NAME = re.compile(r"[A-Za-z0-9一-鿿]*$")


@dataclass(frozen=True)
class Named:
    """A place or body as it was written, the part of its name by which it is the same as another, whether it is a place."""

    words: str
    key: str
    is_place: bool


@dataclass(frozen=True)
class TopicWords:
    """The lists, made ready to be looked for."""

    ends: re.Pattern[str]
    bodies: frozenset[str]
    no_places: frozenset[str]
    before: re.Pattern[str]
    districts: re.Pattern[str]
    unhappy: re.Pattern[str]
    title_begins: re.Pattern[str]
    title_ends: re.Pattern[str]
    persons: re.Pattern[str]

    def places(self, text: str) -> list[Named]:
        """The places and bodies that a normalised text names, in reading order; districts are none."""
        found = list[Named]()
        last = 0
        for end in self.ends.finditer(text):
            if end.group() in self.no_places:
                last = end.end()
                continue
            own = self._own_name(text[max(last, end.start() - LONGEST) : end.start()])
            if len(own) >= SHORTEST:
                last = end.end()
                found.append(Named(own + end.group(), own[-TELLING:], end.group() not in self.bodies))
            elif not own and found and len(end.group()) > 1 and text[: end.start()].endswith(found[-1].words):
                # 丽景花园小区: the second end belongs to the same name; 建设街路灯 has none.
                last = end.end()
                found[-1] = replace(found[-1], words=found[-1].words + end.group())
        return found

    def plain(self, title: str) -> str:
        """A title without how it begins and ends beside its matter, and without what may name a person."""
        text = self.persons.sub("", re.sub(r"\s+", "", title)).strip(_MARKS)
        while (cut := self.title_ends.sub("", self.title_begins.sub("", text)).strip(_MARKS)) != text:
            text = cut
        return text

    def matter(self, text: str, place: str) -> str:
        """A clause without its districts and places, and without what its topic's place is called when its end is left out."""
        bare = self.districts.sub("", text)
        for named in self.places(bare):
            bare = bare.replace(named.words, "", 1) if named.is_place else bare
        own = self.ends.sub("", place)
        return bare.replace(own, "") if len(own) >= SHORTEST else bare

    def urges(self, text: str) -> int:
        """How many words of unhappiness a normalised text holds."""
        return len(set(self.unhappy.findall(text)))

    def _own_name(self, before: str) -> str:
        run = _NAME.search(before)
        name = self.districts.sub(" ", run.group() if run else "")
        cut = [found.end() for found in self.before.finditer(name)]
        return name[max(cut, default=0) :].split(" ")[-1]


@cache
def packaged() -> TopicWords:
    """The lists that come with the software."""
    text = resources.files("hotline.insight").joinpath("data", "hot_topics.yaml").read_text("utf-8")
    lists: dict[str, Any] = yaml.safe_load(text)  # lists of words, and one expression
    return TopicWords(
        ends=_any_of([*lists["place_ends"], *lists["body_ends"], *lists["no_places"]]),
        no_places=frozenset(lists["no_places"]),
        bodies=frozenset(lists["body_ends"]),
        before=_any_of(lists["before_names"]),
        districts=re.compile(lists["districts"], re.IGNORECASE),
        unhappy=_any_of(lists["unhappy"]),
        title_begins=re.compile(f"^(?:{_any_of(lists['title_begins']).pattern})"),
        title_ends=re.compile(f"(?:{_any_of(lists['title_ends']).pattern})$"),
        persons=re.compile("|".join(lists["persons"])),
    )


def _any_of(words: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)))
