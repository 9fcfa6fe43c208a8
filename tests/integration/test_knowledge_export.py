"""Articles out and in again say the same; readers get what they may read; no public bundle holds what is internal."""

import csv
import io
import json
import os
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import delete, select

from hotline.kernel.db import Database
from hotline.kernel.events import StoredEvent
from knowledge_base import bundles, exporting
from knowledge_base.bundles import Edition, Moment
from knowledge_base.content import ArticleContent, content_of
from knowledge_base.lifecycle import AnnouncementState, PhoneEntryState
from knowledge_base.models import Article, ArticleStep, ArticleVersion
from knowledge_base.naming import Names
from knowledge_base.noticeboard import Announcement, AnnouncementKind, PhoneEntry, PhoneKind
from tests.integration.people import Person, SignIn
from tests.integration.test_knowledge_import import CATEGORY, bring, row
from tests.knowledge_files import sheet, table
from web import nightly
from web.bootstrap import Container

ACTIVE = '=HYPERLINK("http://example.invalid")'
ROWS = [
    row(标题="公开的", 问法="问一\n问二", 区域="", 发文日期="2026-01-05", 失效日期="2027-01-01", 编号="a-1"),
    row(标题="内部的", 密级="内部", 公开答复="", 内容="只给坐席看。", 编号="a-2"),
    row(标题="=1+1", 内容=ACTIVE, 公开答复="+8612345", 关键字="-1,@x", 编号="a-3"),
    row(标题="带<script>标签", 内容='第一行\n第二行,有逗号"引号"', 编号="a-4"),
]
TABLES = (ArticleStep, ArticleVersion, Article)


@pytest.fixture
def editor(sign_in: SignIn) -> Person:
    return sign_in("knowledge_editor")


@pytest.fixture
def filled(parts: Container, editor: Person) -> Container:
    done = bring(parts, editor, table(ROWS), becomes="published")
    assert (done["taken"], done["findings"]) == (len(ROWS), [])
    return parts


def said(parts: Container) -> dict[str | None, ArticleContent]:
    with parts.database.read() as session:
        return {one.code: content_of(one) for one in session.scalars(select(Article))}


def empty(parts: Container) -> None:
    with parts.database.work() as uow:
        for table in TABLES:
            uow.session.execute(delete(table))


def fetched(person: Person, path: str) -> bytes:
    with person.ask("GET", f"/knowledge/{path}") as answer:
        assert answer.status_code == 200
        return bytes(answer.data)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_what_goes_out_comes_in_again_the_same(filled: Container, sign_in: SignIn, form: str, language: str) -> None:
    person, before = sign_in("knowledge_editor", "U1", locale=language), said(filled)
    content = fetched(person, f"export.{form}?state=all")
    empty(filled)

    done = bring(filled, person, content, becomes="published")

    assert (done["findings"], said(filled)) == ([], before)


def test_csv_holds_no_cell_that_computes(filled: Container, editor: Person) -> None:
    content = fetched(editor, "export.csv").decode("utf-8-sig")

    cells = [cell for line in csv.reader(io.StringIO(content)) for cell in line]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []
    assert "'=1+1" in cells


def test_excel_holds_words_and_no_formula(filled: Container, editor: Person) -> None:
    book = load_workbook(io.BytesIO(fetched(editor, "export.xlsx")))

    cells = [cell for line in book.worksheets[0].iter_rows() for cell in line if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert "=1+1" in [cell.value for cell in cells]


def test_json_lines_have_every_field_and_every_wording(filled: Container, editor: Person) -> None:
    lines = [json.loads(line) for line in fetched(editor, "export.jsonl?versions=1").decode().splitlines()]

    assert [one["code"] for one in lines] == ["a-1", "a-2", "a-3", "a-4"]
    assert (lines[0]["category_path"], lines[0]["questions"], lines[0]["state"]) == (CATEGORY, ["问一", "问二"], "published")
    assert [len(one["versions"]) for one in lines] == [1, 1, 1, 1]
    assert set(ArticleContent.__dataclass_fields__) <= lines[0].keys()


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", ["a-1", "a-2", "a-3", "a-4"]),
        ("search=内部", ["a-2"]),
        ("category=0402&material=办事指南", ["a-1", "a-2", "a-3", "a-4"]),
        ("category=99", []),
        ("state=draft", []),
        ("unit_id=1", []),
    ],
)
def test_filters_narrow_an_export(filled: Container, editor: Person, query: str, codes: list[str]) -> None:
    lines = fetched(editor, f"export.jsonl?{query}").decode().splitlines()

    assert [json.loads(line)["code"] for line in lines] == codes


def test_a_unit_gets_no_drafts_of_others(parts: Container, editor: Person, sign_in: SignIn) -> None:
    bring(parts, editor, sheet([row()]), becomes="draft")

    assert fetched(sign_in("liaison", "U1"), "export.jsonl?state=all") == b""
    assert fetched(editor, "export.jsonl?state=all") != b""


@pytest.mark.parametrize("role", ["agent", "dispatcher", "callback_agent"])
def test_the_whole_base_is_not_everybodys_to_take_along(sign_in: SignIn, role: str) -> None:
    sign_in(role).refused(403, "GET", "/knowledge/export.csv")


def test_who_took_the_articles_along_is_kept(filled: Container, editor: Person) -> None:
    fetched(editor, "export.csv?state=all&search=张")

    with filled.database.read() as session:
        kept = session.scalars(select(StoredEvent).where(StoredEvent.name == "articles-exported")).one()
    assert (kept.payload["form"], kept.payload["narrowed"]) == ("csv", "state")


def test_an_export_is_read_page_by_page(filled: Container) -> None:
    pages = exporting.pages(filled.database, [])

    assert isinstance(pages, Iterator)
    assert [len(page) for page in pages] == [4]


@pytest.fixture
def noticed(filled: Container) -> Container:
    now = datetime.now(UTC)
    hours = {"starts_at": now, "posted_at": now, "area_codes": [], "body": "停水", "kind": AnnouncementKind.WATER}
    phone = {"state": PhoneEntryState.PUBLISHED, "phones": ["19900000001"], "keywords": [], "proposed_at": now}
    with filled.database.work() as uow:
        for title, is_public, lasts in (("城东停水", True, 1), ("内部演练", False, 1), ("已经结束", True, -1)):
            ends_at = now + timedelta(hours=lasts)
            posted = Announcement(**hours, title=title, is_public=is_public, ends_at=ends_at, state=AnnouncementState.POSTED)
            uow.session.add(posted)
        uow.session.add(PhoneEntry(**phone, name="自来水公司", kind=PhoneKind.PUBLIC))
        uow.session.add(PhoneEntry(**phone, name="水务局值班室", kind=PhoneKind.UNIT))
    return filled


def packed(parts: Container, edition: Edition) -> dict[str, str]:
    path = nightly.write_bundle(parts, edition, nightly.folder(parts))
    with zipfile.ZipFile(path) as found:
        return {name: found.read(name).decode() for name in found.namelist()}


def test_the_staff_bundle_holds_everything_that_answers(noticed: Container) -> None:
    found = packed(noticed, Edition.STAFF)

    manifest = json.loads(found["MANIFEST.json"])
    assert manifest["counts"] == {"articles": 4, "announcements": 2, "phone_book": 2}
    assert manifest["files"] == {
        name: sha256(text.encode()).hexdigest() for name, text in found.items() if name != "MANIFEST.json"
    }
    assert [json.loads(line)["code"] for line in found["articles.jsonl"].splitlines()] == ["a-1", "a-2", "a-3", "a-4"]


def test_the_public_bundle_holds_nothing_internal(noticed: Container) -> None:
    found = packed(noticed, Edition.PUBLIC)

    whole = "".join(text for name, text in found.items() if name.endswith((".jsonl", ".json", "data.js")))
    assert json.loads(found["MANIFEST.json"])["counts"] == {"articles": 3, "announcements": 1, "phone_book": 1}
    for hidden in ("只给坐席看", "内部的", "内部演练", "水务局值班室", "answer_agent", "到社保中心或者手机上办理"):
        assert hidden not in whole


def test_the_page_of_a_bundle_needs_no_network_and_runs_no_words(noticed: Container) -> None:
    found = packed(noticed, Edition.STAFF)

    assert "http" not in found["index.html"].replace("http-equiv", "")
    assert not any(word in found["bundle.js"] for word in ("eval(", "innerHTML", "fetch(", "http"))
    assert "</" not in found["data.js"]
    assert "<script>标签" not in found["data.js"]


def test_a_bundle_is_named_listed_and_fetched(noticed: Container, editor: Person, sign_in: SignIn) -> None:
    for edition in Edition:
        nightly.write_bundle(noticed, edition, nightly.folder(noticed))

    names = {one["edition"]: one["name"] for one in editor.done("GET", "/knowledge/bundles")["items"]}

    assert bundles.NAME.fullmatch(names["staff"])
    assert fetched(editor, f"bundles/{names['staff']}")[:4] == b"PK\x03\x04"
    unit = sign_in("liaison", "U1")
    assert {one["edition"] for one in unit.done("GET", "/knowledge/bundles")["items"]} == {"public"}
    unit.refused(404, "GET", f"/knowledge/bundles/{names['staff']}")
    assert fetched(unit, f"bundles/{names['public']}")[:2] == b"PK"


@pytest.mark.parametrize("name", ["..%2Fsecret_key", "knowledge-staff-20260101-0000.zip", "x.zip"])
def test_nothing_else_is_fetched_as_a_bundle(editor: Person, name: str) -> None:
    editor.refused(404, "GET", f"/knowledge/bundles/{name}")


def test_only_the_newest_bundles_are_kept(database: Database, tmp_path: Path) -> None:
    names = Names({}, {}, {})
    for day in range(1, 5):
        moment = datetime(2026, 11, day, 2, 0, tzinfo=UTC)
        bundles.make(database, tmp_path, Edition.PUBLIC, names, Moment(moment, moment))
    (tmp_path / "somebody-elses.zip").touch()

    assert bundles.keep_newest(tmp_path, 2) == 2
    left = ["knowledge-public-20261103-0200.zip", "knowledge-public-20261104-0200.zip", "somebody-elses.zip"]
    assert sorted(path.name for path in tmp_path.iterdir()) == left


def test_what_a_killed_run_left_goes_after_a_day(tmp_path: Path) -> None:
    now = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)
    for name, age in (("killed.part", timedelta(hours=25)), ("at-work.part", timedelta(hours=1))):
        (tmp_path / name).touch()
        moment = (now - age).timestamp()
        os.utime(tmp_path / name, (moment, moment))

    assert bundles.sweep(tmp_path, now) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["at-work.part"]


def test_the_page_of_a_bundle_knows_how_names_sound(noticed: Container) -> None:
    found = packed(noticed, Edition.STAFF)

    assert '"yang lao jin"' in found["data.js"]
    assert "sounds" not in found["articles.jsonl"]


def test_a_bundle_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    broken = Moment(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))

    class Gone:
        def read(self) -> Any:
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        bundles.make(Gone(), tmp_path, Edition.STAFF, Names({}, {}, {}), broken)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
