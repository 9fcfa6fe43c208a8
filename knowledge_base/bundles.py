"""The off-line bundle: what answers now, announcements and phone book in one zip that opens in a browser without any network.

For branch centres and for the hour when everything is down. A staff edition, and a public one with nothing internal in it.
Called by `web/schedule.py` at night and by `hotline kb bundle`; the page in it is `data/bundle/`.
"""

import hashlib
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.db import Database
from hotline.kernel.errors import NotFound
from hotline.kernel.search import pinyin
from knowledge_base import exporting
from knowledge_base.content import content_of, plain
from knowledge_base.lifecycle import AnnouncementState, PhoneEntryState
from knowledge_base.models import Article, Secrecy
from knowledge_base.naming import Names
from knowledge_base.noticeboard import Announcement, PhoneEntry, PhoneKind
from knowledge_base.search import Reader, holds

SCHEMA = 1
"""Counts the shapes of the files in a bundle."""
FOLDER = "bundles"
NAME = re.compile(r"knowledge-(staff|public)-(\d{8}-\d{4})\.zip")
PAGE_FILES = ("index.html", "bundle.css", "bundle.js")
READABLE = 0o644
"""Whoever unpacks the bundle may hand it on."""
PART = ".part"
"""Of a bundle that is being written."""
LEFT_BEHIND = timedelta(days=1)
"""A part older than this is of a run that was killed: writing one takes minutes."""
INTERNAL = ("answer_agent",)
"""Fields of an article that no public edition holds."""


class Edition(StrEnum):
    """For whom a bundle is."""

    STAFF = "staff"
    PUBLIC = "public"

    @property
    def reader(self) -> Reader:
        """As whom the articles are read."""
        return Reader.STAFF if self is Edition.STAFF else Reader.CITIZEN


@dataclass(frozen=True)
class Bundle:
    """A bundle that lies there. `at` is when it was made, from its manifest."""

    name: str
    edition: Edition
    size_bytes: int
    at: datetime
    articles: int


@dataclass(frozen=True)
class Moment:
    """When a bundle is made: the moment, and the city's local time of it."""

    now: datetime
    local: datetime


def make(database: Database, folder: Path, edition: Edition, names: Names, moment: Moment) -> Path:
    """Write a bundle; a half-written one never gets its name. Returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"knowledge-{edition.value}-{moment.local:%Y%m%d-%H%M}.zip"
    with tempfile.NamedTemporaryFile(dir=folder, suffix=PART, delete=False) as target:
        try:
            with zipfile.ZipFile(target, "w") as packed:
                _fill(_Written(packed, moment.local), database, edition, names, moment)
            target.close()
            os.replace(target.name, path)
        except BaseException:
            Path(target.name).unlink(missing_ok=True)
            raise
    return path


def keep_newest(folder: Path, keep: int) -> int:
    """Throw away all but the newest bundles of each edition; returns how many went."""
    gone = 0
    for edition in Edition:
        names = sorted((one.name for one in _paths(folder) if one.name.startswith(f"knowledge-{edition.value}-")), reverse=True)
        for name in names[keep:]:
            (folder / name).unlink(missing_ok=True)
            gone += 1
    return gone


def sweep(folder: Path, now: datetime) -> int:
    """Throw away half-written bundles that a killed run left; returns how many went."""
    gone = 0
    for path in folder.glob(f"*{PART}"):
        if path.stat().st_mtime < (now - LEFT_BEHIND).timestamp():
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def listed(folder: Path, editions: Iterable[Edition]) -> list[Bundle]:
    """The bundles that lie there, newest first."""
    wanted = set(editions)
    found = [bundle for path in _paths(folder) if (bundle := _described(path)) is not None and bundle.edition in wanted]
    return sorted(found, key=lambda one: (one.at, one.edition.value), reverse=True)


def path_of(folder: Path, name: str, editions: Iterable[Edition]) -> Path:
    """Where a bundle lies. Raises NotFound for one that is not there or not for this reader."""
    matched = NAME.fullmatch(name)
    if matched is None or Edition(matched[1]) not in set(editions) or not (folder / name).is_file():
        raise NotFound("bundle", thing="bundle", name=name)
    return folder / name


class _Written:
    """The files of a bundle as they are written, with the hash of each."""

    def __init__(self, packed: zipfile.ZipFile, local: datetime) -> None:
        self._packed, self._date_time = packed, local.timetuple()[:6]
        self.sha256: dict[str, str] = {}

    def write(self, name: str, parts: Iterable[str]) -> None:
        """Write a file piece by piece."""
        digest, entry = hashlib.sha256(), zipfile.ZipInfo(name, self._date_time)
        entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, READABLE << 16
        with self._packed.open(entry, "w", force_zip64=True) as target:
            for part in parts:
                data = part.encode()
                digest.update(data)
                target.write(data)
        self.sha256[name] = digest.hexdigest()


def _fill(written: _Written, database: Database, edition: Edition, names: Names, moment: Moment) -> None:
    with database.read() as session:
        announcements = [_announced(one, names) for one in _announcements(session, edition, moment.now)]
        entries = [_entered(one, names) for one in _entries(session, edition)]
    counts = {"articles": 0, "announcements": len(announcements), "phone_book": len(entries)}
    about = {
        "schema": SCHEMA,
        "edition": edition.value,
        "generated_at": moment.now.isoformat(),
        "local": moment.local.isoformat(),
    }
    for name in PAGE_FILES:
        written.write(name, [files("knowledge_base").joinpath("data", "bundle", name).read_text("utf-8")])
    written.write("articles.jsonl", _counted(_article_lines(database, edition, names, moment), counts))
    written.write("announcements.json", [_json(announcements)])
    written.write("phone_book.json", [_json(entries)])
    written.write("data.js", _data(about, announcements, entries, _article_lines(database, edition, names, moment)))
    written.write("MANIFEST.json", [_json({**about, "counts": counts, "files": dict(written.sha256)})])


def _data(about: Any, announcements: Any, entries: Any, lines: Iterable[str]) -> Iterator[str]:  # plain values
    """The same as a script, since a page opened from a folder may not read files beside it."""
    yield f"window.BUNDLE={{about:{_script(about)},announcements:{_script([_heard(one) for one in announcements])},"
    yield f"phones:{_script([_heard(one) for one in entries])},articles:[\n"
    for line in lines:
        yield _script(_heard(json.loads(line))) + ",\n"
    yield "]};\n"


def _heard(one: dict[str, Any]) -> dict[str, Any]:  # plain values
    """The thing with its name and keywords as they sound, a syllable a word: the page finds them by pinyin and initials."""
    named = [one.get("title") or one.get("name", ""), *one.get("keywords", ())]
    return {**one, "sounds": [" ".join(pinyin.syllables(words)).lower() for words in named]}


def _article_lines(database: Database, edition: Edition, names: Names, moment: Moment) -> Iterator[str]:
    conditions = list(holds(edition.reader, moment.local.date()))
    if edition is Edition.PUBLIC:
        conditions.append(Article.answer_public != "")
    for page in exporting.pages(database, conditions):
        for article in page:
            yield _json(_said(article, edition, names)) + "\n"


def _said(article: Article, edition: Edition, names: Names) -> dict[str, Any]:  # plain values
    said = plain(content_of(article))
    hidden = {"attachments", "owner_unit_id", *(INTERNAL if edition is Edition.PUBLIC else ())}
    kept = {name: value for name, value in said.items() if name not in hidden}
    places = {"category_path": names.category(article.category_code), "area": names.area(article.area_code)}
    return {"id": article.id, "code": article.code, "revision": article.revision, **kept, **places, **_owner(article, names)}


def _owner(article: Article, names: Names) -> dict[str, Any]:  # plain values
    return {"owner_unit": names.unit(article.owner_unit_id), "internal": article.secrecy is Secrecy.INTERNAL}


def _announcements(session: Session, edition: Edition, now: datetime) -> list[Announcement]:
    query = select(Announcement).where(Announcement.state == AnnouncementState.POSTED, Announcement.ends_at > now)
    if edition is Edition.PUBLIC:
        query = query.where(Announcement.is_public)
    return list(session.scalars(query.order_by(Announcement.starts_at, Announcement.id)))


def _entries(session: Session, edition: Edition) -> list[PhoneEntry]:
    query = select(PhoneEntry).where(PhoneEntry.state == PhoneEntryState.PUBLISHED)
    if edition is Edition.PUBLIC:
        query = query.where(PhoneEntry.kind == PhoneKind.PUBLIC)
    return list(session.scalars(query.order_by(PhoneEntry.kind, PhoneEntry.name, PhoneEntry.id)))


def _announced(one: Announcement, names: Names) -> dict[str, Any]:  # plain values
    hours = {"starts_at": one.starts_at.isoformat(), "ends_at": one.ends_at.isoformat()}
    areas = [names.area(code) for code in one.area_codes]
    said = {"id": one.id, "kind": one.kind.value, "title": one.title, "body": one.body, "places": one.places}
    return {**said, "areas": areas, **hours, "internal": not one.is_public}


def _entered(one: PhoneEntry, names: Names) -> dict[str, Any]:  # plain values
    said = {name: getattr(one, name) for name in ("id", "name", "phones", "duty_phone", "hours", "address", "keywords", "note")}
    return {**said, "area": names.area(one.area_code), "internal": one.kind is PhoneKind.UNIT}


def _counted(lines: Iterable[str], counts: dict[str, int]) -> Iterator[str]:
    for line in lines:
        counts["articles"] += 1
        yield line


def _json(values: Any) -> str:  # plain values
    return json.dumps(values, ensure_ascii=False)


def _script(values: Any) -> str:  # plain values
    return _safe(_json(values))


def _safe(json_text: str) -> str:
    """JSON as a script may hold it: nothing in it ends the script, or a line of it."""
    return json_text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _paths(folder: Path) -> list[Path]:
    return [path for path in folder.glob("knowledge-*.zip") if NAME.fullmatch(path.name)] if folder.is_dir() else []


def _described(path: Path) -> Bundle | None:
    """A bundle by its manifest; None for a file that is none, or was thrown away meanwhile."""
    try:
        with zipfile.ZipFile(path) as packed:
            told = json.loads(packed.read("MANIFEST.json"))
        size = path.stat().st_size
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None
    at = datetime.fromisoformat(told["generated_at"])
    return Bundle(path.name, Edition(told["edition"]), size, at, int(told["counts"]["articles"]))
