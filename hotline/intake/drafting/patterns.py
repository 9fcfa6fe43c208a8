"""How machine-made titles and texts are worded: the patterns of `patterns.yaml` and what fills them. Pure."""

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml


@dataclass(frozen=True)
class Patterns:
    """The patterns of `patterns.yaml`."""

    title: str
    beginnings: list[str]
    endings: list[str]
    anonymous: str
    titles: dict[str, str]
    verbs: dict[str, str]
    wish: str
    time: str
    urgent: str
    again: str
    summary: dict[str, str]


@cache
def load_patterns() -> Patterns:
    """The patterns that come with the package."""
    text = resources.files("hotline.intake").joinpath("data", "patterns.yaml").read_text(encoding="utf-8")
    return Patterns(**yaml.safe_load(text))


@dataclass(frozen=True)
class Marks:
    """What a title says beside the matter: that it is urgent (加急), and that it was told before (再次)."""

    urgent: bool = False
    again: bool = False


def house_title(
    matter: str, *, kind: str = "other", person: str = "", place: str = "", length_max: int = 60, marks: Marks = Marks()
) -> str:
    """The title of the house, "关于张女士反映听涛苑路灯不亮的问题"; the matter is cut so that it fits `length_max`."""
    patterns = load_patterns()
    verb = (patterns.again if marks.again else "") + patterns.verbs.get(kind, patterns.verbs["other"])
    before = patterns.urgent if marks.urgent else ""
    frame = {"person": person or patterns.anonymous, "verb": verb, "place": place}
    room = length_max - len(before) - len(patterns.title.format(**frame, matter=""))
    return before + patterns.title.format(**frame, matter=_bare(matter, patterns)[: max(room, 1)])


def nameless_title(title: str) -> str:
    """The title of a confidential ticket, which its unit reads too: "关于张女士反映…" becomes "关于市民反映…"."""
    patterns = load_patterns()
    before = f"(?:{re.escape(patterns.urgent)})?{re.escape(patterns.title.split('{person}')[0])}"
    titles = "|".join(re.escape(word) for word in patterns.titles.values())
    return re.sub(rf"^({before}).{{1,2}}?(?:{titles})", rf"\g<1>{patterns.anonymous}", title)


def _bare(matter: str, patterns: Patterns) -> str:
    """The matter without the caller's frame: "一个夜间施工的问题" is "夜间施工". Nothing but a frame stays as it is."""
    start = next((len(word) for word in patterns.beginnings if matter.startswith(word)), 0)
    end = next((len(word) for word in patterns.endings if matter.endswith(word)), 0)
    return matter[start : len(matter) - end] or matter
