"""Drafting on written calls: the fields a person would fill, each with evidence, and nothing invented."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from hotline.intake.drafting.fill import Sources, fill
from hotline.intake.drafting.gazetteer import Gazetteer, NamedPlace
from hotline.intake.drafting.values import Proposal, Ranked, Turn

PLACES = Gazetteer(
    [
        NamedPlace("云泽市", "city", "99"),
        NamedPlace("澜桥区", "district", "9901"),
        NamedPlace("云渡区", "district", "9902"),
        NamedPlace("青塘区", "district", "9903"),
        NamedPlace("听涛街道", "street", "990104"),
        NamedPlace("听涛路", "road", "990104"),
        NamedPlace("望江大道", "road", "990102"),
        NamedPlace("锦帆路", "road", "990404"),
        NamedPlace("铸犁路", "road", "990404"),
        NamedPlace("听涛苑", "estate", "990104"),
        NamedPlace("涛声家园", "estate", "990104"),
        NamedPlace("桂影花园", "estate", "990101"),
        NamedPlace("月桂苑", "estate", "990101"),
        NamedPlace("松风小区", "estate", "990401"),
        NamedPlace("月台小商品城", "market", "990206"),
        NamedPlace("云渡第二中学", "school", "990205"),
        NamedPlace("云泽市第一人民医院", "hospital", "990103"),
    ]
)
CALLING = "19900005678"
CATEGORIES = {"路灯": "0402", "停水": "0501", "公积金": "0301", "工资": "0601", "噪音": "0701", "垃圾": "0102"}


def rank(text: str, area_code: str | None) -> list[Ranked]:
    """The first known word names the category; one category is always proposed for words nobody said."""
    found = [Ranked("category_code", code, 0.8, (word,)) for word, code in CATEGORIES.items() if word in text]
    return [*found, Ranked("unit_id", "7", 0.9, ("没有人说过的词",))]


@dataclass(frozen=True)
class Call:
    """What was said (agent's turns begin with "坐席:") and the fields expected; None: must stay empty."""

    name: str
    said: Sequence[str]
    expected: dict[str, str | None] = field(default_factory=dict)


CALLS = [
    Call(
        "street lamp, told step by step",
        [
            "坐席:您好，12345热线，请问有什么可以帮您",
            "你好，我姓张，我想反映一下听涛苑3号楼楼下的路灯不亮，已经三天了",
            "坐席:张女士您好，请问您的电话是多少",
            "一九九零零零零一二三四",
            "希望尽快派人修好，谢谢",
        ],
        {
            "type": "help",
            "address": "听涛苑3号楼楼下",
            "area_code": "990104",
            "category_code": "0402",
            "contact_name": "张女士",
            "contact_phone": "19900001234",
            "wanted": "尽快派人修好",
            "time": "已经三天了",
            "title": "关于张女士反映听涛苑3号楼路灯不亮的问题",
            "urgency": None,
            "unit_id": None,
        },
    ),
    Call(
        "noise, spoken without punctuation",
        ["喂你好我要投诉我们桂影花园对面工地每天晚上十一点还在施工吵得睡不着希望你们管一管"],
        {"type": "complaint", "address": "桂影花园对面", "time": "每天晚上十一点", "wanted": "你们管一管"},
    ),
    Call(
        "enquiry without place",
        ["请问公积金提取需要什么材料，在哪里办"],
        {
            "type": "enquiry",
            "category_code": "0301",
            "title": "关于市民咨询公积金提取需要什么材料，在哪里办的问题",
            "address": None,
            "area_code": None,
            "contact_phone": None,
            "contact_name": None,
            "wanted": "了解公积金提取需要什么材料，在哪里办",
        },
    ),
    Call(
        "report, calling number confirmed",
        ["我要举报望江大道那边有个黑作坊，偷排污水，就打这个电话联系我"],
        {"type": "report", "address": "望江大道", "contact_phone": CALLING, "urgency": "urgent"},
    ),
    Call(
        "full name, and where the caller lives is not where it happened",
        ["我在月台小商品城买的手机是假货，老板不给退", "坐席:请问怎么称呼", "我叫李晓明我住在望江大道", "我的要求是退一赔三"],
        {
            "type": "complaint",
            "address": "月台小商品城",
            "contact_name": "李晓明",
            "wanted": "退一赔三",
            "title": "关于市民反映月台小商品城买的手机是假货，老板不给退的问题",
        },
    ),
    Call(
        "water off in a whole estate",
        ["松风小区停水了，整个小区停水，老人没法做饭，快来人"],
        {"type": "help", "urgency": "urgent", "category_code": "0501", "address": "松风小区"},
    ),
    Call(
        "place corrected, house number asked",
        ["不是在听涛苑，是涛声家园，电梯坏了没人修", "坐席:几号楼", "五号楼二单元"],
        {"address": "涛声家园5号楼2单元", "title": "关于市民反映涛声家园5号楼2单元电梯坏了没人修的问题"},
    ),
    Call(
        "place taken back later",
        ["听涛苑垃圾没人清运", "不是听涛苑，说错了，是月桂苑"],
        {"address": "月桂苑", "area_code": "990101", "category_code": "0102"},
    ),
    Call("place said by the agent and agreed", ["坐席:是在月桂苑对吗", "对的，楼上一直漏水"], {"address": "月桂苑"}),
    Call("place said by the agent and denied", ["坐席:是在月桂苑对吗", "不是，楼上一直漏水"], {"address": None}),
    Call(
        "crossing of two roads",
        ["建议在锦帆路和铸犁路交叉口增设红绿灯，孩子上学太危险了"],
        {"type": "suggestion", "address": "锦帆路铸犁路交叉口", "title": "关于市民建议锦帆路铸犁路交叉口增设红绿灯的问题"},
    ),
    Call(
        "praise",
        ["我要表扬一下云渡第二中学门口的交警，态度特别好"],
        {"type": "praise", "address": "云渡第二中学门口", "title": "关于市民表扬云渡第二中学门口交警，态度特别好的问题"},
    ),
    Call(
        "district only is an area, not an address",
        ["澜桥区现在落户是什么政策，我想咨询一下"],
        {"type": "enquiry", "area_code": "9901", "address": None},
    ),
    Call("district by its short name", ["我们青塘这边垃圾没人收"], {"area_code": "9903"}),
    Call("longest of overlapping names wins", ["云泽市第一人民医院停车场乱收费"], {"area_code": "990103"}),
    Call("road with number", ["听涛路88号油烟太大"], {"address": "听涛路88号"}),
    Call(
        "street, road and estate in one breath",
        ["澜桥区听涛街道听涛路88号听涛苑2栋漏水"],
        {"address": "澜桥区听涛街道听涛路88号听涛苑2栋"},
    ),
    Call("home town is not the place", ["我老家在青塘区，我现在问松风小区停水的事"], {"area_code": "990401"}),
    Call("phone in groups", ["我的电话是199 0000 1234"], {"contact_phone": "19900001234"}),
    Call("phone with yao", ["幺九九零零零零幺二三四你记一下"], {"contact_phone": "19900001234"}),
    Call("fixed line", ["打0999-23456789找我"], {"contact_phone": "099923456789"}),
    Call("number of somebody else is not the caller's", ["老板的电话是19900004321"], {"contact_phone": None}),
    Call("own number after another's", ["老板的电话是19900004321", "我的是19900001234"], {"contact_phone": "19900001234"}),
    Call("last own number wins", ["19900001111", "不对，是19900002222"], {"contact_phone": "19900002222"}),
    Call("money is no phone", ["他欠我一万九千九百块工资"], {"contact_phone": None, "category_code": "0601"}),
    Call("ticket number is no phone", ["上次的工单号是2026112000123456"], {"contact_phone": None}),
    Call("compound surname", ["我姓欧阳", "坐席:欧阳先生您好"], {"contact_name": "欧阳先生"}),
    Call("surname without form of address", ["免贵姓王"], {"contact_name": "王"}),
    Call("calling for an ambulance is no name", ["我叫了物业好几次都没人来"], {"contact_name": None}),
    Call("being from a village is no name", ["我是张家村的，路灯坏了"], {"contact_name": None}),
    Call("agent's name is not the caller's", ["坐席:我姓刘，很高兴为您服务", "路灯坏了"], {"contact_name": None}),
    Call("complaint denied", ["我不是投诉，就是想咨询一下社保怎么办理"], {"type": "enquiry"}),
    Call("wages", ["工地拖欠我工资三个月了，一直不发工资"], {"type": "complaint", "category_code": "0601"}),
    Call("danger is critical", ["我们单元有很重的煤气味"], {"urgency": "critical"}),
    Call("drill is not danger", ["明天消防演习几点开始"], {"urgency": None}),
    Call("a wish ends before the name", ["吵得睡不着，希望制止夜间施工，我姓陈"], {"wanted": "制止夜间施工"}),
    Call("last wish wins", ["希望有人来看看", "我要求把收的钱退给我"], {"wanted": "把收的钱退给我"}),
    Call("by the rules is no wish", ["他们没有按要求施工"], {"wanted": None}),
    Call("date and hour", ["11月18日下午三点他们来挖的路"], {"time": "11月18日下午三点"}),
    Call("floor is no date", ["3号楼的电梯坏了"], {"time": None}),
    Call("greeting only", ["喂你好", "坐席:您好请讲"], {"title": None, "body": None, "type": None}),
    Call("silence", [], {"title": None, "type": None}),
    Call("agent only", ["坐席:您好，请问您要投诉什么，希望怎么解决"], {"type": None, "wanted": None, "body": None}),
]


def turns_of(call: Call) -> list[Turn]:
    split = [("agent", said[3:]) if said.startswith("坐席:") else ("caller", said) for said in call.said]
    return [Turn(seq, role, text) for seq, (role, text) in enumerate(split, start=1)]


def drafted(call: Call) -> dict[str, Proposal]:
    return fill(turns_of(call), Sources(PLACES, rank, CALLING))


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_fields_are_what_a_person_would_fill(call: Call) -> None:
    found = drafted(call)

    told = {name: found[name].value if name in found else None for name in call.expected}
    assert told == call.expected


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_every_field_has_evidence_inside_what_was_said(call: Call) -> None:
    texts = {turn.seq: turn.text for turn in turns_of(call)}

    for proposal in drafted(call).values():
        assert proposal.evidence
        assert 0 < proposal.confidence <= 1
        assert all(0 <= item.start < item.end <= len(texts[item.seq]) for item in proposal.evidence)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_words_heard_so_far_are_all_the_evidence_there_is(call: Call) -> None:
    turns = turns_of(call)

    for heard in range(len(turns) + 1):
        found = fill(turns[:heard], Sources(PLACES, rank, CALLING))
        assert all(item.seq <= heard for proposal in found.values() for item in proposal.evidence)
