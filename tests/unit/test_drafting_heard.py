"""Drafting by what people mean, not by their very words: which phone they point to, what they ask for, what tells most."""

import pytest

from hotline.intake.drafting.clause_weights import Spot, load_weights, tells
from hotline.intake.drafting.fill import Sources, fill
from hotline.intake.drafting.gazetteer import Gazetteer
from hotline.intake.drafting.values import Proposal, Turn

CALLING = "19900005678"


def drafted(*said: str) -> dict[str, Proposal]:
    turns = [Turn(seq, "caller" if seq % 2 else "agent", text) for seq, text in enumerate(said, start=1)]
    return fill(turns, Sources(Gazetteer(()), caller_number=CALLING))


@pytest.mark.parametrize(
    ("asked", "answer", "number"),
    [
        ("号码就是您这个手机吧", "是是 一直开着", CALLING),
        ("需要给您回访吗", "发短信吧，这个手机可以收", CALLING),
        ("结果怎么回复您", "短信回我就行 就这个号", CALLING),
        ("联系电话呢", "打 我的 我讲慢", CALLING),
        ("短信发到您手机上", "好的", CALLING),
        ("电话留一个吧", "不要打我这个，我不方便", None),
        ("联系电话呢", "这个不是我的，是我女儿的", None),
        ("老人的电话您有吗", "一九九零零零零六六零三", None),
    ],
)
def test_number_of_the_call_is_taken_when_the_caller_points_to_it(asked: str, answer: str, number: str | None) -> None:
    found = drafted("路灯不亮", asked, answer)

    assert (found["contact_phone"].value if "contact_phone" in found else None) == number


def test_enquiry_says_what_is_asked_for_in_a_tickets_words() -> None:
    found = drafted("你好我问一下电瓶车上牌 要带啥 多少钱")

    assert found["wanted"].value == "了解电瓶车上牌的材料、费用"
    assert "address" not in found


def test_who_is_in_need_wants_what_the_agent_promises() -> None:
    found = drafted("楼道里好大的煤气味", "我马上通知燃气公司抢修，您不要挂电话", "哎好")

    assert found["wanted"].value == "马上通知燃气公司抢修"
    assert {item.seq for item in found["wanted"].evidence} <= {2, 3}


def test_advice_of_the_agent_is_no_wish() -> None:
    found = drafted("他欠我货款不给", "建议您先向法院申请执行", "好")

    assert "wanted" not in found


@pytest.mark.parametrize(
    ("telling", "other"), [("水龙头放出来的水是黄的", "你好我跟你说个事"), ("粪便从马桶里冒出来", "我下班回来六点半")]
)
def test_clause_with_words_of_a_matter_tells_more_than_talk_around_it(telling: str, other: str) -> None:
    weights = load_weights()

    assert tells(telling, telling, Spot(), weights) > tells(other, other, Spot(), weights)
