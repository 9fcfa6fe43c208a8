"""What the demo city's knowledge shows beside its articles, as values read from the files of `city/`. Pure.

Moments are told as days from the day of seeding and a local hour; `Day` makes them moments. Called by `knowledge` alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from web.demo.data import read_yaml


@dataclass(frozen=True)
class Day:
    """The moment of seeding and the city's time zone."""

    now: datetime
    zone: ZoneInfo

    def moment(self, told: Mapping[str, Any]) -> datetime:
        """The moment of `{day, at}`."""
        local = self.now.astimezone(self.zone).date() + timedelta(days=told["day"])
        return datetime.combine(local, time.fromisoformat(told["at"]), self.zone)

    def past(self, told: Mapping[str, Any]) -> datetime:
        """The same of something that has happened: never after now, early in the day though it be."""
        return min(self.moment(told), self.now)


@dataclass(frozen=True)
class Noticeboard:
    """Rows of the three files as they stand there."""

    announcements: list[dict[str, Any]]
    wordings: list[dict[str, Any]]
    phones: list[dict[str, Any]]
    directory: dict[str, Any]
    proposed: list[dict[str, Any]]


@dataclass(frozen=True)
class Words:
    """Terms and groups of synonyms of the city's own."""

    terms: list[str]
    synonyms: list[dict[str, Any]]


@dataclass(frozen=True)
class Stories:
    """Rows of `knowledge.yaml` as they stand there; `due` maps an article's code to days."""

    due: dict[str, int]
    expired: list[dict[str, Any]]
    drafts: list[dict[str, Any]]
    changes: list[dict[str, Any]]
    tasks: list[dict[str, Any]]
    asked: list[dict[str, Any]]


def load_noticeboard() -> Noticeboard:
    """Announcements, agreed wording and the phone book."""
    book = read_yaml("phone_book.yaml")
    return Noticeboard(
        read_yaml("announcements.yaml"), read_yaml("wordings.yaml"), book["public"], book["directory"], book["proposed"]
    )


def load_words() -> Words:
    """Words that the city's search knows."""
    return Words(**read_yaml("vocabulary.yaml"))


def load_stories() -> Stories:
    """What is in review, due, asked and corrected."""
    return Stories(**read_yaml("knowledge.yaml"))
