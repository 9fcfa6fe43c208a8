"""What was said in calls and what is still to be heard. Seconds count from the first audio of that party's recording."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from web.api.schemas.base import Shape

LONGEST_AUDIO_S = 300.0


class Said(Shape):
    """Characters `start` to `end` (exclusive) of the text, and when they were said."""

    start: int
    end: int
    from_s: float
    to_s: float


class Suggestion(Shape):
    """A name of the city that may be meant by characters `start` to `end`; `likeness` 0-1."""

    start: int
    end: int
    name: str
    likeness: float


class Segment(Shape):
    """A finished utterance as shown. `revision` grows when a better engine or a person said it anew."""

    seq: int
    utterance: str
    role: str
    text: str
    start_s: float
    end_s: float
    times: list[Said]
    suggestions: list[Suggestion]
    revision: int
    corrected_by_name: str | None
    corrected_at: datetime | None


class HeardWord(Shape):
    """A word as the engine heard it; `confidence` 0-1."""

    word: str
    start_s: float
    end_s: float
    confidence: float = 1.0


class TextChange(Shape):
    """What a rule (or a person) made of the characters `start` to `end` of the text as it stood before."""

    rule: str
    start: int
    end: int
    before: str
    after: str


class SegmentDetail(Segment):
    """With what the engine heard, and how it became the text shown; empty for who may not see personal numbers."""

    raw: str
    words: list[HeardWord]
    changes: list[TextChange]


class Leg(Shape):
    """A recording of a party; one whose audio came again has several. `stream` begins the names of its utterances, its seconds
    count from `offset_s` after the call's first audio (to about half a second).

    `trouble` says why not all of it is heard as it is spoken (no-room, behind, engine-failed, not-recorded, no-engine) or, when
    it is over, why a part waits to be heard (those, or waiting); empty when all was heard."""

    stream: str
    role: str
    offset_s: float
    trouble: str


class Gap(Shape):
    """A stretch of a leg that was not heard. `state` is that of its recording: live, waiting (to be heard later) or failed."""

    stream: str
    role: str
    from_s: float
    to_s: float
    state: str


class Transcript(Shape):
    """Segments after a sequence number; the legs of the whole call, and what of it is still to be heard."""

    call_id: UUID
    segments: list[SegmentDetail]
    legs: list[Leg]
    gaps: list[Gap]


class Correction(Shape):
    """An utterance set right; `revision` is that of the text looked at."""

    text: str = Field(min_length=1, max_length=2000)
    revision: int = Field(ge=0)


class AudioQuery(BaseModel):
    """Whose audio from when to when; `seq` is the utterance it belongs to, where a party has several recordings."""

    model_config = ConfigDict(extra="ignore")

    role: str = Field("caller", pattern="^(caller|agent)$")
    from_s: float = Field(ge=0, le=1_000_000)
    to_s: float = Field(ge=0, le=1_000_000)
    seq: int = Field(0, ge=0, le=1_000_000_000)

    @model_validator(mode="after")
    def _is_short(self) -> "AudioQuery":
        if not 0 < self.to_s - self.from_s <= LONGEST_AUDIO_S:
            raise ValueError("a stretch of audio is longer than nothing and not longer than five minutes")
        return self
