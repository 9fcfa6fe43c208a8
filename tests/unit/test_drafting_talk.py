"""Drafting over question and answer: numbers in pieces, names taken up by the agent, matters told apart."""

import pytest

from hotline.intake.drafting.fill import Sources, fill
from hotline.intake.drafting.gazetteer import Gazetteer
from hotline.intake.drafting.parting import parts
from hotline.intake.drafting.telling import fill_all
from hotline.intake.drafting.values import Turn

CALLING = "19900005678"


def talk(*said: str) -> list[Turn]:
    roles = [("agent", words[2:]) if words.startswith("A:") else ("caller", words) for words in said]
    return [Turn(seq, role, words) for seq, (role, words) in enumerate(roles, start=1)]


@pytest.mark.parametrize(
    ("said", "field", "value"),
    [
        (["A:您的电话是多少", "一九九零零零零", "A:一九九零零零零，您说", "四五零八"], "contact_phone", "19900004508"),
        (["A:打这个号码能联系到您吗", "能"], "contact_phone", CALLING),
        (["A:打这个号码能联系到您吗", "不能"], "contact_phone", None),
        (["A:电话呢", "就这个"], "contact_phone", CALLING),
        (["我的是19900001111，打不通就打我老公的19900002222"], "contact_phone", "19900001111"),
        (["A:您贵姓", "免贵姓，逄，", "A:逄女士，好的"], "contact_name", "逄女士"),
        (["A:您贵姓", "我姓 古 古代的古 古长林", "A:好的古先生"], "contact_name", "古长林"),
        (["A:女士您贵姓", "姓王"], "contact_name", "王女士"),
        (["他叫鲍志刚，姓鲍"], "contact_name", None),
        (["A:什么时候发现的", "就前天夜里"], "time", "前天夜里"),
        (["今天早上坐的车", "A:几点的车", "七点四十左右"], "time", "今天早上七点四十左右"),
        (["A:您的诉求是要求支付工资对吗", "对啊"], "wanted", "要求支付工资"),
        (["A:您的诉求是什么", "让他们把灯修好"], "wanted", "让他们把灯修好"),
        (["A:店名叫什么", "叫老灶饭馆"], "persons", "老灶饭馆"),
        (["A:店名叫什么", "不知道"], "persons", None),
    ],
)
def test_an_answer_fills_what_the_agent_asked_for(said: list[str], field: str, value: str | None) -> None:
    found = fill(talk(*said), Sources(Gazetteer(()), caller_number=CALLING))

    assert (found[field].value if field in found else None) == value


@pytest.mark.parametrize(
    ("said", "count"),
    [
        (["路灯不亮了", "A:还有其他问题吗", "没有了谢谢你们"], 1),
        (["路灯不亮了", "A:还有其他问题吗", "小区垃圾也没人清运"], 2),
        (["路灯不亮好几天了", "另外楼下垃圾没人清运，臭得很"], 2),
        (["路灯不亮好几天了", "前天还有个老太太差点摔了"], 1),
        (["电梯坏了没人修", "一个是赶紧修好，第一个查一下，第二个公开结果"], 1),
        (["电梯坏了没人修", "还有一个，检验也过期了没换", "A:合在一起登记"], 1),
    ],
)
def test_matters_are_told_apart_by_how_people_go_on(said: list[str], count: int) -> None:
    assert len(parts(talk(*said))) == count


def test_who_dialled_wrongly_gets_no_draft() -> None:
    assert fill_all(talk("是送水的吧，送到听涛苑", "A:您打错了"), Sources(Gazetteer(()))) == []
