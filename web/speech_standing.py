"""How gateways say how they are doing, and how the page of parts reads it: one short-lived key a gateway in the broker.

Written by `web.speech_duties`, read by `web.health`. What is counted is `asr.meters`'.
"""

import json
from dataclasses import asdict
from typing import Any

import redis

from asr.meters import Standing

KEY = "hotline:speech:"
FRESH_S = 15
WAITS_S = 2.0


def publish(redis_url: str, gateway: str, standing: Standing) -> None:
    """Lay it down for a while. Raises redis.RedisError."""
    with _client(redis_url) as client:
        client.set(KEY + gateway, json.dumps(asdict(standing)), ex=FRESH_S)


def read(redis_url: str) -> dict[str, dict[str, Any]]:  # the fields of Standing
    """What each gateway said lately, by name. Raises redis.RedisError."""
    with _client(redis_url) as client:
        keys = sorted(client.scan_iter(match=f"{KEY}*"))
        found = zip(keys, client.mget(keys), strict=True) if keys else ()
        return {key.decode().removeprefix(KEY): json.loads(value) for key, value in found if value}


def sentence(standing: dict[str, Any]) -> str:
    """For operators, in English like a log line."""
    cost = "not measured yet" if standing["cost"] is None else f"{standing['cost']:.2f} CPU s a second"
    (partial, slow_partial), (final, slow_final) = standing["partial_s"], standing["final_s"]
    return (
        f"{standing['engine']}: {standing['streams']} of {standing['room']} streams, {cost}, lag {standing['lag_s']:.1f} s, "
        f"words after {partial:.1f}/{slow_partial:.1f} s, finals after {final:.1f}/{slow_final:.1f} s (p50/p95), "
        f"{standing['admitted']} heard, {standing['refused']} left for later, {standing['restarts']} restarts, "
        f"{standing['losses']} recognisers lost"
    )


def _client(redis_url: str) -> "redis.Redis":
    return redis.Redis.from_url(redis_url, socket_connect_timeout=WAITS_S, socket_timeout=WAITS_S)
