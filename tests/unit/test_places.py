"""From a caller's words to the area they mean: the written texts, and what holds for any words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.intake.drafting.country import load_country
from hotline.intake.drafting.cues import load_cues
from hotline.intake.drafting.gazetteer import Gazetteer, NamedPlace
from hotline.intake.drafting.locating import locate, question, site_proposals
from hotline.intake.drafting.numerals import house_number, in_digits, value_of
from hotline.intake.drafting.values import CALLER, Proposal, Turn
from tests.unit.place_sets import demo_gazetteer, meant, texts

RIGHT_AT_LEAST = {"build": 1.0, "frozen": 0.93}
"""Of each half; the frozen one was asked once, when the rules stood."""
PIECES = [
    "在",
    "听涛路",
    "幺幺八号",
    "118号",
    "新风路",
    "石渡区",
    "育才小学",
    "和",
    "交叉口",
    "不是",
    "苏州市",
    "路灯坏了",
    "，",
    "我住",
]


def said(*turns: str) -> list[Turn]:
    return [Turn(number, CALLER, words) for number, words in enumerate(turns, start=1)]


@pytest.mark.parametrize("half", ["build", "frozen"])
def test_written_texts_lead_to_their_area_or_question(half: str) -> None:
    rows = texts(half)

    wrong = [
        f"{row.text}: {row.kind} {sorted(row.codes)}, got {meant(row)}" for row in rows if meant(row) != (row.kind, row.codes)
    ]

    assert 1 - len(wrong) / len(rows) >= RIGHT_AT_LEAST[half], "\n".join(wrong)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("118", 118),
        ("幺幺八", 118),
        ("一百一十八", 118),
        ("十二", 12),
        ("二十", 20),
        ("三百零五", 305),
        ("两千", 2000),
        ("〇", 0),
    ],
)
def test_numbers_are_read_as_written_and_as_said(words: str, number: int) -> None:
    assert value_of(words) == number
    assert house_number(f"{words}号门口") == number


def test_building_is_no_house_number_but_the_spot_below_a_house_is() -> None:
    assert house_number("3号楼") is None
    assert house_number("520号楼下") == 520


def test_spoken_house_number_is_written_in_digits() -> None:
    assert in_digits("幺幺八号门口") == "118号门口"
    assert in_digits("三单元") == "三单元"


def test_house_number_told_in_the_next_turn_chooses_the_piece_of_road() -> None:
    found = locate(said("望江大道那里有人占道", "是四百二十号"), demo_gazetteer(), load_cues())

    assert found.area_code == "990104"


def test_district_told_in_another_turn_tells_two_roads_apart() -> None:
    found = locate(said("我是石渡区的", "新风路下水道堵了"), demo_gazetteer(), load_cues())

    assert found.area_code == "990402"


def test_question_of_a_name_in_two_districts_tells_them_by_district() -> None:
    gazetteer = demo_gazetteer()

    asked = question(locate(said("新风路下水道堵了"), gazetteer, load_cues()), gazetteer)

    assert asked is not None
    assert [(choice.where, choice.name, choice.path) for choice in asked.choices] == [
        ("澜桥区", "新风路", "澜桥区/银杏里街道"),
        ("石渡区", "新风路", "石渡区/青麓街道"),
    ]


def test_nothing_is_asked_once_a_person_chose_the_area() -> None:
    gazetteer = demo_gazetteer()
    found = locate(said("新风路下水道堵了"), gazetteer, load_cues())

    assert question(found, gazetteer, "district", area_code="9901") is None


def proposed(words: str) -> dict[str, Proposal]:
    return site_proposals(locate(said(words), demo_gazetteer(), load_cues()), said(words), demo_gazetteer())


def test_ambiguous_place_proposes_the_address_and_no_area() -> None:
    fields = proposed("新风路23号下水道堵了")

    assert set(fields) == {"address"}
    assert fields["address"].value == "新风路23号"


def test_heard_wrongly_the_address_has_the_right_name_and_less_confidence() -> None:
    heard = proposed("贵影路路灯坏了")["address"]
    written = proposed("桂影路路灯坏了")["address"]

    assert heard.value == written.value == "桂影路"
    assert heard.confidence < written.confidence


@pytest.mark.parametrize("words", ["规应", "柜影那", "他桂影你路", "望江大都"])
def test_short_or_broken_sounds_are_no_name(words: str) -> None:
    assert demo_gazetteer().find(words) == []


def test_bare_name_that_two_cities_have_is_of_neither() -> None:
    found = locate(said("朝阳区的路灯坏了"), demo_gazetteer(), load_cues(), load_country("99"))

    assert [(abroad.said, abroad.division) for abroad in found.elsewhere] == [("朝阳区", None)]


def test_own_city_is_not_elsewhere() -> None:
    own = load_country("3205")

    assert own.find("我在苏州市姑苏区，江苏省这个政策") == []
    assert [abroad.division.code for abroad in own.find("我在南京市") if abroad.division] == ["3201"]


def test_area_within_another_is_told_by_its_path_and_else_by_its_code() -> None:
    gazetteer = Gazetteer(
        [
            NamedPlace("甲市", "city", "1", "/1/"),
            NamedPlace("乙区", "district", "X7", "/1/X7/"),
            NamedPlace("丙街道", "street", "X71"),
        ]
    )

    assert gazetteer.within("X7", "1")
    assert gazetteer.within("X71", "X7")
    assert gazetteer.shared(["X7", "1"]) == "1"


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join) | st.text(max_size=40))
def test_any_words_give_evidence_within_them_and_known_areas(words: str) -> None:
    gazetteer = demo_gazetteer()

    found = locate(said(words), gazetteer, load_cues(), load_country("99"))

    fields = site_proposals(found, said(words), gazetteer)
    assert all(0 <= item.start < item.end <= len(words) for one in fields.values() for item in one.evidence)
    assert set(found.areas) <= set(gazetteer.areas)
    assert found.area_code is None or all(gazetteer.within(code, found.area_code) for code in found.areas)
    question(found, gazetteer, "street")


@settings(max_examples=100, deadline=None)
@given(st.integers(min_value=1, max_value=9999))
def test_every_house_number_is_read_back_from_its_digits(number: int) -> None:
    spoken = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(number))

    assert value_of(spoken) == value_of(str(number)) == number
