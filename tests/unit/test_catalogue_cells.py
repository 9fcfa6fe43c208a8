"""Cells of catalogue and duty lists: how people write them, what is wrong is told with its field and rule. No database."""

from datetime import date
from typing import Any

import pytest

from dispatch import catalogue_cells, catalogue_rows
from dispatch.catalogue_rows import CatalogueRow, Known
from dispatch.sheet_columns import CATALOGUE, DUTIES, columns, recognise
from dispatch.sheet_names import Names

NAMES = Names(
    categories={"01": "城市管理", "0101": "城市管理/市容环境", "0201": "公共服务/供热", "0301": "住房/供热"},
    units={"heat": "云泽热力公司", "market": "市监局", "a": "同名所", "b": "同名所"},
)
KNOWN = Known(frozenset(NAMES.categories), frozenset(NAMES.units))


def values(**cells: str) -> dict[str, Any]:
    return catalogue_cells.read(2, {"category": "0101", "unit": "heat", **cells}, NAMES)[0]


@pytest.mark.parametrize(
    ("field", "cell", "expected"),
    [
        ("category", "城市管理/市容环境", "0101"),
        ("category", " 城市管理 / 市容环境 ", "0101"),
        ("category", "市容环境", "0101"),
        ("unit", "云泽热力公司", "heat"),
        ("unit", "所在街道（乡镇）", "street"),
        ("unit", "所在区县部门：城管", "district-bureau:城管"),
        ("unit", "District bureau: 城管", "district-bureau:城管"),
        ("unit", "district-bureau:城管", "district-bureau:城管"),
        ("assist", "市监局、所在街道", ["market", "street"]),
        ("area_rule", "街道", "street"),
        ("effective_from", "2026年1月5日", date(2026, 1, 5)),
        ("effective_to", "2026-01-05T00:00:00", date(2026, 1, 5)),
    ],
)
def test_a_cell_is_read_as_people_write_it(field: str, cell: str, expected: Any) -> None:
    assert values(**{field: cell})[field] == expected


@pytest.mark.parametrize(
    ("field", "cell", "expected"),
    [
        ("words", "健身、瑜伽, 健身", ["健身", "瑜伽"]),
        ("requester", "企业", ["enterprise"]),
        ("channel", "电话、wechat", ["phone", "wechat"]),
        ("urgency", "特急；Urgent", ["critical", "urgent"]),
        ("months", "11月-3月", [11, 12, 1, 2, 3]),
        ("months", "5、7至8", [5, 7, 8]),
        ("hours", "22:00—6:00", ["22:00-06:00"]),
    ],
)
def test_a_condition_is_read_as_people_write_it(field: str, cell: str, expected: list[Any]) -> None:
    assert values(**{field: cell})["conditions"] == {field: expected}


@pytest.mark.parametrize(
    ("field", "cell", "rule"),
    [
        ("category", "没有这一类", "unknown-code"),
        ("category", "供热", "ambiguous-name"),
        ("unit", "没有这个单位", "unknown-code"),
        ("unit", "同名所", "ambiguous-name"),
        ("assist", "市监局、没有", "unknown-code"),
        ("area_rule", "银河系", "unknown-choice"),
        ("requester", "外星人", "unknown-choice"),
        ("months", "13", "not-a-month"),
        ("months", "冬天", "not-a-month"),
        ("hours", "晚上", "not-a-period"),
        ("effective_from", "下周", "not-a-date"),
    ],
)
def test_a_cell_that_is_not_understood_is_told(field: str, cell: str, rule: str) -> None:
    _, wrong = catalogue_cells.read(7, {"category": "0101", "unit": "heat", field: cell}, NAMES)

    assert [(one.row, one.field, one.rule, one.given) for one in wrong] == [(7, field, rule, cell)]


def test_how_far_down_a_place_must_be_known_follows_from_the_unit() -> None:
    assert values(unit="所在区县部门：城管")["area_rule"] == "district"
    assert values()["area_rule"] == "any"


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_what_is_written_is_read_as_it_was(locale: str) -> None:
    row = CatalogueRow(
        category="0101",
        area_rule="street",
        unit="district-bureau:城管",
        assist=("heat", "street"),
        legal_basis="《条例》",
        source="清单",
        effective_from=date(2026, 1, 1),
        effective_to=date(2026, 12, 31),
        conditions={"words": ["暖气"], "requester": ["enterprise"], "months": [1, 12], "hours": ["22:00-06:00"]},
    )

    cells = catalogue_cells.written(row, NAMES, locale)
    headings = [column.heading(locale) for column in columns(CATALOGUE).values()]
    fields = list(recognise(CATALOGUE, headings).headings)
    read, wrong = catalogue_cells.read(2, dict(zip(fields, cells, strict=True)), NAMES)

    assert wrong == []
    assert catalogue_rows.read(2, read, KNOWN) == (row, [])


def test_headings_are_known_in_both_languages_and_told_when_not() -> None:
    found = recognise(DUTIES, ["* 单位", "Category", "备注", "类别"])

    assert found.headings == {"unit": "* 单位", "category": "Category"}
    assert (found.unknown, found.twice, found.lacking) == (("备注",), ("类别",), ())
    assert recognise(CATALOGUE, ["依据"]).lacking == ("category", "unit")


def test_a_row_without_what_it_needs_is_told_field_by_field() -> None:
    _, wrong = catalogue_rows.read(
        3, {"area_rule": "any", "effective_from": "2026-05-01", "effective_to": "2026-04-01", "legal_basis": "长" * 2001}, KNOWN
    )

    assert {(one.field, one.rule) for one in wrong} == {
        ("category", "required"),
        ("unit", "required"),
        ("legal_basis", "too-long"),
        ("effective_to", "ends-before-it-begins"),
    }


def test_lists_are_compared_row_by_row() -> None:
    same, gone = CatalogueRow("0101", "any", "heat"), CatalogueRow("01", "any", "heat")
    before = [same, gone, CatalogueRow("0201", "any", "heat"), CatalogueRow("0301", "any", "heat")]
    moved = CatalogueRow("0201", "any", "market")
    reworded = CatalogueRow("0301", "any", "heat", legal_basis="《条例》")
    new = CatalogueRow("0101", "any", "market", conditions={"months": [1]})

    found = catalogue_rows.diff(before, [same, moved, reworded, new])

    assert (found.added, found.removed, found.unchanged) == ((new,), (gone,), 1)
    assert {(one.unit, other.unit) for one, other in found.changed} == {("heat", "market"), ("heat", "heat")}


def test_the_same_row_twice_is_told_with_the_first_ones_number() -> None:
    row = CatalogueRow("0101", "any", "heat")

    assert [(one.row, one.rule, one.details) for one in catalogue_rows.twice([(2, row), (5, row)])] == [
        (5, "twice-in-file", {"given": 2})
    ]
