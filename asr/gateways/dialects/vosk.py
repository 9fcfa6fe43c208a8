"""vosk-server's protocol: config if any, then one answer for each message of audio, a last one for eof.

Spoken by FreeSWITCH's mod_vosk, Asterisk's res_speech_vosk, Jigasi and vosk-transcriber, which send and read in lock step and
look for `partial`, `text`, `result`, and for an empty string anywhere. Source: alphacep/vosk-server, websocket/asr_server.py.
"""

import json
import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from asr.engine import Hypothesis
from asr.gateways.codings import HEARD_RATES
from asr.gateways.dialects.port import Hello, Message, fields_of, rate_of, role_of
from asr.gateways.legs import call_id_of
from asr.gateways.line import FEED_S, Format, Line, Words
from asr.gateways.streams import End, Over

LOG = logging.getLogger("asr.websocket")
NAME = "vosk"
DEFAULT_RATE_HZ = 8000
COMMANDS = frozenset({"config", "eof", "reset"})


@dataclass(frozen=True)
class Wanted:
    """What a client configures. Without a word from it: telephone audio, answers with words."""

    rate_hz: int = DEFAULT_RATE_HZ
    words: bool = True
    alternatives: int = 0


def is_command(message: Message) -> bool:
    """Whether this is a text of the protocol."""
    return isinstance(message, str) and not COMMANDS.isdisjoint(fields_of(message) or ())


class Vosk:
    """One stream. The call is named by `call` in the URL; clients that cannot are calls of their own."""

    def __init__(self, hello: Hello, line: Line) -> None:
        self._line = line
        self._call_id = call_id_of(hello.asked("call")) if hello.asked("call") else uuid.uuid4()
        self._role = role_of(hello.asked("role"))
        self._wanted = Wanted()
        self._words = Words()
        self._sent_s = 0.0

    async def text(self, message: str) -> None:
        fields = fields_of(message)
        if fields is None:
            raise Over(End.GARBAGE, "text that is no JSON object")
        if "config" in fields:
            self._wanted = configured(self._wanted, fields["config"], is_begun=self._sent_s > 0)
        elif fields.get("eof"):
            await self._finish(End.HANG_UP)
            raise Over(End.HANG_UP)
        elif fields.get("reset"):
            await self._finish(End.RENEWED)
            self._words, self._sent_s = Words(), 0.0

    async def audio(self, message: bytes) -> None:
        """Answers when the engine is done with the message, as the reference server does: so that words keep their place."""
        words = self._words
        form = Format(self._call_id, NAME, self._wanted.rate_hz, self._role)
        await self._line.audio(form, message, lambda role: words)
        self._sent_s += form.seconds(message)
        await words.until(self._sent_s - held_back_s(form, message), self._line.limits.answer_s)
        await self._line.say(as_json(self._answer()))

    async def _finish(self, end: End) -> None:
        """Say the words that are left: all in one message, since clients read one."""
        self._line.end(end)
        if self._sent_s > 0:
            await self._words.last(self._line.limits.last_words_s)
        await self._line.say(as_json(final(tuple(self._words.finals), self._wanted)))

    def _answer(self) -> dict[str, Any]:  # JSON values
        if self._words.finals:
            return final((self._words.finals.popleft(),), self._wanted)
        return {"partial": self._words.partial}


def held_back_s(form: Format, message: bytes) -> float:
    """How much audio may be on its way to the engine still: gathered by the session, or in the filter that changes rates."""
    gathered_s = FEED_S if form.seconds(message) < FEED_S else 0.0
    return gathered_s if form.rate_hz in HEARD_RATES else gathered_s + FEED_S


def configured(wanted: Wanted, config: object, *, is_begun: bool) -> Wanted:
    """What is wanted after a `config`. Raises Over for a model of the client's choice: it would be everybody's."""
    if not isinstance(config, dict):
        raise Over(End.GARBAGE, "a config that is no object")
    if config.get("model"):
        raise Over(End.GARBAGE, "a client may not choose the model")
    if config.get("phrase_list"):
        LOG.info("a client's phrase list was passed over: the city's own names are used")
    if "sample_rate" in config and not is_begun:
        wanted = replace(wanted, rate_hz=rate_of(config["sample_rate"]))
    if "words" in config:
        wanted = replace(wanted, words=bool(config["words"]))
    if "max_alternatives" in config:
        wanted = replace(wanted, alternatives=_count(config["max_alternatives"]))
    return wanted


def final(heard: Sequence[Hypothesis], wanted: Wanted) -> dict[str, Any]:  # JSON values
    """The answer at an end point, and at the end. Nothing heard is an empty text."""
    text = " ".join(found.text for found in heard)
    words = [word for found in heard for word in _words(found)] if wanted.words else []
    said = {"result": words, "text": text} if words else {"text": text}
    if not wanted.alternatives:
        return said
    others = heard[0].alternatives if len(heard) == 1 else ()
    readings = [{"text": other} for other in others if other != text][: wanted.alternatives - 1]
    return {"alternatives": [{"confidence": 1.0, **said}, *({"confidence": 0.0, **reading} for reading in readings)]}


def as_json(answer: dict[str, Any]) -> str:  # JSON values
    """The message, in characters rather than escapes: some clients log it as it is."""
    return json.dumps(answer, ensure_ascii=False)


def _words(found: Hypothesis) -> list[dict[str, Any]]:
    # An engine without word times still gives clients that read `result` (the EAGI sample) something to read.
    spoken = [(word.word, word.start_s, word.end_s, word.confidence) for word in found.words if word.word]
    spoken = spoken or [(found.text, found.start_s, found.end_s, 1.0)]
    return [
        {"conf": round(sure, 6), "end": round(end, 3), "start": round(start, 3), "word": word}
        for word, start, end, sure in spoken
    ]


def _count(given: object) -> int:
    return int(given) if isinstance(given, int | float) and 0 <= given <= 10 else 0
