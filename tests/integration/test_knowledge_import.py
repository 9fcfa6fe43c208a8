"""Files of articles over HTTP and by the worker: told cell by cell, taken in batches, killed and gone on, never doubled."""

import io
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from openpyxl import load_workbook
from sqlalchemy import func, select

from hotline.kernel.db import UnitOfWork
from hotline.people.models import Officer
from knowledge_base import articles, importing
from knowledge_base.lifecycle import ArticleState
from knowledge_base.models import Article, ArticleVersion, Becomes, ImportRun
from sla.models import SlaRule
from tests.integration.people import Person, SignIn
from tests.knowledge_files import row as any_row
from tests.knowledge_files import sent, sheet, table
from web import knowledge_names, nightly
from web.bootstrap import Container

CATEGORY = "类别0402"
WORDS = some.text(some.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)
"""What a cell may hold: reading a file has taken NUL out."""


def row(**changed: str) -> dict[str, str]:
    return any_row(**{"类目": CATEGORY, **changed})


def rows(count: int) -> list[dict[str, str]]:
    return [row(标题=f"第{number}个问题") for number in range(count)]


@pytest.fixture
def editor(sign_in: SignIn) -> Person:
    return sign_in("knowledge_editor")


@pytest.fixture
def liaison(sign_in: SignIn) -> Person:
    return sign_in("liaison", "U1")


def send(person: Person, content: bytes, **form: str) -> Any:
    return person.done("POST", "/knowledge/imports", data={"file": (io.BytesIO(content), "列表.csv"), **form})


def bring(parts: Container, person: Person, content: bytes, **form: str) -> Any:
    begun = send(person, content, **form)
    nightly.take_in_files(parts)
    return person.done("GET", f"/knowledge/imports/{begun['id']}")


def stand(parts: Container) -> dict[str, str]:
    with parts.database.read() as session:
        return {one.title: one.state.value for one in session.scalars(select(Article).where(Article.replaces_id.is_(None)))}


def put(parts: Container, title: str, work: Callable[[UnitOfWork, Article], object] = lambda uow, article: None) -> int:
    """An article that answers, as a file would have brought it."""
    with parts.database.work() as uow:
        run = importing.begin(uow, sent([row(标题=title)]), Becomes.PUBLISHED)
    nightly.take_in_files(parts)
    with parts.database.work() as uow:
        assert importing.get(uow.session, run.id).findings == []
        article = uow.session.scalars(select(Article).where(Article.title == title)).one()
        work(uow, article)
        return article.id


@pytest.mark.parametrize("make", [sheet, table, lambda lines: table(lines, "gb18030"), lambda lines: table(lines, "utf-8-sig")])
def test_a_list_becomes_articles_in_the_editors_review(parts: Container, editor: Person, make: Any) -> None:
    done = bring(parts, editor, make(rows(3)))

    assert (done["state"], done["total"], done["done"], done["taken"], done["findings"]) == ("finished", 3, 3, 3, [])
    assert set(stand(parts).values()) == {"editor_review"}


def test_dry_run_tells_every_cell_and_writes_nothing(parts: Container, editor: Person) -> None:
    found = send(editor, sheet([row(), row(类目="没有", 材料性质=""), row()]), dry="1")

    assert [(one["row"], one["field"], one["rule"]) for one in found["findings"]] == [
        (3, "类目", "unknown-code"),
        (3, "材料性质", "required"),
        (3, "标题", "twice-in-file"),
        (4, "标题", "twice-in-file"),
    ]
    assert all(one["message"] and not one["message"].startswith("error.") for one in found["findings"])
    assert (found["state"], found["taken"], found["refused"], stand(parts)) == ("checked", 1, 2, {})


def test_the_right_rows_of_a_dry_run_are_taken(parts: Container, editor: Person) -> None:
    dry = send(editor, table([*rows(2), row(标题="")]), dry="1")

    begun = editor.done("POST", f"/knowledge/imports/{dry['id']}/take", json={"becomes": "published"})
    nightly.take_in_files(parts)

    done = editor.done("GET", f"/knowledge/imports/{begun['id']}")
    assert (done["taken"], done["refused"]) == (2, 1)
    assert set(stand(parts).values()) == {"published"}


def test_refused_rows_come_back_with_their_reasons(parts: Container, editor: Person) -> None:
    done = bring(parts, editor, sheet([row(), row(标题="退休", 类目="没有")]))

    with editor.ask("GET", f"/knowledge/imports/{done['id']}/refused.xlsx") as answer:
        lines = list(load_workbook(io.BytesIO(answer.data)).worksheets[0].values)
    assert [line[1] for line in lines] == ["标题", "退休"]
    assert "类目" in str(lines[1][-1])


@pytest.mark.parametrize("headings", [["标题", "类目"], ["内容"], ["姓名", "电话"]])
def test_a_file_without_the_needed_columns_is_told_so_and_nothing_taken(
    parts: Container, editor: Person, headings: list[str]
) -> None:
    done = bring(parts, editor, sheet([dict.fromkeys(headings, "甲")]))

    assert {"missing-column"} <= {one["rule"] for one in done["findings"]}
    assert (done["state"], done["taken"], stand(parts)) == ("finished", 0, {})


def test_columns_nobody_knows_are_named_and_left(parts: Container, editor: Person) -> None:
    done = bring(parts, editor, sheet([row(联系电话="19900000001")]))

    assert (done["columns_unknown"], done["taken"]) == (["联系电话"], 1)
    assert [one["level"] for one in done["findings"]] == ["warning"]


def test_more_rows_than_the_rule_allows_are_refused(parts: Container, editor: Person) -> None:
    sending = {"data": {"file": (io.BytesIO(table(rows(1001))), "x.csv")}}

    assert editor.refused(413, "POST", "/knowledge/imports", **sending)["code"] == "too-large"


@pytest.mark.parametrize("content", [b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"])
def test_what_is_no_list_is_refused(editor: Person, content: bytes) -> None:
    editor.refused(422, "POST", "/knowledge/imports", data={"file": (io.BytesIO(content), "x.xlsx")})


def test_an_article_that_answers_gets_a_change_and_answers_on(parts: Container, editor: Person) -> None:
    article_id = put(parts, "养老金怎么领")

    done = bring(parts, editor, table([row(内容="换一种说法。")]))

    with parts.database.read() as session:
        change = articles.change_of(session, article_id)
        assert change is not None
        assert (change.state, change.answer_agent) == (ArticleState.EDITOR_REVIEW, "换一种说法。")
        assert articles.get(session, article_id).answer_agent == "到社保中心或者手机上办理。"
    assert done["taken"] == 1


def test_a_trusted_file_takes_its_words_into_the_article(parts: Container, editor: Person) -> None:
    article_id = put(parts, "养老金怎么领")

    bring(parts, editor, table([row(内容="换一种说法。")]), becomes="published")

    with parts.database.read() as session:
        article = articles.get(session, article_id)
        assert (article.answer_agent, article.revision, article.state) == ("换一种说法。", 2, ArticleState.PUBLISHED)


def test_the_same_file_again_changes_nothing(parts: Container, editor: Person) -> None:
    content = table(rows(3))
    bring(parts, editor, content, becomes="published")

    done = bring(parts, editor, content, becomes="published")

    assert (done["taken"], done["refused"]) == (0, 0)
    with parts.database.read() as session:
        assert session.scalar(select(func.count()).select_from(ArticleVersion)) == 3


def _begin(uow: UnitOfWork, article: Article) -> None:
    articles.begin_change(uow, article.id)


def _keep_elsewhere(uow: UnitOfWork, article: Article) -> None:
    article.origin, article.origin_id = "platform", "1"


@pytest.mark.parametrize(("before", "rule"), [(_begin, "change-in-work"), (_keep_elsewhere, "kept-elsewhere")])
def test_what_others_have_in_hand_is_left_alone(parts: Container, editor: Person, before: Any, rule: str) -> None:
    put(parts, "养老金怎么领", before)

    done = bring(parts, editor, table([row(内容="换一种说法。")]))

    assert [one["rule"] for one in done["findings"]] == [rule]


def test_a_title_of_another_article_than_the_code_names_is_refused(parts: Container, editor: Person) -> None:
    put(parts, "养老金怎么领")

    assert [one["rule"] for one in bring(parts, editor, table([row(编号="K9")]))["findings"]] == ["title-taken"]


def test_a_units_file_goes_to_its_own_review(parts: Container, liaison: Person) -> None:
    done = bring(parts, liaison, sheet([row(责任单位=""), row(标题="别家的", 责任单位="U2")]))

    assert [(one["field"], one["rule"]) for one in done["findings"]] == [("责任单位", "not-your-unit")]
    assert stand(parts) == {"养老金怎么领": "unit_review"}


@pytest.mark.parametrize("becomes", ["published", "editor_review"])
def test_a_unit_may_not_pass_its_own_file(liaison: Person, becomes: str) -> None:
    data = {"file": (io.BytesIO(table(rows(1))), "x.csv"), "becomes": becomes}

    liaison.refused(403, "POST", "/knowledge/imports", data=data)


def test_a_file_is_no_way_around_a_second_editor(parts: Container, editor: Person) -> None:
    with parts.database.work() as uow:
        own = {"key": "knowledge.own_review", "value": {"unit": False, "editor": False}}
        uow.session.add(SlaRule(**own, source="own", effective_from=uow.now))
    data = {"file": (io.BytesIO(table(rows(1))), "x.csv"), "becomes": "published"}

    assert "published" not in editor.done("GET", "/knowledge/imports")["choices"]
    editor.refused(403, "POST", "/knowledge/imports", data=data)


def test_a_unit_may_not_reword_anothers_article(parts: Container, liaison: Person) -> None:
    put(parts, "养老金怎么领")

    assert [one["rule"] for one in bring(parts, liaison, table([row()]))["findings"]] == ["title-taken"]


def test_other_peoples_files_are_not_shown(editor: Person, liaison: Person) -> None:
    theirs = send(editor, table(rows(1)), dry="1")["id"]
    own = send(liaison, table(rows(1)), dry="1")["id"]

    liaison.refused(404, "GET", f"/knowledge/imports/{theirs}")
    assert [one["id"] for one in liaison.done("GET", "/knowledge/imports")["items"]] == [own]
    assert len(editor.done("GET", "/knowledge/imports")["items"]) == 2


def test_whoever_left_meanwhile_brings_in_nothing(parts: Container, editor: Person) -> None:
    begun = send(editor, table(rows(1)))
    with parts.database.work() as uow:
        uow.session.get_one(Officer, begun["requested_by"]["id"]).active = False

    nightly.take_in_files(parts)

    with parts.database.read() as session:
        assert [one["rule"] for one in importing.get(session, begun["id"]).findings] == ["importer-left"]


def test_template_has_the_columns_that_the_import_reads(editor: Person) -> None:
    book = load_workbook(io.BytesIO(editor.ask("GET", "/knowledge/import-template.xlsx").data))
    headings = [str(cell.value) for cell in book.worksheets[0][1]]

    found = send(editor, sheet([dict.fromkeys(headings, "")]), dry="1")

    assert (headings[:3], found["findings"], found["total"]) == (["类目", "标题", "内容"], [], 0)


class Killed(BaseException):
    """The process ended here."""


def test_a_run_that_was_killed_goes_on_where_it_stood(parts: Container, editor: Person) -> None:
    begun = send(editor, table(rows(120)), becomes="published")
    importer_of, asked = knowledge_names.importers(parts.database), []

    def dying(session: Any, run: ImportRun) -> Any:
        asked.append(run.done)
        if len(asked) == 3:
            raise Killed
        return importer_of(session, run)

    with pytest.raises(Killed):
        importing.run_due(parts.database, dying)
    half = editor.done("GET", f"/knowledge/imports/{begun['id']}")
    nightly.take_in_files(parts)

    assert (half["state"], half["done"], half["taken"]) == ("running", 100, 100)
    assert editor.done("GET", f"/knowledge/imports/{begun['id']}")["taken"] == len(stand(parts)) == 120


def test_run_twice_at_once_nothing_doubles(parts: Container, editor: Person) -> None:
    content = table(rows(120))
    begun = [send(editor, content, becomes="published")["id"] for _ in range(2)]

    workers = [threading.Thread(target=nightly.take_in_files, args=[parts]) for _ in range(3)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    nightly.take_in_files(parts)

    assert [editor.done("GET", f"/knowledge/imports/{one}")["taken"] for one in begun] == [120, 0]
    with parts.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Article)) == 120


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(lines=some.lists(some.dictionaries(some.sampled_from(["标题", "内容", "类目", "关键字", "密级"]), WORDS)))
def test_a_dry_run_never_writes(parts: Container, lines: list[dict[str, str]]) -> None:
    with parts.database.work() as uow:
        importer = knowledge_names.house(parts.database, uow.session, Becomes.PUBLISHED)
        importing.check(uow, sent([row(**one) for one in lines] or [row()]), importer)

    with parts.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Article)) == 0
        assert session.scalar(select(func.count()).select_from(ArticleVersion)) == 0
