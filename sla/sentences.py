"""A limit's sum as one sentence, in the reader's language: what a citizen is told on the telephone and a judge reads in a file.

The lines come from `explanation`, the words from the caller's catalogue (`explain.<code>`). Called by the API and by the
command line.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from sla.explanation import ExplainLine

Text = Callable[..., str]
"""`text(message_id, **values)`: the words of the catalogue with the values filled in."""

OWN = re.compile(r"\bown\b")
"""What a source says that the city laid down itself, alone or after what others did."""
HOUR_MINUTES = 60
LEFT_OUT = frozenset({"began-on-make-up-workday", "began-on-holiday"})
"""Said by the day itself: 9月28日（周日，调休上班）."""
CLAUSES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("accepted", "began", "given", "no-later-than-lead", "committed"), ("at",)),
    **dict.fromkeys(("counted-from-next-day", "natural-days", "around-the-clock"), ()),
    **dict.fromkeys(("own-hours", "in-season", "own-hours-in-season"), ()),
    **dict.fromkeys(("holiday-does-not-count", "make-up-workday-counts"), ()),
    **dict.fromkeys(("paused", "stands-still", "sent-back"), ("since",)),
    **dict.fromkeys(("paused-over", "paused-for", "paused-late"), ("since", "until")),
    **dict.fromkeys(("extended", "merged", "provisional"), ()),
    **dict.fromkeys(("corrected", "recounted"), ("was", "at")),
    **dict.fromkeys(("due", "done-in-time", "done-late"), ("at",)),
}
"""Codes of lines that are a clause of the sentence, each with the moments that it names, in their order."""


def sentence(lines: Iterable[ExplainLine], text: Text, zone: tzinfo) -> str:
    """The sum of one limit: "投诉15个工作日；9月27日（周六）16:40受理，…，至10月24日17:30止。" Days are those of `zone`."""
    teller = _Teller(text, zone)
    head, *rest = lines
    clauses = [teller.clause(line) for line in rest if line.code not in LEFT_OUT]
    return text("explain.sentence", head=teller.head(head.args), clauses=text("explain.comma").join(clauses))


@dataclass
class _Teller:
    """Words for one sentence; a year is named where it first comes up and where it changes."""

    text: Text
    zone: tzinfo
    year: int | None = None

    def head(self, args: Mapping[str, Any]) -> str:  # values of a line, plain JSON
        """What the limit is: its name, the type of ticket, the amount and the rule it rests on."""
        named = self.text(f"explain.stage.{args['stage']}")
        kind = self.text(f"type.{args['type']}") if args.get("type") else ""
        source = self.source(args["source"])
        amount = self.amount(args["amount"], args["unit"])
        code = "explain.limit-of-type" if kind else "explain.limit"
        said = self.text(code, name=named, type=kind, amount=amount)
        return said + self.text("explain.source", source=source) if source else said

    def clause(self, line: ExplainLine) -> str:
        """One line as a clause."""
        args = dict(line.args)
        for name in CLAUSES[line.code]:
            args[name] = self.moment(args[name], args)
        if "first" in args:
            args["days"] = self.days(date.fromisoformat(args["first"]), date.fromisoformat(args["last"]))
        if "source" in args:
            args["source"] = self.source(args["source"])
        if "from_month" in args:
            args["season"] = self.season(args)
        if "hours" in args:
            args["hours"] = f"{args['hours']:g}"
        if "event" in args:
            args["event"] = self.text(f"explain.event.{args['event']}")
        return self.text(f"explain.{line.code}", **args)

    def source(self, source: str) -> str:
        """The clause that something rests on."""
        return OWN.sub(self.text("explain.own"), source)

    def amount(self, amount: int, unit: str) -> str:
        """15 working days; 24 hours for 1440 minutes."""
        if unit == "minutes" and amount % HOUR_MINUTES == 0:
            amount, unit = amount // HOUR_MINUTES, "hours"
        return self.text(f"explain.amount.{unit}", n=amount)

    def moment(self, at: str, args: Mapping[str, Any]) -> str:  # values of a line, plain JSON
        """Day, weekday and time, with what makes the day special."""
        local = datetime.fromisoformat(at).astimezone(self.zone)
        weekday = self.text(f"explain.weekday.{local.isoweekday()}")
        code = f"explain.on-{args['day_kind']}" if "day_kind" in args else "explain.on"
        day = self.text(code, day=self.day(local.date()), weekday=weekday, name=args.get("day_name", ""))
        return self.text("explain.moment", day=day, time=local.strftime("%H:%M"))

    def days(self, first: date, last: date) -> str:
        """10月1日至8日, 10月11日（周六）."""
        if first == last:
            weekday = self.text(f"explain.weekday.{first.isoweekday()}")
            return self.text("explain.on", day=self.day(first), weekday=weekday)
        if (first.year, first.month) == (last.year, last.month):
            code = "explain.days-of-month" if first.year == self.year else "explain.days-of-month-and-year"
            self.year = first.year
            month = self.month(first)
            return self.text(code, first_day=first.day, last_day=last.day, month=month, year=first.year)
        return self.text("explain.days", first=self.day(first), last=self.day(last))

    def day(self, day: date) -> str:
        """Day and month, with the year when it is a new one."""
        code = "explain.day" if day.year == self.year else "explain.day-of-year"
        self.year = day.year
        return self.text(code, day=day.day, month=self.month(day), year=day.year)

    def month(self, day: date) -> str:
        """The month's name."""
        return self.text(f"explain.month.{day.month}")

    def season(self, args: Mapping[str, Any]) -> str:  # values of a line, plain JSON
        """11月15日至3月15日, of every year."""
        ends = [
            self.text("explain.day", day=args[f"{end}_day"], month=self.text(f"explain.month.{args[f'{end}_month']}"))
            for end in ("from", "to")
        ]
        return self.text("explain.days", first=ends[0], last=ends[1])
