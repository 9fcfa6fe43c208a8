"""Files of trained rankers in the data folder, and which one is live. A file is taken only if its bytes have the recorded hash.

Every process asks the newest row of `ranker_switch`, so all notice a switch at their next ranking.
"""

import hashlib
import logging
import os
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import citymodel
from dispatch.citymodel import CityModel
from dispatch.models import RankerModel, RankerSwitch
from hotline.kernel.db import data_dir_of
from hotline.kernel.errors import Conflict, Invalid

FOLDER = "rankers"
SUFFIX = ".npz"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Live:
    """The ranker that ranks now."""

    number: int
    model: CityModel


def folder_of(session: Session) -> Path | None:
    """The data folder; None where there is none."""
    return data_dir_of(session)


def keep(folder: Path, data: bytes) -> str:
    """Keep a ranker's file; returns the hash that names it."""
    sha256 = hashlib.sha256(data).hexdigest()
    path = _path(folder, sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as target:
        target.write(data)
    os.replace(target.name, path)
    return sha256


def live(session: Session) -> Live | None:
    """The live ranker; None when there is none, or its file is missing or cannot be used: then the rules go on alone."""
    number = live_number(session)
    found = None if number is None else session.get(RankerModel, number)
    model = None if found is None else model_of(session, found)
    return None if found is None or model is None else Live(found.number, model)


def live_number(session: Session) -> int | None:
    """The number of the ranker that was switched on last."""
    newest = select(RankerSwitch.model_number).order_by(RankerSwitch.id.desc()).limit(1)
    return session.scalar(newest)


def model_of(session: Session, row: RankerModel) -> CityModel | None:
    """The ranker of a row; None when its file is missing, not what was recorded or of another format."""
    folder = data_dir_of(session)
    if folder is None:
        return None
    path = _path(folder, row.sha256)
    try:
        known = path.stat()
    except OSError:
        log.warning("ranker %s: its file is missing", row.number)
        return None
    return _loaded(path, row.sha256, known.st_mtime_ns, known.st_size)


def is_there(session: Session, row: RankerModel) -> bool:
    """Whether the ranker's file is there; its bytes are looked at when it is to rank."""
    folder = folder_of(session)
    return folder is not None and _path(folder, row.sha256).exists()


def check_usable(session: Session, row: RankerModel) -> None:
    """Raise Conflict when the ranker's file cannot be used."""
    if model_of(session, row) is None:
        raise Conflict("its file is missing or was changed", reason="ranker-unusable", number=row.number)


def _path(folder: Path, sha256: str) -> Path:
    return folder / FOLDER / f"{sha256}{SUFFIX}"


@lru_cache(maxsize=3)
def _loaded(path: Path, sha256: str, changed_ns: int, size: int) -> CityModel | None:
    """Kept as long as the file stays as it is; one that cannot be used is looked at, and told of, once."""
    try:
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ValueError("its bytes are not what was recorded")
        return citymodel.from_bytes(data)
    except (OSError, ValueError, LookupError, Invalid) as broken:  # another version's format among them
        log.error("ranker file %s cannot be used, the rules rank alone: %r", path.name, broken)
        return None
