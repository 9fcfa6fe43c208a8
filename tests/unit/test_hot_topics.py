"""Hot topics: messages of one matter come together whatever the words, and the hottest come first."""

from datetime import UTC, datetime, timedelta

import pytest

from hotline.insight import heat, hot_topic_rules, hotspots, topic_words
from hotline.insight.heat import Facts
from hotline.insight.hot_topic_rules import HotTopicRules
from hotline.insight.hotspots import Message, Topic
from hotline.kernel.errors import Invalid
from hotline.kernel.search.analysis import Analyzer, packaged_words
from sla import packaged
from tests import made_messages

DAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ANALYZER = Analyzer(packaged_words())
WATER = (
    ("河西路停水", "河西路从昨天起就没有水，整条街都停水了，没有通知。"),
    ("反映河西路没水用", "我们河西路一带自来水停了一天，水管爆了没人修。"),
    ("请问河西路什么时候来水", "河西路停水已经两天，主管道爆裂，至今没有恢复供水。"),
    ("投诉河西路停水的问题", "家住河西路，停水没有通知，多次反映没有结果。"),
)
LAMPS = (
    ("建设街路灯不亮", "建设街的路灯坏了一个星期，晚上一片漆黑。"),
    ("建设街路灯坏了", "建设街路灯全坏，晚上走路看不见。"),
    ("反映建设街没有路灯", "建设街晚上路灯不亮，没人修。"),
)


@pytest.fixture(scope="module")
def rules() -> HotTopicRules:
    return hot_topic_rules.at_least(hot_topic_rules.read(packaged.rule_values()), 2)


def said(texts: tuple[tuple[str, str], ...], start: datetime = DAY, prefix: str = "w") -> list[Message]:
    return [
        Message(f"{prefix}{number}", start + timedelta(hours=number), title, text) for number, (title, text) in enumerate(texts)
    ]


def found(messages: list[Message], rules: HotTopicRules, since: datetime | None = None) -> list[Topic]:
    return hotspots.found(messages, rules, ANALYZER, since=since)


def test_one_matter_in_other_words_is_one_topic_under_its_place(rules: HotTopicRules) -> None:
    topics = found([*said(WATER), *said(LAMPS, prefix="l")], rules)

    assert [set(one.ids) for one in topics] == [{"w0", "w1", "w2", "w3"}, {"l0", "l1", "l2"}]
    assert topics[0].name.startswith("河西路")
    assert "水" in topics[0].name
    assert topics[0].place == "河西路"
    assert (topics[0].start, topics[0].end) == (DAY, DAY + timedelta(hours=3))


def test_the_same_matter_at_another_place_is_another_topic(rules: HotTopicRules) -> None:
    elsewhere = (
        ("望江大道停水三天没人管", "望江大道断水，楼上楼下都没有水做饭，供水公司电话打不通。"),
        ("望江大道断水", "望江大道供水公司施工停水，做饭都没水，电话打不通。"),
        ("望江大道没有自来水", "我家在望江大道，供水公司说施工，没有水做饭。"),
    )

    others = [Message(f"o{one.id}", one.time, one.title, one.text) for one in made_messages.made(300, seed=5, days=30)]

    topics = found([*others, *said(WATER), *said(elsewhere, prefix="e")], rules)

    ours = [one.ids for one in topics if {"w0", "e0"} & set(one.ids)]
    assert sorted(ours) == [("e0", "e1", "e2"), ("w0", "w1", "w2", "w3")]


def test_what_one_person_says_again_and_again_is_no_topic(rules: HotTopicRules) -> None:
    alone = [Message(one.id, one.at, one.title, one.text, person="7") for one in said(WATER)]

    assert found(alone, rules) == []


def test_the_same_messages_in_any_order_give_the_same_topics(rules: HotTopicRules) -> None:
    messages = [Message(one.id, one.time, one.title, one.text, one.place) for one in made_messages.made(400, seed=3, days=60)]

    assert found(messages, rules) == found(messages[::-1], rules)


def test_what_came_before_the_period_counts_for_growth_alone(rules: HotTopicRules) -> None:
    before = said(WATER, DAY - timedelta(days=10), prefix="b")

    grown, fresh = found([*before, *said(WATER)], rules, since=DAY)[0], found(said(WATER), rules, since=DAY)[0]

    assert set(grown.ids) == {"w0", "w1", "w2", "w3"}
    assert grown.growth < fresh.growth
    assert grown.parts.fast < fresh.parts.fast


def test_a_name_holds_nothing_that_one_message_alone_says(rules: HotTopicRules) -> None:
    told = (*WATER[1:], ("王小明家河西路停水13812345678", WATER[0][1]))

    name = found(said(told), rules)[0].name

    assert "王" not in name
    assert "小明" not in name
    assert not any(one.isdigit() for one in name)


def test_topics_of_made_messages_are_found(rules: HotTopicRules) -> None:
    messages = made_messages.made(2500, seed=11, days=240)
    truth = {one.id: one.topic for one in messages}

    topics = found([Message(one.id, one.time, one.title, one.text, one.place) for one in messages], rules)

    precision, recall = made_messages.pairs([one.ids for one in topics], truth)
    assert precision > 0.75
    assert recall > 0.7
    assert made_messages.best([one.ids for one in topics], truth, top=10) > 0.85


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"people": 40}, "many"),
        ({"earlier": []}, "fast"),
        ({"areas": 6}, "wide"),
        ({"unhappy": [1.0] * 10}, "unhappy"),
    ],
)
def test_more_people_speed_areas_or_anger_makes_hotter(rules: HotTopicRules, change: dict[str, object], part: str) -> None:
    times = [DAY + timedelta(hours=hour) for hour in range(10)]
    usual = [DAY - timedelta(days=day) for day in range(1, 25)]
    plain: dict[str, object] = {"people": 10, "times": times, "earlier": usual, "areas": 2, "unhappy": [0.2] * 10}

    cooler = heat.parts(Facts(**plain), rules.halves)  # type: ignore[arg-type]
    hotter = heat.parts(Facts(**{**plain, **change}), rules.halves)  # type: ignore[arg-type]

    assert getattr(hotter, part) > getattr(cooler, part)
    assert heat.heat(hotter, rules.shares) > heat.heat(cooler, rules.shares)
    assert all(0 <= share <= 1 for share in vars(hotter).values())


def test_a_burst_is_hotter_than_a_steady_stream_of_as_many(rules: HotTopicRules) -> None:
    def of(times: list[datetime]) -> float:
        return heat.heat(heat.parts(Facts(20, times, (), 1, [0.0] * 20), rules.halves), rules.shares)

    assert of([DAY + timedelta(hours=n) for n in range(20)]) > of([DAY + timedelta(days=4 * n) for n in range(20)])


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("a3区丽发新城小区附近的搅拌站", ["丽发新城小区"]),
        ("河西路与建设街交叉口", ["河西路", "建设街"]),
        ("我们小区公交线路太少", []),
        ("投诉翠湖花园物业公司", ["翠湖花园"]),
        ("这条道路没有路灯", []),
        ("建设街路灯不亮", ["建设街"]),
        ("白鹭湖花园小区漏水", ["白鹭湖花园小区"]),
    ],
)
def test_places_are_found_by_what_kind_of_place_they_are(text: str, places: list[str]) -> None:
    assert [one.words for one in topic_words.packaged().places(text)] == places


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("关于河西路停水的问题", "河西路停水"),
        ("强烈要求解决：反映建设街路灯不亮！", "建设街路灯不亮"),
        ("市民张某反映垃圾没人收", "垃圾没人收"),
        ("请问公积金怎么提取？", "公积金怎么提取"),
        ("3栋2单元漏水13812345678", "漏水"),
    ],
)
def test_a_title_loses_pleading_and_persons(title: str, plain: str) -> None:
    assert topic_words.packaged().plain(title) == plain


@pytest.mark.parametrize(
    "change",
    [
        {"hot_topics.heat": {"many": 0.9, "fast": 0.9, "wide": 0.1, "unhappy": 0.1}},
        {"hot_topics.halves": {"people": "many", "week": 1, "areas": 1}},
        {"hot_topics.report": {"at_least": -1}},
    ],
)
def test_rules_that_make_no_sense_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        hot_topic_rules.read({**packaged.rule_values(), **change})
