"""Districts and streets of a real city from the country's list: counted first, taken once, never deleted."""

from pathlib import Path

import pytest
from sqlalchemy import select

from hotline.kernel.db import Database
from hotline.kernel.errors import Invalid
from hotline.people import areas
from hotline.people.models import Area
from web.cli.city import bring_in

AREAS = """code,name,cityCode,provinceCode
330102,上城区,3301,33
330106,西湖区,3301,33
320508,姑苏区,3205,32
441900,东莞市,4419,44
"""
STREETS = """code,name,areaCode,provinceCode,cityCode
330102001,清波街道,330102,33,3301
330106002,北山街道,330106,33,3301
320508001,平江街道,320508,32,3205
441900003,东城街道,441900,44,4419
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "areas.csv").write_text(AREAS, "utf-8")
    (tmp_path / "streets.csv").write_text(STREETS, "utf-8")
    return tmp_path


def begin(database: Database, code: str, name: str) -> None:
    with database.work() as uow:
        areas.create_area(uow, code=code, name=name, level="city", parent_code=None)


def codes(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Area.path).order_by(Area.path)))


def test_only_the_city_of_that_code_is_brought_in(database: Database, folder: Path) -> None:
    begin(database, "3301", "杭州市")

    outcome = bring_in(database, folder, None)

    assert (outcome.added, outcome.unchanged, outcome.not_listed) == (4, 0, 0)
    assert codes(database) == ["/3301/", "/3301/330102/", "/3301/330102/330102001/", "/3301/330106/", "/3301/330106/330106002/"]


def test_look_changes_nothing_and_a_second_time_neither(database: Database, folder: Path) -> None:
    begin(database, "3301", "杭州市")

    looked = bring_in(database, folder, "dry")
    assert (looked.added, codes(database)) == (4, ["/3301/"])
    bring_in(database, folder, None)

    assert vars(bring_in(database, folder, None)) == {"added": 0, "renamed": 0, "unchanged": 4, "otherwise": 0, "not_listed": 0}


def test_area_that_was_typed_in_keeps_its_code_and_others_stay(database: Database, folder: Path) -> None:
    begin(database, "3301", "杭州市")
    with database.work() as uow:
        areas.create_area(uow, code="xh", name="西湖区", level="district", parent_code="3301")
        areas.create_area(uow, code="kf", name="某开发区", level="district", parent_code="3301")
        areas.create_area(uow, code="330102", name="上城", level="district", parent_code="3301")

    outcome = bring_in(database, folder, None)

    assert vars(outcome) == {"added": 2, "renamed": 1, "unchanged": 0, "otherwise": 1, "not_listed": 1}
    assert "/3301/xh/330106002/" in codes(database)


def test_city_without_districts_has_its_streets_below_itself(database: Database, folder: Path) -> None:
    begin(database, "4419", "东莞市")

    bring_in(database, folder, None)

    assert codes(database) == ["/4419/", "/4419/441900003/"]


def test_code_that_the_list_does_not_know_is_refused(database: Database, folder: Path) -> None:
    begin(database, "99", "云泽市")

    with pytest.raises(Invalid):
        bring_in(database, folder, None)


def test_whole_list_gives_a_real_city_its_districts_and_streets(database: Database, shared: Path) -> None:
    begin(database, "3205", "苏州市")

    outcome = bring_in(database, shared / "data" / "cn_divisions", None)

    assert outcome.added > 90
    with database.read() as session:
        assert session.get_one(Area, "320508").name == "姑苏区"
