"""What a call was about in a few sentences (来电摘要), drawn up when it ends from its turns and what was drafted of it. Pure.

Every part is somebody's words or a field that stands on them; the frames are those of `patterns.yaml`.
"""

from collections.abc import Mapping, Sequence

from hotline.intake.drafting.patterns import load_patterns
from hotline.intake.drafting.talk import load_talk, pieces, wants_nothing
from hotline.intake.drafting.values import CALLER, Drafted, Proposal, Turn

LONGEST_PROMISE = 40


def summarise(turns: Sequence[Turn], drafted: Sequence[Drafted]) -> str:
    """Who called about what and where, what they want, what was answered or promised. Empty when no caller spoke."""
    if not any(turn.role == CALLER for turn in turns):
        return ""
    frames = load_patterns().summary
    if not drafted:
        return frames["wrong_number" if _is_wrong_number(turns) else "nothing"]
    told = [_matter(one.fields) for one in drafted]
    caller = _caller(drafted[0].fields)
    return caller + "；".join(told) + "。" + _outcome(turns, drafted)


def _is_wrong_number(turns: Sequence[Turn]) -> bool:
    words = load_talk().wrong_number
    return wants_nothing(turns) and any(word in turn.text for turn in turns for word in words)


def _caller(fields: Mapping[str, Proposal]) -> str:
    name = fields.get("contact_name")
    return name.value if name else load_patterns().summary["unnamed"]


def _matter(fields: Mapping[str, Proposal]) -> str:
    patterns = load_patterns()
    title = fields["title"].value
    frame = patterns.title.split("{verb}")[0].split("{person}")[0]
    about = title.removeprefix(patterns.urgent).removeprefix(frame)
    for person in (_form(title, frame), patterns.anonymous):
        about = about.removeprefix(person)
    about = about.removesuffix(patterns.title.split("{matter}")[1])
    time, wanted = fields.get("time"), fields.get("wanted")
    when = patterns.summary["time"].format(time=time.value) if time and time.value not in about else ""
    wish = patterns.summary["wanted"].format(wanted=wanted.value) if wanted else ""
    return f"{about}{when}{wish}"


def _form(title: str, frame: str) -> str:
    """张女士, as the title names the caller."""
    patterns = load_patterns()
    rest = title.removeprefix(patterns.urgent).removeprefix(frame)
    ends = [rest.find(word) + len(word) for word in patterns.titles.values() if 0 <= rest.find(word) <= 2]
    return rest[: min(ends)] if ends else ""


def _outcome(turns: Sequence[Turn], drafted: Sequence[Drafted]) -> str:
    """What the agent promised last, in their words; an enquiry that was not handed on was answered."""
    talk, frames = load_talk(), load_patterns().summary
    said = [piece.text for turn in turns if turn.role != CALLER for piece in pieces(turn)]
    promises = [words for words in said if any(word in words for word in talk.promises) and len(words) <= LONGEST_PROMISE]
    if promises:
        return frames["promised"].format(words=promises[-1])
    kinds = {one.fields["type"].value for one in drafted if "type" in one.fields}
    return frames["answered"] if kinds == {"enquiry"} else ""
