"""Words for a message about limits: its counts ("near-handle:3,over-sign:1") become words in the reader's language.

Called where notices are worded (`web.api.notices`) and by `web.reactions.alarms` for what leaves the house.
"""

from collections.abc import Mapping

from web import texts

COUNTS = "counts"


def worded(code: str, part: str, args: Mapping[str, object], locale: str = texts.DEFAULT) -> str:
    """The title or text of a notice; of a digest with what it counts in words."""
    counts = str(args.get(COUNTS) or "")
    told = {"lines": _lines(counts, locale)} if counts else {}
    return texts.text(f"notice.{code}.{part}", locale, **args, **told)


def _lines(counts: str, locale: str) -> str:
    pairs = (entry.rpartition(":") for entry in counts.split(","))
    return texts.text("list.separator", locale).join(
        texts.text("notice.counted", locale, what=texts.text(f"notice.{code}.title", locale), count=count)
        for code, _, count in pairs
    )
