"""Drafting over question and answer: numbers in pieces, names taken up by the agent, matters told apart."""

import pytest

from hotline.intake.drafting.fill import Sources, fill
from hotline.intake.drafting.gazetteer import Gazetteer, NamedPlace
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
        (
            ["A:电话呢", "一九九零零零零八零八 不对 零八零四", "A:一九九零零零零零八零四 对吗", "对的"],
            "contact_phone",
            "19900000804",
        ),
        (["A:联系电话就是来电的这个吗", "是的"], "contact_phone", CALLING),
        (["A:电话就打这个", "我不常接，你记我女儿的，19900001111"], "contact_phone", "19900001111"),
        (["我姓万万有根这个手机就是我的", "A:万有根，登记好了"], "contact_name", "万有根"),
        (["A:您贵姓", "粟根生 粟米的粟"], "contact_name", "粟根生"),
        (["A:从什么时候开始的", "十一月十五号开的，从上个星期天开始就凉了"], "time", "从上个星期天开始"),
        (["A:氧气袋还能用多长时间", "半个钟头"], "time", None),
        (["我要投诉", "A:哪家快递", "跃风快递吧 飞跃的跃", "A:跃风快递，好的"], "persons", "跃风快递"),
        (["投诉楼上漏水，没人管", "A:楼上是哪户", "四零一"], "persons", "401住户"),
        (["我要投诉，叫什么来着，狗尾巴草长到腰了"], "persons", None),
        (["我想问一下产假几天", "A:一百五十八天"], "wanted", "了解产假几天"),
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
        (["押金不退给我", "A:扣了哪些", "清洁费三百，然后，还有一个叫什么折旧费，九百"], 1),
        (["外卖吃出虫子", "A:好的", "还有个事，我能不能自己送检，算了算了"], 1),
        (["第一，垃圾三天没人收了", "A:好", "第二，水表坏了，要校表", "A:第三呢", "第三就是对面的大屏幕太亮"], 3),
    ],
)
def test_matters_are_told_apart_by_how_people_go_on(said: list[str], count: int) -> None:
    assert len(parts(talk(*said))) == count


PLACES = Gazetteer(
    [
        NamedPlace("云泽市", "city", "99"),
        NamedPlace("石渡区", "district", "9904"),
        NamedPlace("青麓街道", "street", "990402"),
        NamedPlace("新风路", "road", "990402"),
        NamedPlace("帆影小区", "estate", "990404"),
        NamedPlace("松风小区", "estate", "990401"),
        NamedPlace("云泽火车站", "transport", "990206"),
        NamedPlace("智谷人才公寓", "estate", "990701"),
        NamedPlace("拾光里夜市", "market", "990306"),
    ]
)


@pytest.mark.parametrize(
    ("said", "address"),
    [
        (["帆影小区暖气不热", "A:几号楼", "七号楼 四单元 三零四 不对 不对 三零一 三零四是对门"], "帆影小区7号楼4单元301"),
        (
            ["松风小区四号楼一单元一零一漏水", "A:好的", "我说错了，是一零二", "A:改成松风小区四号楼一单元一零二"],
            "松风小区4号楼1单元102",
        ),
        (["帆影小区三号楼一单元，我住六零二，他们五零二总在吵"], "帆影小区3号楼1单元502"),
        (["新风路一百二十号井盖没了", "看错了，一百一十七号", "A:新风路一百一十七号，对吗", "对"], "新风路117号"),
        (["帆影小区十二号楼和十四号楼中间被堵了"], "帆影小区12号楼和14号楼中间"),
        (["我从火车站打的车，到智谷人才公寓，司机绕路", "A:云泽火车站到智谷人才公寓，好的"], "云泽火车站至智谷人才公寓"),
        (["投诉外卖有虫子", "A:店名和地址", "店名叫小巷子麻辣拌 拾光里夜市二十六号"], "拾光里夜市26号小巷子麻辣拌"),
    ],
)
def test_an_address_is_put_together_from_what_was_told_and_read_back(said: list[str], address: str) -> None:
    assert fill(talk(*said), Sources(PLACES))["address"].value == address


def test_a_second_matter_has_the_first_ones_place_only_where_it_points_there() -> None:
    said = ["帆影小区3号楼路灯不亮好几天了", "A:还有别的事吗"]
    there = fill_all(talk(*said, "还有小区门口的垃圾没人清运"), Sources(PLACES))
    elsewhere = fill_all(talk(*said, "还有一个，公积金一直没人办理"), Sources(PLACES))

    assert there[1].fields["address"].value == "帆影小区"
    assert "address" not in elsewhere[1].fields


def test_who_thinks_they_dialled_wrongly_and_stays_gets_a_draft() -> None:
    said = talk("打错了吧，那你们管不管路灯，路灯不亮了", "A:您请说，给您登记")

    assert fill_all(said, Sources(Gazetteer(()))) != []


def test_who_dialled_wrongly_gets_no_draft() -> None:
    assert fill_all(talk("是送水的吧，送到听涛苑", "A:您打错了"), Sources(Gazetteer(()))) == []
