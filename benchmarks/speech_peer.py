"""The peer: a server that does what the published one does (alphacep/vosk-server, websocket/asr_server.py), and its clients.

Written from that server's behaviour, not its code: one recogniser a connection, made at the first audio; each message is
recognised in a pool of one thread a processor and answered by one message; words on, nothing gated, nothing renewed. The
published file itself does not run with websockets 14 and later. `python -m benchmarks.speech_peer MODEL` serves on a free port.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import vosk
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

from asr.engines import vosk_results
from asr.lateness import LiveText
from benchmarks.speech_frame import CHUNK_S, RATE_HZ, START_S, Seen, chunk, chunks, cpu_seconds, memory_mb

EOF = '{"eof" : 1}'


def _answer(recogniser: Any, message: bytes | str) -> str:
    if isinstance(message, str):
        found: str = recogniser.FinalResult()
        return found
    answered: str = recogniser.Result() if recogniser.AcceptWaveform(message) else recogniser.PartialResult()
    return answered


async def _serve(path: str) -> None:
    vosk.SetLogLevel(-1)
    model, pool, loop = vosk.Model(path), ThreadPoolExecutor(os.cpu_count() or 1), asyncio.get_running_loop()

    async def one(connection: ServerConnection) -> None:
        recogniser, rate = None, 8000.0
        async for message in connection:
            if isinstance(message, str) and "config" in message:
                rate = float(json.loads(message)["config"]["sample_rate"])
                continue
            if recogniser is None:
                recogniser = vosk.KaldiRecognizer(model, rate)
                recogniser.SetWords(True)
            await connection.send(await loop.run_in_executor(pool, _answer, recogniser, message))
            if message == EOF:
                return

    async with serve(one, "127.0.0.1", 0) as server:
        print(next(iter(server.sockets)).getsockname()[1], flush=True)
        await server.serve_forever()


class Peer:
    """The server in a process of its own; as kind to it as to ours, OpenBLAS has one thread."""

    def __init__(self, model: str, audio: bytes) -> None:
        self._audio = audio
        self._process = subprocess.Popen(  # noqa: S603 - this very module
            [sys.executable, "-m", "benchmarks.speech_peer", model],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )
        assert self._process.stdout is not None
        with self._process.stdout as said:
            self._port = int(said.readline())

    def hear(self, streams: int, seconds: float) -> Seen:
        """Feed that many connections at once, as fast as people speak."""
        pids, seen = [self._process.pid], Seen()
        cpu_s = cpu_seconds(pids)
        asyncio.run(self._all(streams, seconds, seen))
        seen.cpu_s, seen.audio_s = cpu_seconds(pids) - cpu_s, streams * seconds
        return seen

    def close(self) -> None:
        """End the server."""
        self._process.terminate()
        self._process.wait()

    async def _all(self, streams: int, seconds: float, seen: Seen) -> None:
        begun = time.monotonic()
        clients = [asyncio.create_task(self._client(place, seconds, begun + place * START_S, seen)) for place in range(streams)]
        await asyncio.sleep(seconds)
        seen.memory_mb = memory_mb([self._process.pid])
        await asyncio.gather(*clients)

    async def _client(self, place: int, seconds: float, begun: float, seen: Seen) -> None:
        await asyncio.sleep(begun - time.monotonic())
        async with connect(f"ws://127.0.0.1:{self._port}", max_queue=None) as connection:
            await connection.send(json.dumps({"config": {"sample_rate": RATE_HZ}}))
            answers = asyncio.create_task(self._read(connection, chunks(seconds), begun, seen))
            for number in range(chunks(seconds)):
                await asyncio.sleep(max(0.0, begun + (number + 1) * CHUNK_S - time.monotonic()))
                await connection.send(chunk(self._audio, place, number))
            await answers
            await connection.send(EOF)
            await connection.recv()

    async def _read(self, connection: Any, expected: int, begun: float, seen: Seen) -> None:
        live = LiveText()
        for number in range(expected):
            answer = await connection.recv(decode=True)
            now = time.monotonic() - begun
            seen.lags.append(now - (number + 1) * CHUNK_S)
            found = vosk_results.partial(answer, 0.0, now) or vosk_results.final(answer, 0.0, now)
            if found is not None:
                seen.words += live.shown(now, found)
            if found is not None and found.is_final:
                seen.finals.append(now - found.end_s)


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
