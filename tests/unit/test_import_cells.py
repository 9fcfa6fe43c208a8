"""Every rule of a field, cell by cell: what is wrong is told with its column, its rule and what stood there. No database."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from knowledge_base import cells
from knowledge_base.cells import Surroundings
from knowledge_base.columns import columns, recognise
from knowledge_base.content import ArticleContent
from knowledge_base.models import Secrecy
from tests.knowledge_files import HEADINGS, around, row


def words(given: Mapping[str, str]) -> dict[str, str]:
    found = recognise(list(given))
    return {field: given[heading] for field, heading in found.headings.items()}


def read(surroundings: Surroundings | None = None, /, **changed: Any) -> cells.RowRead:
    return cells.read(words(row(**changed)), surroundings or around())


def test_a_right_row_is_an_article() -> None:
    found = read(问法="养老金在哪里领\n退休金怎么领", 责任单位="市人社局", 区域="城东区", 发文日期="2026年1月5日", 编号="yl-1")

    assert found.wrong == ()
    assert found.code == "yl-1"
    assert found.content == ArticleContent(
        title="养老金怎么领",
        answer_agent="到社保中心或者手机上办理。",
        answer_public="可以到社保中心办理，也可以在手机上办理。",
        questions=("养老金在哪里领", "退休金怎么领"),
        keywords=("养老金", "退休"),
        category_code="0402",
        area_code="9901",
        source_date=date(2026, 1, 5),
        issuing_body="市人社局",
        owner_unit_id=1,
        material="办事指南",
        secrecy=Secrecy.PUBLIC,
    )


@pytest.mark.parametrize(
    ("heading", "given", "rule"),
    [
        ("标题", "", "required"),
        ("标题", "长" * 129, "too-long"),
        ("内容", "", "required"),
        ("关键字", "长" * 21, "item-too-long"),
        ("关键字", "退休,养老金怎么领", "same-as-title"),
        ("类目", "", "required"),
        ("类目", "人力资源和社会保障", "not-a-leaf"),
        ("类目", "人力资源和社会保障/社会保险", "not-a-leaf"),
        ("类目", "0401", "not-a-leaf"),
        ("类目", "没有这一类", "unknown-code"),
        ("类目", "养老保险", "unknown-code"),
        ("材料性质", "", "required"),
        ("材料性质", "小道消息", "unknown-choice"),
        ("发文单位", "长" * 129, "too-long"),
        ("密级", "绝密", "unknown-choice"),
        ("文件名称", "长" * 257, "too-long"),
        ("文号", "长" * 65, "too-long"),
        ("发文日期", "去年", "not-a-date"),
        ("发文日期", "2026-02-30", "not-a-date"),
        ("生效日期", "2026-13-01", "not-a-date"),
        ("失效日期", "月底", "not-a-date"),
        ("复核日期", "半年后", "not-a-date"),
        ("责任单位", "没有这个单位", "unknown-code"),
        ("区域", "外地", "unknown-code"),
        ("服务对象", "长" * 65, "too-long"),
        ("事项编码", "1" * 65, "too-long"),
        ("编号", "1" * 65, "too-long"),
        ("问法", "长" * 129, "item-too-long"),
    ],
)
def test_a_wrong_cell_is_told_with_its_column_and_rule(heading: str, given: str, rule: str) -> None:
    (wrong,) = read(**{heading: given}).wrong

    assert (columns()[wrong.field].zh[0], wrong.rule, wrong.given) == (heading, rule, given[:100])


def test_every_wrong_cell_of_a_row_is_told() -> None:
    found = read(标题="", 类目="没有", 材料性质="没有", 发文日期="没有")

    assert {one.field for one in found.wrong} == {"title", "category_code", "material", "source_date"}


@pytest.mark.parametrize(
    ("heading", "given", "field", "meant"),
    [
        ("类目", "0402", "category_code", "0402"),
        ("类目", "人力资源和社会保障 / 就业/", "category_code", "0403"),
        ("关键字", "社保，养老、退休, 社保 ,", "keywords", ("社保", "养老、退休")),
        ("关键字", "", "keywords", ()),
        ("区域", "99", "area_code", "99"),
        ("责任单位", "U2", "owner_unit_id", 2),
        ("密级", "内部", "secrecy", Secrecy.INTERNAL),
        ("密级", "PUBLIC", "secrecy", Secrecy.PUBLIC),
        ("生效日期", "2026/1/2", "effective_from", date(2026, 1, 2)),
        ("生效日期", "2026-01-02T00:00:00", "effective_from", date(2026, 1, 2)),
        ("生效日期", "2026.1.2", "effective_from", date(2026, 1, 2)),
        ("生效日期", "", "effective_from", None),
        ("问法", "一问|二问\n\n一问", "questions", ("一问", "二问")),
        ("标题", "  养老金领取  ", "title", "养老金领取"),
    ],
)
def test_a_cell_is_understood_as_people_write_it(heading: str, given: str, field: str, meant: object) -> None:
    found = read(**{heading: given})

    assert found.wrong == ()
    assert getattr(found.content, field) == meant


def test_title_of_128_characters_and_keyword_of_20_are_right() -> None:
    assert read(标题="长" * 128, 关键字="短" * 20).wrong == ()


def test_a_notice_must_say_until_when_it_holds() -> None:
    assert [(one.field, one.rule) for one in read(材料性质="通知公告").wrong] == [("effective_to", "required-for-material")]
    assert read(材料性质="通知公告", 失效日期="2026-12-31").wrong == ()


def test_it_may_not_end_before_it_begins() -> None:
    found = read(生效日期="2026-12-31", 失效日期="2026-12-01")

    assert [(one.field, one.rule) for one in found.wrong] == [("effective_to", "before-effective-from")]


def test_a_name_that_two_bear_is_no_name() -> None:
    names = replace(around().names, units={1: ("U1", "服务中心"), 2: ("U2", "服务中心")})

    assert [one.rule for one in read(around(names=names), 责任单位="服务中心").wrong] == ["ambiguous-name"]
    assert names.unit(2) == "U2"


def test_a_units_people_write_for_their_own_unit_alone() -> None:
    own = around(owners=(2,))

    assert read(own).content.owner_unit_id == 2
    assert [(one.field, one.rule) for one in read(own, 责任单位="U1").wrong] == [("owner_unit_id", "not-your-unit")]


def test_nothing_becomes_public_by_being_left_out() -> None:
    given = words(row())
    silent = {name: said for name, said in given.items() if name not in ("secrecy", "answer_public")}

    assert cells.read(silent, around()).content.secrecy is Secrecy.INTERNAL
    assert cells.read({**silent, "answer_public": "可以办理。"}, around()).content.secrecy is Secrecy.PUBLIC


def test_a_column_left_out_leaves_an_article_as_it_was() -> None:
    before = read(服务对象="退休人员", 密级="内部").content

    found = cells.read({"title": before.title, "answer_agent": "换一种说法。"}, around(), before)

    assert found.content == replace(before, answer_agent="换一种说法。")


@pytest.mark.parametrize("headings", [HEADINGS, HEADINGS[::-1], ("Title", "Content", "Category"), ("title", "answer_agent")])
def test_headings_may_be_in_any_order_and_language(headings: tuple[str, ...]) -> None:
    assert recognise(headings).lacking == ()


def test_headings_nobody_knows_or_that_stand_twice_are_named() -> None:
    found = recognise(["* 标题：", "标题", "内容", "坐席答复", "电话号码"])

    assert (found.unknown, found.twice) == (("电话号码",), ("标题", "坐席答复"))
    assert dict(found.headings) == {"title": "* 标题：", "answer_agent": "内容"}


def test_every_column_has_a_field_and_a_heading_of_its_own() -> None:
    headings = [heading for one in columns().values() for heading in (*one.zh, *one.en)]

    assert len(headings) == len(set(headings))
    assert set(columns()) - {"code"} <= set(ArticleContent.__dataclass_fields__)
