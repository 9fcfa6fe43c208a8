"""Catalogue and duty lists over HTTP and from the command line: lists with an error a cell, changes, trials, coverage."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from hotline.people.models import Unit
from hotline.tickets.models import Category
from sla.models import SlaRule
from tests.integration.people import Person, SignIn
from tests.integration.test_dispatch_catalogue import STREET, build_city
from tests.knowledge_files import sheet, table
from web.bootstrap import Container
from web.cli import hotline

CATALOGUE, DUTIES = "/admin/catalogue", "/admin/duties"
Run = Callable[..., Result]


@pytest.fixture
def admin(parts: Container, sign_in: SignIn) -> Person:
    with parts.database.work() as uow:
        build_city(uow.session)
        uow.session.get_one(Category, "010101").typical = ["摆摊"]
    return sign_in("administrator")


def row(**changed: str) -> dict[str, str]:
    """A row as Excel has it: 010101 is the district's bureau of 城管."""
    usual = {"事项分类": "010101", "含任一词": "", "主办单位": "所在区县部门：城管", "协办单位": "", "法律依据": "《条例》"}
    return {**usual, **changed}


def send(person: Person, content: bytes, path: str = CATALOGUE, **form: str) -> Any:
    return person.done("POST", f"{path}/imports", data={"file": (io.BytesIO(content), "目录.xlsx"), **form})


def fetched(person: Person, path: str) -> bytes:
    with person.ask("GET", path) as answer:
        assert answer.status_code == 200
        return answer.data


def counts(outcome: dict[str, Any]) -> tuple[int, ...]:
    return tuple(outcome[name] for name in ("rows", "added", "changed", "removed", "unchanged"))


def test_a_dry_run_tells_what_a_list_would_change_and_changes_nothing(admin: Person) -> None:
    found = send(admin, sheet([row(), row(事项分类="0601", 主办单位="单位city-cg")]), dry="1")

    assert (found["dry"], counts(found), found["findings"], found["version"]) == (True, (2, 2, 0, 0, 0), [], None)
    assert admin.done("GET", CATALOGUE) == {"versions": [], "current": None}


def test_a_list_without_a_wrong_cell_becomes_the_version_in_force(admin: Person) -> None:
    found = send(admin, table([row()]), note="第一版")

    assert (found["version"], counts(found)) == (1, (1, 1, 0, 0, 0))
    shown = admin.done("GET", CATALOGUE)
    assert shown["current"] == 1
    made = shown["versions"][0]
    assert (made["state"], made["rows"], made["note"], made["source_name"]) == ("in_force", 1, "第一版", "目录.xlsx")
    assert made["made_by"] == "员工administrator--zh-CN"


def test_every_wrong_cell_is_told_and_nothing_is_taken(admin: Person) -> None:
    wrong = row(事项分类="没有", 主办单位="没有单位", 含任一词="长" * 41)

    found = send(admin, sheet([row(), wrong, row()]))

    told = [(one["row"], one["field"], one["rule"]) for one in found["findings"]]
    expected = [(3, "主办单位", "unknown-code"), (3, "事项分类", "unknown-code"), (3, "含任一词", "not-a-word")]
    assert sorted(told) == sorted([*expected, (4, "事项分类", "twice-in-file")])
    assert all(not one["message"].startswith("error.") for one in found["findings"])
    assert (found["version"], admin.done("GET", CATALOGUE)["versions"]) == (None, [])


@pytest.mark.parametrize(
    ("headings", "rules"),
    [
        (("事项分类", "法律依据"), {"missing-column"}),
        (("事项分类", "主办单位", "分类"), {"column-twice"}),
        (("事项分类", "主办单位", "天气"), {"column-not-read"}),
    ],
)
def test_columns_that_lack_or_are_unknown_are_told(admin: Person, headings: tuple[str, ...], rules: set[str]) -> None:
    found = send(admin, sheet([dict.fromkeys(headings, "010101")], headings))

    assert {(one["row"], one["rule"]) for one in found["findings"]} == {(1, rule) for rule in rules}
    assert found["version"] is None


def test_what_is_fetched_can_be_sent_again_and_changes_nothing(admin: Person) -> None:
    send(admin, sheet([row(含任一词="摆摊、占道", 协办单位="所在街道（乡镇）"), row(事项分类="0601", 主办单位="单位city-cg")]))

    again = send(admin, fetched(admin, f"{CATALOGUE}/1.xlsx"))

    assert (counts(again), again["findings"], again["version"]) == ((2, 0, 0, 0, 2), [], None)


def test_the_template_has_the_headings_of_the_list(admin: Person) -> None:
    first = load_workbook(io.BytesIO(fetched(admin, "/admin/catalogue-template.xlsx"))).active

    assert first is not None
    headings = [cell.value for cell in first[1]]
    assert headings[:3] == ["事项分类", "地域要求", "含任一词"]


def test_more_rows_than_the_rule_allows_are_refused(admin: Person, parts: Container) -> None:
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    with parts.database.work() as uow:
        uow.session.add(SlaRule(key="dispatch.import_most", value=1, source="本市", effective_from=begun))

    error = admin.refused(
        413, "POST", f"{CATALOGUE}/imports", data={"file": (io.BytesIO(sheet([row(), row(事项分类="0601")])), "目录.xlsx")}
    )

    assert error["details"]["maximum"] == 1


def test_a_coming_version_is_withdrawn_and_compared(admin: Person) -> None:
    send(admin, sheet([row()]))
    soon = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    found = send(admin, sheet([row(主办单位="单位d1-ga", 地域要求="区县")]), effective_from=soon)

    difference = admin.done("GET", f"{CATALOGUE}/compare?left=1&right=2")
    assert found["version"] == 2
    assert counts(found) == (1, 0, 1, 0, 0)
    pair = difference["changed"][0]
    assert (pair["before"]["unit_name"], pair["after"]["unit_name"]) == ("所在区县部门：城管", "单位d1-ga")
    assert [one["state"] for one in admin.done("GET", CATALOGUE)["versions"]] == ["coming", "in_force"]
    admin.done("POST", f"{CATALOGUE}/2/withdraw", json={"note": "写错了"})
    assert admin.done("GET", CATALOGUE)["versions"][0]["state"] == "withdrawn"
    assert admin.refused(409, "POST", f"{CATALOGUE}/1/withdraw", json={})["details"]["reason"] == "not-coming"


def test_rows_are_changed_as_a_new_version(admin: Person) -> None:
    send(admin, sheet([row(), row(事项分类="0601", 主办单位="单位city-cg")]))
    listed = admin.done("GET", f"{CATALOGUE}/1/rows?search=城管")["items"]
    wanted = {"id": listed[0]["id"], "category": "010101", "area_rule": "any", "unit": "d1-ga", "conditions": {"months": [1]}}

    made = admin.done("POST", f"{CATALOGUE}/changes", json={"base": 1, "note": "改派", "put": [wanted]})

    rows = admin.done("GET", f"{CATALOGUE}/{made['version']}/rows")["items"]
    assert [(one["category"]["path"], one["unit_name"], one["conditions"]) for one in rows] == [
        ("类别01/类别0101/类别010101", "单位d1-ga", {"months": [1]}),
        ("类别0601", "单位city-cg", {}),
    ]
    assert len(admin.done("GET", f"{CATALOGUE}/1/rows")["items"]) == 2


def test_rows_are_found_by_category_unit_and_words_page_by_page(admin: Person, parts: Container) -> None:
    send(admin, sheet([row(), row(事项分类="0601", 主办单位="单位city-cg", 法律依据="《水法》")]))
    with parts.database.read() as session:
        bureau = session.query(Unit).filter_by(code="d1-cg").one().id

    def found(query: str) -> list[str]:
        return [one["category"]["code"] for one in admin.done("GET", f"{CATALOGUE}/1/rows?{query}")["items"]]

    assert found("category=01") == ["010101"]
    assert found(f"unit_id={bureau}") == ["010101"]
    assert found("search=水法") == ["0601"]
    first = admin.done("GET", f"{CATALOGUE}/1/rows?limit=1")
    assert found(f"limit=1&after={first['after']}") == ["0601"]


@pytest.mark.parametrize(
    ("changed", "field", "rule"),
    [
        ({"unit": "nobody"}, "unit", "unknown-code"),
        ({"conditions": {"weather": ["rain"]}}, "weather", "unknown-condition"),
        ({"area_rule": "galaxy"}, "area_rule", "unknown-word"),
    ],
)
def test_a_changed_row_that_is_not_understood_is_refused(admin: Person, changed: dict[str, Any], field: str, rule: str) -> None:
    send(admin, sheet([row()]))
    put = {"category": "010101", "area_rule": "any", "unit": "d1-ga", **changed}

    error = admin.refused(422, "POST", f"{CATALOGUE}/changes", json={"base": 1, "put": [put]})

    assert (error["details"]["field"], error["details"]["rule"]) == (field, rule)


def test_a_text_is_tried_out_by_what_dispatching_uses(admin: Person) -> None:
    send(admin, sheet([row(), row(含任一词="夜里", 主办单位="所在区县部门：公安")]))

    found = admin.done("POST", f"{CATALOGUE}/try", json={"text": "夜里门口摆摊", "area": STREET})

    assert found["place"]["path"] == "地区99/地区9901/地区990101"
    assert found["categories"][0]["code"] == "010101"
    first = found["candidates"][0]
    assert first["unit"]["name"] == "单位d1-ga"
    assert {"code": "condition-words", "args": {"words": "夜里"}} in first["reasons"]
    assert (found["catalogue_version"], found["automatic"], found["guards"]) == (1, False, [])


def test_the_coverage_counts_and_names_what_is_open(admin: Person) -> None:
    send(admin, sheet([row()]))

    found = admin.done("GET", f"{CATALOGUE}/coverage")

    assert found["totals"]["rows"] == 1
    assert {one["path"] for one in found["categories_without_unit"]} >= {"类别0601"}
    assert "单位s1" in {one["name"] for one in found["units_without_rows"]}


def duty(**changed: str) -> dict[str, str]:
    return {"单位": "单位d1-cg", "事项分类": "0101", "职责依据": "《清单》", **changed}


def test_duty_lists_come_in_for_the_units_they_name(admin: Person) -> None:
    send(admin, sheet([duty(), duty(单位="各街道（乡镇）")]), DUTIES)

    found = send(admin, sheet([duty(事项分类="0601")]), DUTIES)

    assert (counts(found), found["findings"]) == ((1, 1, 0, 1, 0), [])
    listed = [(one["unit"]["name"], one["category"]["code"]) for one in admin.done("GET", DUTIES)["items"]]
    assert listed == [("单位s1", "0101"), ("单位d1-cg", "0601")]
    assert len(admin.done("GET", f"{DUTIES}?search=s1")["items"]) == 1


def test_duty_lists_that_are_fetched_change_nothing_when_sent_again(admin: Person) -> None:
    send(admin, sheet([duty(), duty(单位="各街道（乡镇）")]), DUTIES)

    again = send(admin, fetched(admin, "/admin/duties.xlsx"), DUTIES)

    assert (counts(again), again["findings"]) == ((2, 0, 0, 0, 2), [])


def test_a_wrong_cell_keeps_a_duty_list_out(admin: Person) -> None:
    found = send(admin, sheet([duty(), duty(单位="没有"), duty(职责依据="又一次")]), DUTIES)

    assert [(one["row"], one["field"], one["rule"]) for one in found["findings"]] == [
        (3, "单位", "unknown-code"),
        (4, "事项分类", "twice-in-file"),
    ]
    assert admin.done("GET", DUTIES)["items"] == []


@pytest.fixture
def run(admin: Person, parts: Container, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    url = str(parts.settings.database_url)
    for name, value in (("DATA_DIR", str(tmp_path / "var")), ("DATABASE_URL", url), ("SEARCH_URL", "null:")):
        monkeypatch.setenv(f"HOTLINE_{name}", value)
    return lambda *words: CliRunner().invoke(hotline, ["dispatch", *words])


def test_the_command_line_brings_a_list_in_and_out(run: Run, tmp_path: Path) -> None:
    file, out = tmp_path / "catalogue.xlsx", tmp_path / "out.xlsx"
    file.write_bytes(sheet([row()]))

    looked = run("catalogue", "import", str(file), "--dry-run")
    taken = run("catalogue", "import", str(file))
    written = run("catalogue", "export", str(out))

    assert (looked.exit_code, taken.exit_code, written.exit_code) == (0, 0, 0), taken.output
    assert looked.output == "新增1，改动0，删除0，未变0\n"
    assert "已生成第1版。" in taken.output
    assert run("catalogue", "import", str(out)).output == "新增0，改动0，删除0，未变1\n"
    assert "末级分类" in run("catalogue", "coverage").output


def test_the_command_line_names_wrong_cells_and_ends_with_1(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "duties.csv"
    file.write_bytes(table([duty(单位="没有")]))

    done = run("duties", "import", str(file))

    assert done.exit_code == 1
    assert "duties.csv:2: 单位: unknown-code: 没有" in done.output
