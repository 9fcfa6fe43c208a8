"""Messages that leave the house (to a citizen's or an officer's telephone): the port, a file for demonstrations, nothing.

What officers read inside the house is in `notices`. Called by after-reactions, which may repeat: the delivery id is the key.
"""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Protocol
from urllib.parse import SplitResult

from hotline.kernel.errors import Unavailable

FILE_NAME = "messages.jsonl"


@dataclass(frozen=True)
class Message:
    """One text to one receiver. `delivery_id` with `to` names it for ever: a second sending does nothing.

    `channel` is how it should travel (sms, web_form …), `title` is for channels that have one.
    """

    delivery_id: int
    to: str
    text: str
    at: datetime
    channel: str = "sms"
    title: str = ""


@dataclass(frozen=True)
class Receipt:
    """What the sender says of a message. `reference` is its own name for it."""

    accepted: bool
    reference: str


class Notifier(Protocol):
    """A way out for messages."""

    def send(self, message: Message) -> Receipt:
        """Hand the message over, once however often it is called. Raises Unavailable when trying later may help."""

    def recent(self, limit: int = 50) -> list[Message]:
        """What was sent last, newest first; empty when this notifier cannot tell."""


class NullNotifier:
    """Takes every message and sends none."""

    def send(self, message: Message) -> Receipt:
        return Receipt(accepted=False, reference="")

    def recent(self, limit: int = 50) -> list[Message]:
        return []


class FileNotifier:
    """Appends messages to a file of JSON lines that a demonstration page shows. One writer at a time by file lock."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    def send(self, message: Message) -> Receipt:
        reference = f"{message.delivery_id}:{message.to}"
        try:
            with self._locked() as file:
                if not any(_key(line) == (message.delivery_id, message.to) for line in _lines(file)):
                    _append(file, message)
        except OSError as error:
            raise Unavailable(f"messages: {error.strerror}", part="notifier") from error
        return Receipt(accepted=True, reference=reference)

    def recent(self, limit: int = 50) -> list[Message]:
        try:
            with self._locked() as file:
                kept = list(_lines(file))[-limit:]
        except OSError as error:
            raise Unavailable(f"messages: {error.strerror}", part="notifier") from error
        return [_message(line) for line in reversed(kept)]

    @contextmanager
    def _locked(self) -> Iterator[IO[str]]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            yield file


def open_file_notifier(url: SplitResult, *, data_dir: Path) -> FileNotifier:
    """`file:` is the folder `messages` of the data folder, `file:///srv/messages` names another."""
    return FileNotifier(Path(url.path) if url.path else data_dir / "messages")


def open_null_notifier(url: SplitResult, *, data_dir: Path) -> NullNotifier:
    """`null:`"""
    return NullNotifier()


def _append(file: IO[str], message: Message) -> None:
    # A writer that was killed may have left half a line, which must not swallow this one.
    file.seek(0, 2)
    line = json.dumps({**asdict(message), "at": message.at.isoformat()}, ensure_ascii=False)
    file.write(line + "\n" if file.tell() == 0 or _ends_with_newline(file) else f"\n{line}\n")
    file.flush()


def _ends_with_newline(file: IO[str]) -> bool:
    file.seek(0)
    return file.read().endswith("\n")


def _lines(file: IO[str]) -> Iterator[dict[str, Any]]:  # what one JSON line holds
    for line in file:
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            yield found


def _key(line: dict[str, Any]) -> tuple[int, str]:
    return line["delivery_id"], line["to"]


def _message(line: dict[str, Any]) -> Message:
    return Message(
        delivery_id=line["delivery_id"],
        to=line["to"],
        text=line["text"],
        at=datetime.fromisoformat(line["at"]),
        channel=line["channel"],
        title=line["title"],
    )
