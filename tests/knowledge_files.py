"""Lists of articles as people send them, and a city small enough to write them for; for tests of import, export and bundles."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from openpyxl import Workbook

from knowledge_base.cells import Surroundings
from knowledge_base.columns import recognise
from knowledge_base.importing import Sent
from knowledge_base.naming import Names
from knowledge_base.rules import KnowledgeRules, read
from knowledge_base.terms import Terms
from sla.packaged import rule_values

HEADINGS = ("类目", "标题", "内容", "发文单位", "材料性质", "关键字", "公开答复", "密级")
CATEGORIES = {
    "04": "人力资源和社会保障",
    "0401": "人力资源和社会保障/社会保险",
    "0402": "人力资源和社会保障/社会保险/养老保险",
    "0403": "人力资源和社会保障/就业",
}
LEAVES = frozenset({"0402", "0403"})
PENSION = {
    "类目": "人力资源和社会保障/社会保险/养老保险",
    "标题": "养老金怎么领",
    "内容": "到社保中心或者手机上办理。",
    "发文单位": "市人社局",
    "材料性质": "办事指南",
    "关键字": "养老金,退休",
    "公开答复": "可以到社保中心办理，也可以在手机上办理。",
    "密级": "公开",
}
NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def row(**changed: str) -> dict[str, str]:
    """A row that is right, but for what is changed."""
    return {**PENSION, **changed}


def sheet(rows: Sequence[dict[str, str]], headings: Sequence[str] | None = None) -> bytes:
    """The rows as an Excel file."""
    heads = list(headings or rows[0])
    book = Workbook()
    for line in (heads, *([one.get(head, "") for head in heads] for one in rows)):
        book.active.append(line)  # type: ignore[union-attr]  # a new book has a sheet
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def table(rows: Sequence[dict[str, str]], encoding: str = "utf-8") -> bytes:
    """The rows as a CSV file."""
    target = io.StringIO()
    writer = csv.DictWriter(target, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue().encode(encoding)


def sent(rows: Sequence[dict[str, str]]) -> Sent:
    """The rows as a file that was read."""
    found = recognise(list(rows[0]))
    return Sent("列表.csv", "0" * 64, "text/csv", found, list(enumerate(rows, start=2)))


def rules(**changed: object) -> KnowledgeRules:
    """The rules that come with the software, but for what is changed."""
    return replace(read(rule_values()), **changed)  # type: ignore[arg-type]  # fields of several types


def around(**changed: object) -> Surroundings:
    """Two subjects, two areas and two units."""
    names = Names(CATEGORIES, {"99": "江城市", "9901": "城东区"}, {1: ("U1", "市人社局"), 2: ("U2", "市医保局")})
    terms = Terms(
        today=date(2026, 11, 20),
        rules=rules(),
        leaves=LEAVES,
        areas=frozenset(names.areas),
        units=frozenset(names.units),
        unit_review_due=NOW,
        editor_review_due=NOW,
    )
    return replace(Surroundings(names, terms), **changed)  # type: ignore[arg-type]  # fields of several types
