"""The parts of drafting on their own: gazetteer, house titles, limits of texts."""

import pytest

from hotline.intake.drafting.fill import Sources, fill, title_for
from hotline.intake.drafting.gazetteer import Gazetteer, NamedPlace
from hotline.intake.drafting.patterns import house_title, nameless_title
from hotline.intake.drafting.values import Proposal, Turn
from hotline.intake.limits import check_text, checked, fold_text, load_limits
from hotline.kernel.errors import Invalid


def names(gazetteer: Gazetteer, text: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in gazetteer.find(text)]


def test_gazetteer_finds_the_longest_of_overlapping_names() -> None:
    found = Gazetteer([NamedPlace("听涛", "road", "1"), NamedPlace("听涛苑", "estate", "1"), NamedPlace("涛苑路", "road", "2")])

    assert names(found, "在听涛苑路边，听涛") == ["听涛苑", "听涛"]


def test_gazetteer_knows_districts_by_their_short_name_and_other_areas_not() -> None:
    found = Gazetteer([NamedPlace("青塘区", "district", "9903"), NamedPlace("科创街道", "street", "990302")])

    assert names(found, "青塘的科创企业，青塘区") == ["青塘", "青塘区"]


def test_gazetteer_keeps_the_more_precise_of_two_places_with_one_name() -> None:
    found = Gazetteer([NamedPlace("星河", "estate", "990301"), NamedPlace("星河区", "district", "9907")])

    assert [hit.place.area_code for hit in found.find("星河")] == ["990301"]


def test_empty_gazetteer_finds_nothing() -> None:
    assert Gazetteer(()).find("听涛苑") == []


def test_proposal_without_evidence_cannot_exist() -> None:
    with pytest.raises(ValueError, match="evidence"):
        Proposal("help", 0.9, ())


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ({"matter": "路灯不亮"}, "关于市民反映路灯不亮的问题"),
        (
            {"matter": "路灯不亮", "kind": "complaint", "person": "张女士", "place": "听涛苑"},
            "关于张女士反映听涛苑路灯不亮的问题",
        ),
        ({"matter": "怎么落户", "kind": "enquiry"}, "关于市民咨询怎么落户的问题"),
        ({"matter": "一个夜间施工的问题", "place": "柳浪路"}, "关于市民反映柳浪路夜间施工的问题"),
        ({"matter": "的问题"}, "关于市民反映的问题的问题"),
        ({"matter": "长" * 100, "length_max": 20}, "关于市民反映" + "长" * 11 + "的问题"),
    ],
)
def test_title_follows_the_house_pattern_and_fits(given: dict[str, str], title: str) -> None:
    assert house_title(**given) == title  # type: ignore[arg-type]


def test_title_of_a_written_text_is_its_telling_clause() -> None:
    assert title_for("您好！我们小区的垃圾没人清运，好几天了。", "complaint") == "关于市民反映小区的垃圾没人清运的问题"
    assert title_for("xyz", "other") == "关于市民反映xyz的问题"


def test_very_long_speech_is_drafted_within_the_limits() -> None:
    turns = [Turn(seq, "caller", "小区的路灯不亮，物业一直不处理，希望尽快修好") for seq in range(1, 801)]

    found = fill(turns, Sources(Gazetteer(())))

    assert len(found["body"].value) <= load_limits().body_max
    assert len(found["title"].value) <= load_limits().title_max


@pytest.mark.parametrize(
    ("text", "folded"),
    [("cafe\u0301", "café"), (" a\x00b\x07 ", "ab"), ("一\r\n二\t三", "一\n二\t三"), ("\ud800x", "x")],
)
def test_text_is_folded_before_it_is_kept(text: str, folded: str) -> None:
    assert fold_text(text) == folded


@pytest.mark.parametrize(
    ("text", "rule", "detail"),
    [
        ("", "required", {}),
        ("  \n", "required", {}),
        ("ab", "too-short", {"minimum": 3}),
        ("a" * 9, "too-long", {"maximum": 8}),
    ],
)
def test_text_outside_its_limits_names_the_limit(text: str, rule: str, detail: dict[str, int]) -> None:
    with pytest.raises(Invalid) as caught:
        check_text("title", text, minimum=3, maximum=8)

    assert caught.value.details["rule"] == rule
    assert detail.items() <= caught.value.details.items()


def test_checked_folds_known_fields_and_passes_others_through() -> None:
    given = {"title": " 路灯不亮 ", "body": "听涛苑路灯不亮", "contact_phone": "199-0000-0001", "channel": "phone"}

    assert checked(given) == {
        "title": "路灯不亮",
        "body": "听涛苑路灯不亮",
        "contact_phone": "19900000001",
        "channel": "phone",
    }


@pytest.mark.parametrize(
    ("title", "nameless"),
    [
        ("关于张女士反映听涛苑路灯不亮的问题", "关于市民反映听涛苑路灯不亮的问题"),
        ("关于欧阳先生举报无证餐馆的问题", "关于市民举报无证餐馆的问题"),
        ("关于市民反映王女士家漏水的问题", "关于市民反映王女士家漏水的问题"),
        ("路灯不亮", "路灯不亮"),
    ],
)
def test_confidential_title_does_not_name_the_caller(title: str, nameless: str) -> None:
    assert nameless_title(title) == nameless
