"""Lists from Excel: templates, a check that changes nothing, faults with their cells, all or nothing, who may."""

import io
import zipfile
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from hotline.kernel.db import Database
from hotline.people.models import Area, Officer, Unit
from hotline.tickets.models import Category
from tests.integration.people import Person, SignIn

UNITS = ["代码", "名称", "层级", "种类", "考核分类", "区域", "属地上级", "业务上级"]
HEADINGS = {"units": UNITS, "officers": ["用户名", "姓名", "单位代码", "角色", "phone"]}


def sheet(headings: list[Any], *rows: list[Any]) -> bytes:
    book = Workbook()
    for row in (headings, *rows):
        book.active.append(row)  # type: ignore[union-attr]  # a new book has a sheet
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def unit(code: str, above: str = "", **changed: str) -> list[str]:
    row = {"code": code, "name": f"单位{code}", "level": "市级", "kind": "部门", "class": "市直部门", "area": "99", **changed}
    return [*row.values(), above, above]


def send(person: Person, path: str, content: bytes) -> Any:
    return person.done("POST", f"/admin/import/{path}", data={"file": (io.BytesIO(content), "list.xlsx")})


def count(database: Database, model: type[Any]) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def administrator(sign_in: SignIn) -> Person:
    return sign_in("administrator", "")


@pytest.mark.parametrize("kind", ["areas", "units", "officers", "categories"])
def test_template_has_the_headings_that_the_import_reads(administrator: Person, kind: str) -> None:
    answer = administrator.ask("GET", f"/admin/import/{kind}/template.xlsx")
    book = load_workbook(io.BytesIO(answer.data))
    headings = [cell.value for cell in book.worksheets[0][1]]

    assert len(headings) == len(set(headings))
    assert send(administrator, f"{kind}/check", sheet(headings)) == {"rows": 0, "applied": False, "faults": [], "passwords": []}


def test_check_changes_nothing_and_applying_does(administrator: Person, database: Database) -> None:
    before = count(database, Unit)
    content = sheet(UNITS, unit("LOW", "NEW"), unit("NEW"))

    assert send(administrator, "units/check", content) == {"rows": 2, "applied": False, "faults": [], "passwords": []}
    assert count(database, Unit) == before
    assert send(administrator, "units", content)["applied"]

    with database.read() as session:
        made = {one.code: one for one in session.scalars(select(Unit).where(Unit.code.in_(["LOW", "NEW"])))}
    assert made["LOW"].territorial_id == made["LOW"].professional_id == made["NEW"].id


def test_every_fault_names_its_cell_and_nothing_is_applied(administrator: Person, database: Database) -> None:
    before = count(database, Unit)
    content = sheet(
        UNITS,
        unit("A"),
        unit("A"),
        unit("B", level="银河级"),
        unit("C", area="12"),
        unit("D", above="NOWHERE"),
        unit("E", name=""),
    )

    answer = send(administrator, "units", content)

    found = [(fault["row"], fault["column"], fault["rule"]) for fault in answer["faults"]]
    assert found == [
        (3, "代码", "unit-code-taken"),
        (4, "层级", "not-one-of"),
        (5, "区域", "unknown-area"),
        (7, "名称", "required"),
        (6, "属地上级", "unknown-code"),
    ]
    assert not answer["applied"]
    assert count(database, Unit) == before


def test_officers_come_with_first_passwords_that_open_the_door(administrator: Person, citizen: Person) -> None:
    content = sheet(HEADINGS["officers"], ["li", "李工", "U1", "单位联络员、承办人", 19900000002])

    answer = send(administrator, "officers", content)

    (made,) = answer["passwords"]
    me = citizen.done("POST", "/session", json={"login": "li", "password": made["first_password"]})
    assert me["must_change_password"]
    assert me["roles"] == ["handler", "liaison"]


def test_officers_checked_get_no_passwords(administrator: Person, database: Database) -> None:
    before = count(database, Officer)

    answer = send(administrator, "officers/check", sheet(HEADINGS["officers"], ["li", "李工", "U1", "承办人", ""]))

    assert answer["passwords"] == []
    assert count(database, Officer) == before


def test_areas_and_categories_come_parents_first(administrator: Person, database: Database) -> None:
    areas = sheet(["code", "name", "level", "parent_code"], [9901, "某区", "district", 99])
    categories = sheet(["代码", "名称", "上级"], ["77", "某类", ""], ["7701", "某小类", "77"])

    assert send(administrator, "areas", areas)["applied"]
    assert send(administrator, "categories", categories)["applied"]

    with database.read() as session:
        assert session.get_one(Area, "9901").path == "/99/9901/"
        assert session.get_one(Category, "7701").path == "/77/7701/"


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"\x00not a sheet", "not-a-sheet"),
        (sheet(["代码", "颜色"]), "unknown-column"),
        (sheet(["代码", "层级"]), "missing-column"),
    ],
)
def test_file_that_cannot_be_read_says_why(administrator: Person, content: bytes, rule: str) -> None:
    sent = {"data": {"file": (io.BytesIO(content), "list.xlsx")}}

    error = administrator.refused(422, "POST", "/admin/import/units/check", **sent)

    assert error["details"]["rule"] == rule


def test_more_rows_than_allowed_are_refused(administrator: Person) -> None:
    content = sheet(UNITS, *(unit(f"N{number}") for number in range(1001)))

    administrator.refused(413, "POST", "/admin/import/units", data={"file": (io.BytesIO(content), "list.xlsx")})


def test_zip_that_unpacks_to_too_much_is_refused(administrator: Person) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (65 * 2**20))
    sent = {"data": {"file": (io.BytesIO(target.getvalue()), "list.xlsx")}}

    administrator.refused(413, "POST", "/admin/import/units/check", **sent)


def test_other_roles_import_nothing(sign_in: SignIn) -> None:
    person = sign_in("unit_admin", "U1")

    person.refused(403, "POST", "/admin/import/officers", data={"file": (io.BytesIO(b""), "list.xlsx")})
