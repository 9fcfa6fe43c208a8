"""Same matter or not, by value: pairs of claims as citizens make them."""

from datetime import UTC, datetime, timedelta

import pytest

from hotline.intake.duplicates import Matter, best, compare, packaged_weights
from hotline.kernel.search.analysis import Analyzer, packaged_words
from hotline.tickets.indexing import without_numbers
from hotline.tickets.models import Ticket

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
ANALYZER, WEIGHTS = Analyzer(packaged_words()), packaged_weights()
NOISE = "滨河花园旁边工地每天夜里十二点还在施工，噪音很大，影响休息"


def ticket(ticket_id: int = 1, body: str = NOISE, *, days: int = 1, **values: object) -> Ticket:
    given = {"title": "关于张先生反映夜间施工噪音的问题", "address": "滨河花园", "area_code": "9901", "category_code": "0402"}
    return Ticket(id=ticket_id, body=body, opened_at=NOW - timedelta(days=days), **{**given, **values})


def offered(matter: Matter, *earlier: Ticket) -> list[int]:
    return [repeat.ticket_id for repeat in best(ANALYZER, matter, earlier, weights=WEIGHTS, now=NOW)]


def test_ticket_with_nothing_but_the_category_in_common_is_not_offered() -> None:
    body = "窑火街的工地夜间浇筑混凝土，灯光刺眼，希望查处。"
    elsewhere = ticket(1, body, title="反映窑火街工地夜间施工", address="窑火街", area_code="9905")
    matter = Matter(title="反映柳浪路夜间施工", body="柳浪路工地夜里还在打桩", area_code="9902", category_code="0402")
    likely = compare(ANALYZER, matter, elsewhere, weights=WEIGHTS, now=NOW)

    assert likely.score >= WEIGHTS.offered_at
    assert likely.reasons == ("same-category",)
    assert offered(matter, elsewhere) == []


@pytest.mark.parametrize(
    "body",
    [
        NOISE,
        "每天夜里十二点滨河花园旁边的工地还在施工，影响休息，噪音很大",
        "滨河花园边上的工地半夜十二点了还在施工，噪音太大，没法休息",
        "濱河花園旁邊工地每天夜裡十二點還在施工，噪音很大，影響休息",
    ],
)
def test_the_same_matter_in_other_words_is_offered(body: str) -> None:
    assert offered(Matter(body=body, address="滨河花园", area_code="9901", category_code="0402"), ticket()) == [1]


@pytest.mark.parametrize(
    "body",
    [
        "家里从昨天晚上开始停水，什么时候能来水",
        "小区门口的流浪狗咬人，希望有人来处理",
        "公司拖欠三个月工资，要求支付",
        "",
    ],
)
def test_another_matter_at_the_same_place_is_not_offered(body: str) -> None:
    assert offered(Matter(body=body, address="滨河花园", area_code="9901"), ticket()) == []


def test_the_same_citizen_comes_first_whatever_the_score() -> None:
    other, own = ticket(1), ticket(2, "工地夜里施工噪音", days=30, citizen_id=7)
    matter = Matter(body=NOISE, address="滨河花园", area_code="9901", category_code="0402", citizen_id=7)

    assert offered(matter, other, own) == [2, 1]


def test_reasons_name_what_agrees() -> None:
    matter = Matter("关于李女士反映夜间施工噪音的问题", NOISE, "滨河花园", "9901", "0402", 7)

    assert compare(ANALYZER, matter, ticket(citizen_id=7), weights=WEIGHTS, now=NOW).reasons == (
        "same-citizen",
        "same-words",
        "same-place",
        "same-category",
    )


def test_an_older_ticket_scores_less() -> None:
    scores = [
        compare(ANALYZER, Matter(body=NOISE), ticket(days=days), weights=WEIGHTS, now=NOW).score for days in (1, 20, 59, 200)
    ]

    assert scores[0] > scores[1] > scores[2]
    assert scores[2] >= scores[3]


def test_at_most_so_many_are_offered() -> None:
    many = [ticket(number) for number in range(1, 20)]

    assert len(offered(Matter(body=NOISE, address="滨河花园", area_code="9901"), *many)) == WEIGHTS.offered


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("请回电19900001234谢谢", "请回电 谢谢"),
        ("卡号6222 0000 0000 0000被扣", "卡号 被扣"),
        ("3号楼2单元501", "3号楼2单元501"),
        ("2026年11月20日", "2026年11月20日"),
    ],
)
def test_long_numbers_stay_out_of_the_index(text: str, expected: str) -> None:
    assert without_numbers(text) == expected
