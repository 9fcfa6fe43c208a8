"""Named places over HTTP: made, changed, brought in with faults by the cell, taken out; words tried out."""

import io
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from hotline.kernel.db import Database
from hotline.people.models import Place
from tests import factories
from tests.integration.people import Person, SignIn

HEADINGS = ["名称", "区域", "种类", "别名", "门牌从", "门牌到", "单双号"]


@pytest.fixture
def administrator(sign_in: SignIn, database: Database) -> Person:
    with database.work() as uow:
        factories.area(uow.session, "9907", name="安河区", level="district", parent_code="99")
        factories.area(uow.session, "9908", name="东岭区", level="district", parent_code="99")
    return sign_in("administrator", "")


def place(**changed: Any) -> dict[str, Any]:
    return {"name": "河西路", "kind": "road", "area_code": "9907", **changed}


def sheet(*rows: list[Any]) -> bytes:
    book = Workbook()
    for row in (HEADINGS, *rows):
        book.active.append(row)  # type: ignore[union-attr]  # a new book has a sheet
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def send(person: Person, content: bytes, dry: str) -> Any:
    return person.done("POST", "/admin/places/imports", data={"file": (io.BytesIO(content), "places.xlsx"), "dry": dry})


def test_place_is_made_found_by_its_alias_changed_and_closed(administrator: Person) -> None:
    made = administrator.done("POST", "/admin/places", json=place(name="市第一人民医院", kind="hospital", aliases=["市一院"]))

    found = administrator.done("GET", "/admin/places?search=市一院")
    administrator.done("PUT", f"/admin/places/{made['id']}", json=place(name="市一医院", kind="hospital", active=False))
    changed = administrator.done("GET", "/admin/places?search=市一医院")

    assert [(one["id"], one["area"]) for one in found["items"]] == [(made["id"], {"code": "9907", "path": "安河区"})]
    assert [(one["id"], one["active"], one["aliases"]) for one in changed["items"]] == [(made["id"], False, [])]
    assert "road" in found["kinds"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"kind": "planet"}, "kind"),
        ({"area_code": "1"}, "area_code"),
        ({"numbers_from": 0}, "numbers_from"),
        ({"numbers_from": 9, "numbers_to": 3}, "numbers_to"),
        ({"parity": "both"}, "parity"),
    ],
)
def test_place_that_breaks_a_rule_is_refused_with_its_field(administrator: Person, wrong: dict[str, Any], field: str) -> None:
    answer = administrator.ask("POST", "/admin/places", json=place(**wrong))

    assert answer.status_code == 422
    assert answer.json["error"]["details"]["field"] == field


def test_list_with_a_fault_takes_nothing_and_names_row_column_and_words(administrator: Person) -> None:
    content = sheet(["翠湖花园", "安河区", "小区", "", "", "", ""], ["中山路", "西岭区", "道路", "", "十", "", ""])

    outcome = send(administrator, content, "1")

    assert [(one["row"], one["field"], one["given"]) for one in outcome["findings"]] == [(3, "区域", "西岭区")]
    assert outcome["findings"][0]["message"]
    assert send(administrator, content, "0")["findings"]
    assert administrator.done("GET", "/admin/places?search=翠湖花园")["items"] == []


def test_list_is_taken_whole_and_the_same_list_again_changes_nothing(administrator: Person) -> None:
    content = sheet(
        ["中山路", "安河区", "道路", "", 1, 99, "单号"],
        ["中山路", "东岭区", "道路", "", 100, "", ""],
        ["翠湖花园", "9907", "小区", "翠湖、翠湖小区", "", "", ""],
    )

    dry, taken, again = send(administrator, content, "1"), send(administrator, content, "0"), send(administrator, content, "0")

    assert (dry["dry"], dry["added"]) == (True, 3)
    assert (taken["added"], taken["unchanged"]) == (3, 0)
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 3)


def test_file_taken_out_is_one_that_is_taken_in(administrator: Person) -> None:
    send(administrator, sheet(["中山路", "安河区", "道路", "老中山路", 1, 99, "单号"]), "0")

    with administrator.ask("GET", "/admin/places.xlsx") as answer:
        file = answer.data
    outcome = send(administrator, file, "1")

    assert load_workbook(io.BytesIO(file)).worksheets[0].max_row >= 2
    assert (outcome["findings"], outcome["added"], outcome["changed"]) == ([], 0, 0)


def test_words_tried_out_show_names_area_and_question(administrator: Person) -> None:
    send(administrator, sheet(["中山路", "安河区", "道路", "", "", "", ""], ["中山路", "东岭区", "道路", "", "", "", ""]), "0")

    told = administrator.done("POST", "/admin/places/locate", json={"text": "东岭区中山路8号漏水"})
    open_ = administrator.done("POST", "/admin/places/locate", json={"text": "中山路8号漏水"})
    away = administrator.done("POST", "/admin/places/locate", json={"text": "我在苏州市姑苏区"})

    assert (told["area"]["code"], told["address"], told["question"]) == ("9908", "东岭区中山路8号", None)
    assert open_["area"] is None
    assert open_["question"]["words"] == "请问是安河区的中山路，还是东岭区的中山路？"
    assert [choice["code"] for choice in open_["question"]["choices"]] == ["9907", "9908"]
    assert (away["question"]["kind"], away["question"]["choices"][0]["path"]) == ("outside", "江苏省/苏州市/姑苏区")


def test_only_administrators_see_places(sign_in: SignIn) -> None:
    assert sign_in("agent", "").ask("GET", "/admin/places").status_code == 403


def test_closed_place_is_no_name_any_more(administrator: Person, database: Database) -> None:
    with database.work() as uow:
        uow.session.add(Place(name="翠湖花园", kind="estate", area_code="9907", active=False))

    assert administrator.done("POST", "/admin/places/locate", json={"text": "翠湖花园停水"})["found"] == []
