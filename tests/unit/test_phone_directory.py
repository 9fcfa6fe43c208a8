"""Finding phone entries by name, pinyin, initials, number and keyword; the best first. Pure."""

import pytest

from knowledge_base import directory
from knowledge_base.noticeboard import PhoneEntry, PhoneKind

ENTRIES = (
    (1, PhoneKind.PUBLIC, "江城市自来水公司", ["0990-96390"], "96390", ["停水", "水费"], "人民路1号"),
    (2, PhoneKind.PUBLIC, "江城市供水集团客服", ["0990-8000111"], "", ["抢修"], "滨江路2号"),
    (3, PhoneKind.UNIT, "城管局值班室", ["0990-8000222"], "19900000001", [], "内部"),
    (4, PhoneKind.PUBLIC, "公交公司", ["0990-8000333"], "", ["公交卡"], "自来水公司对面"),
)
LISTINGS = [
    directory.listing_of(
        PhoneEntry(
            id=id_, kind=kind, name=name, phones=phones, duty_phone=duty, keywords=keywords, address=address, note="", hours=""
        )
    )
    for id_, kind, name, phones, duty, keywords, address in ENTRIES
]
ALL = frozenset(PhoneKind)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("自来水", [1, 4]),
        ("自來水", [1, 4]),
        ("江城市", [2, 1]),
        ("zilaishui", [1]),
        ("zls", [1]),
        ("gongjiao", [4]),
        ("cgj", [3]),
        ("96390", [1]),
        ("8000", [2, 4, 3]),
        ("00", []),
        ("停水", [1]),
        ("江城供水", [2]),
        ("没有的", []),
    ],
)
def test_typing_finds_entries(typed: str, found: list[int]) -> None:
    ids = directory.find(LISTINGS, typed, ALL)

    assert ids == found if len(found) < 3 else sorted(ids) == sorted(found)


def test_nothing_typed_lists_all_by_name() -> None:
    assert sorted(directory.find(LISTINGS, "", ALL)) == [1, 2, 3, 4]


@pytest.mark.parametrize("typed", ["", "城管", "cgj", "19900000001", "内部"])
def test_entries_of_another_kind_are_never_found(typed: str) -> None:
    assert 3 not in directory.find(LISTINGS, typed, frozenset({PhoneKind.PUBLIC}))
