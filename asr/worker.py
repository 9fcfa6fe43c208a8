"""The recognising process: loads the engine of a URL and serves streams of the process that started it, until that is gone.

Started by `asr.workers` as `python -m asr.worker FD URL`; speaks `asr.worker_messages` on that descriptor. A thread a stream,
as engines let go of the interpreter lock while they work.
"""

import logging
import os
import queue
import signal
import sys
import threading
from multiprocessing.connection import Connection

from asr.engine import AsrEngine, open_engine
from asr.worker_messages import Ask, Told, message, packed, parts
from hotline.kernel import logs
from hotline.kernel.errors import HotlineError

LOG = logging.getLogger("asr.worker")
Asked = tuple[int, bytes]


class Worker:
    """One engine, one connection."""

    def __init__(self, engine: AsrEngine, connection: Connection) -> None:
        self._engine, self._connection = engine, connection
        self._sending = threading.Lock()
        self._streams: dict[int, queue.SimpleQueue[Asked]] = {}

    def serve(self) -> None:
        """Until the connection ends."""
        while True:
            try:
                kind, number, payload = parts(self._connection.recv_bytes())
            except (EOFError, OSError):
                return
            if kind == Ask.OPEN:
                self._streams[number] = queue.SimpleQueue()
                threading.Thread(target=self._run, args=(number, int(payload)), daemon=True).start()
            elif number in self._streams:
                self._streams[number].put((kind, payload))
            if kind == Ask.CLOSE:
                self._streams.pop(number, None)

    def tell(self, kind: Told, number: int, payload: bytes) -> None:
        """Send; a gateway that is gone needs no answer."""
        with self._sending:
            self._connection.send_bytes(message(kind, number, payload))

    def _run(self, number: int, sample_rate_hz: int) -> None:
        asked = self._streams[number]
        try:
            stream = self._engine.open_stream(sample_rate_hz)
            try:
                while (ask := asked.get())[0] != Ask.CLOSE:
                    found = stream.finish() if ask[0] == Ask.FINISH else stream.feed(ask[1])
                    self.tell(Told.HEARD, number, packed(found))
            finally:
                stream.close()
        except Exception as error:  # noqa: BLE001 the loop's edge: a broken stream must not take the others along
            # What an engine says of its failure may quote what was spoken.
            LOG.error("stream %s: %s", number, logs.place_of(error))
            self.tell(Told.FAILED, number, logs.place_of(error).encode())


def main() -> None:
    """Load, say so, serve. The gateway decides when to stop; Ctrl-C in its terminal is not for us."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection = Connection(int(sys.argv[1]))
    try:
        engine = open_engine(sys.argv[2])
    except HotlineError as error:
        connection.send_bytes(message(Told.FAILED, 0, str(error).encode()))
        return
    worker = Worker(engine, connection)
    worker.tell(Told.READY, 0, engine.name.encode())
    worker.serve()
    # Streams may be deep in the engine; nobody waits for what they would say.
    os._exit(0)


if __name__ == "__main__":
    main()
