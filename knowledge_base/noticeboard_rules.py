"""What announcements, wordings and phone entries must keep to, and where something with hours stands. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.kernel.errors import Invalid
from knowledge_base.models import KEYWORD_CHARACTERS
from knowledge_base.rules import AnnouncementRules

POSTED = "posted"
KEYWORDS_AT_MOST = 20


class Phase(StrEnum):
    """Where something with hours stands at a moment."""

    COMING = "coming"
    RUNNING = "running"
    OVER = "over"


class When(StrEnum):
    """Which of the things with hours a list shows."""

    NOW = "now"
    COMING = "coming"
    OVER = "over"
    ALL = "all"


def phase_of(state: str, starts_at: datetime, ends_at: datetime, now: datetime) -> Phase:
    """Where it stands: over from the moment it ends, whatever the clock has written down by then."""
    if state != POSTED or ends_at <= now:
        return Phase.OVER
    return Phase.COMING if starts_at > now else Phase.RUNNING


def check_words(content: object, required: Mapping[str, int], optional: Mapping[str, int]) -> None:
    """Raise Invalid for the first field that is missing or longer (in characters) than said here."""
    for name, longest in {**required, **optional}.items():
        words = str(getattr(content, name))
        if name in required and not words.strip():
            raise Invalid(name, "required")
        if len(words) > longest:
            raise Invalid(name, "too-long", maximum=longest, given=len(words))


def check_keywords(keywords: Sequence[str]) -> None:
    """Raise Invalid for too many keywords, an empty one or one that is too long (handbook 9)."""
    if len(keywords) > KEYWORDS_AT_MOST:
        raise Invalid("keywords", "too-many-items", maximum=KEYWORDS_AT_MOST, given=len(keywords))
    for keyword in keywords:
        if not keyword.strip():
            raise Invalid("keywords", "required")
        if len(keyword) > KEYWORD_CHARACTERS:
            raise Invalid("keywords", "too-long", maximum=KEYWORD_CHARACTERS, given=len(keyword))


def check_hours(starts_at: datetime, ends_at: datetime, rules: AnnouncementRules, now: datetime) -> None:
    """Raise Invalid unless it ends after it begins and after now, and lasts no longer than the rule says."""
    if ends_at <= starts_at:
        raise Invalid("ends_at", "not-after-start")
    if ends_at <= now:
        raise Invalid("ends_at", "past")
    if ends_at - starts_at > timedelta(days=rules.longest_days):
        raise Invalid("ends_at", "lasts-too-long", days=rules.longest_days)
