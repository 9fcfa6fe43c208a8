"""A language model behind an OpenAI-compatible address: POST …/chat/completions, one try; silent while it is away.

The address is `openai+http(s)://:token@host/v1?model=NAME&timeout_s=10`, usually of a server of one's own.
"""

import json
import logging
import time
from collections.abc import Sequence
from urllib.parse import SplitResult, parse_qs

import httpx

from hotline.intake.drafting.model import Message, NullDraftModel
from hotline.kernel.errors import Invalid
from hotline.kernel.http_client import open_client

SETTING = "drafting_url"
SCHEME = "openai+"
ANSWER_TOKENS = 800
ANSWER_BYTES = 1 << 20
LOG = logging.getLogger("hotline.drafting")


class OpenAILike:
    """Asks a server once; one that fails, dawdles or answers something else says nothing."""

    def __init__(self, client: httpx.Client, model: str) -> None:
        self._client = client
        self._model = model

    def answer(self, messages: Sequence[Message]) -> str:
        asked = {
            "model": self._model,
            "messages": [dict(one) for one in messages],
            "temperature": 0,
            "max_tokens": ANSWER_TOKENS,
            "response_format": {"type": "json_object"},
        }
        try:
            said = json.loads(self._read(asked))["choices"][0]["message"]["content"]
        except (httpx.HTTPError, ValueError, LookupError, TypeError, RecursionError) as error:
            LOG.warning("draft model: no answer (%s)", type(error).__name__)
            return ""
        return said if isinstance(said, str) else ""

    def _read(self, asked: object) -> bytes:
        """The answer's body. Raises HTTPError, also for one that trickles in for longer than the wait or has no end."""
        until = time.monotonic() + (self._client.timeout.read or 0)
        body = b""
        with self._client.stream("POST", "chat/completions", json=asked) as answer:
            answer.raise_for_status()
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > ANSWER_BYTES or time.monotonic() > until:
                    raise httpx.ReadTimeout("too long")
        return body


def open_openai_like(url: SplitResult) -> OpenAILike:
    """Raises Invalid for an address without host or model."""
    names = parse_qs(url.query).get("model")
    if not names:
        raise Invalid(SETTING, "model-missing")
    return OpenAILike(open_client(url._replace(scheme=url.scheme.removeprefix(SCHEME)), SETTING), names[0])


def open_null(url: SplitResult) -> NullDraftModel:
    """`null:`."""
    return NullDraftModel()
