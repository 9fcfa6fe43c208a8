"""What a reply is warned of, and what it is not: sentences of the trade, each with the finding it must and must not bring."""

import pytest

from hotline.tickets import reply_check
from hotline.tickets.reply_check import Asked, Finding, Reply, Severity

LAMP = Asked("听涛路路灯不亮，希望尽快维修", ("王建国", "19900000123"))
GOOD = (
    "您好，您反映的听涛路路灯不亮的问题已收悉。经我局工作人员现场核查，系电缆接头老化所致，已于11月18日更换并恢复照明。"
    "依据《城市道路照明设施管理规定》第二十条，我局将加强巡查。感谢您的支持，如有疑问可致电照明管理所0551-62345678。"
)

FOUND = [
    ("mobile", "请联系张工19900001234。"),
    ("mobile", "请联系张工 199 0000 1234 。"),
    ("mobile", "电话：199-0000-1234"),
    ("identity", "您的证件号110101199003070000已登记。"),
    ("identity", "身份证11010119900307001X核对无误"),
    ("door", "我们到3号楼2单元402室查看。"),
    ("door", "对二单元301室的漏水作了检查"),
    ("door", "阳光花园5栋1203室的业主已同意"),
    ("door", "住址12-3-402已核对"),
    ("requester", "王建国您好，路灯已修复。"),
    ("requester", "已致电19900000123。"),
    ("shirking", "路灯不归我们管。"),
    ("shirking", "这不属于我们的职责。"),
    ("shirking", "该路段与我局无关。"),
    ("shirking", "这个事我们管不了。"),
    ("shirking", "你自己去找供电公司吧。"),
    ("shirking", "不是我们的事，你去找物业。"),
    ("pushed_away", "建议您自行联系供电公司。"),
    ("pushed_away", "请向有关部门反映。"),
    ("pushed_away", "请您重新拨打12345反映。"),
    ("promised_date", "我局将于12月10日前完成更换。"),
    ("promised_date", "预计2027年3月底竣工。"),
    ("promised_date", "将在3个工作日内修复。"),
    ("promised_date", "五天内解决。"),
    ("promised_date", "春节前一定修好。"),
    ("promised_date", "下周恢复照明。"),
    ("over_promise", "我们保证尽快解决。"),
    ("over_promise", "今后不会再发生此类情况。"),
    ("over_promise", "将彻底解决该路段的照明问题。"),
    ("over_promise", "一定会让您满意。"),
    ("over_promise", "直到您满意为止，让您满意为止。"),
    ("absolute", "该路灯绝对安全。"),
    ("absolute", "这种情况根本不存在。"),
    ("absolute", "我们可以百分之百确认。"),
    ("absolute", "100%解决。"),
    ("absolute", "设备从来没有出过故障。"),
    ("vague_basis", "根据相关规定，暂不更换。"),
    ("vague_basis", "按照国家有关政策执行。"),
    ("untraceable", "依据《城市道路管理条例》，应由养护单位维修。"),
    ("untraceable", "按《物业管理条例》的要求办理。"),
    ("refusal_without_basis", "经研究，您的要求不予支持，敬请谅解。"),
    ("refusal_without_basis", "该路段不符合安装条件。"),
    ("no_basis", "您好，您反映的路灯问题已收悉，已经修好了，谢谢您。"),
    ("no_opening", "路灯已由工作人员修复，照明恢复正常。"),
    ("not_acknowledged", "您好，工作人员已到现场，照明恢复正常。" + "路灯设施运行正常，" * 10),
    ("no_closing", "您好，您反映的路灯问题已收悉，经现场核查已修复。"),
    ("too_short", "已修复。"),
    ("off_topic", "您好，您反映的小区停车收费问题已收悉，物业公司已公示收费标准，感谢您的来电。"),
    ("off_topic", "您好，来电收悉，我单位高度重视，已安排专人负责跟进，感谢您的关注与支持。"),
]
HARMLESS = [
    ("mobile", "联系电话0551-62345678。"),
    ("mobile", "工单编号2611220000018已办结。"),
    ("mobile", "服务热线400-100-2345。"),
    ("identity", "缴费单号20261118000012345678已核对。"),
    ("door", "请携带材料到政务服务中心3号楼302室办理。"),
    ("door", "本次共检查3号楼至8号楼。"),
    ("door", "该小区共12栋，1200户。"),
    ("door", "2026-11-18已完成。"),
    ("door", "听涛路18号附近路灯已修复。"),
    ("requester", "尊敬的王先生，路灯已修复。"),
    ("shirking", "您反映物业公司称“不归我们管”，我局已约谈。"),
    ("shirking", "该路段由市城管局负责，我局已移交并跟踪办理。"),
    ("shirking", "我局已帮您找到原始资料。"),
    ("pushed_away", "如有疑问，请致电0551-62345678。"),
    ("promised_date", "已于11月18日完成更换。"),
    ("promised_date", "我局已在3个工作日内完成维修。"),
    ("promised_date", "依照规定，应在15个工作日内答复。"),
    ("over_promise", "我局将努力保障照明安全。"),
    ("over_promise", "该问题短期内难以彻底解决。"),
    ("absolute", "全市路灯亮灯率达99%。"),
    ("absolute", "您说“根本没有人管”，我局深表歉意。"),
    ("vague_basis", "根据有关规定《城市照明管理规定》第二十条，予以更换。"),
    ("untraceable", "依据《城市道路管理条例》第二十三条，应由养护单位维修。"),
    ("untraceable", "根据《关于加强照明管理的通知》（城建〔2025〕12号）办理。"),
    ("refusal_without_basis", "依据《信访工作条例》第十四条，不予受理。"),
    ("no_basis", "经现场核实，路灯已修复。"),
    ("no_opening", "尊敬的市民：您反映的问题已收悉。"),
    ("no_closing", "路灯已修复。感谢您对我们工作的支持。"),
    ("off_topic", "您好，您说的路灯已换好灯泡，夜里照明恢复，感谢来电反映。"),
    ("no_safety_advice", "您好，路灯已修复。"),
]


def codes(text: str, asked: Asked = LAMP, *, solved: str = "yes") -> set[str]:
    return {finding.code for finding in reply_check.check(Reply(text, solved=solved), asked)}


@pytest.mark.parametrize(("code", "text"), FOUND)
def test_a_sentence_brings_its_finding(code: str, text: str) -> None:
    assert code in codes(text)


@pytest.mark.parametrize(("code", "text"), HARMLESS)
def test_a_harmless_sentence_does_not_bring_the_finding(code: str, text: str) -> None:
    assert code not in codes(text)


def test_a_good_reply_brings_nothing() -> None:
    assert reply_check.check(Reply(GOOD, "已更换接头，工单照片见附件，当事人已知晓。", "yes"), LAMP) == []


def test_an_empty_reply_brings_nothing() -> None:
    assert reply_check.check(Reply("", " "), LAMP) == []


def test_a_place_covers_the_words_and_nothing_else() -> None:
    text = "您好，请联系19900001234。"
    [finding] = [found for found in reply_check.check(Reply(text), LAMP) if found.code == "mobile"]

    assert finding == Finding("mobile", Severity.STOP, "reply_public", 6, 17)
    assert text[finding.start : finding.end] == "19900001234"


def test_every_place_of_a_word_is_found() -> None:
    found = reply_check.check(Reply("不归我们管，真的不归我们管"), LAMP)

    assert [(one.start, one.end) for one in found if one.code == "shirking"] == [(0, 5), (8, 13)]


def test_what_lacks_at_the_beginning_stands_there_and_what_lacks_at_the_end_there() -> None:
    text = "路灯由照明所修复，今晚起照明正常，特此说明情况如前所述"
    found = {finding.code: (finding.start, finding.end) for finding in reply_check.check(Reply(text), LAMP)}

    assert (found["no_opening"], found["no_basis"]) == ((0, 0), (len(text), len(text)))


@pytest.mark.parametrize(
    ("asked", "text", "expected"),
    [
        ("路边井盖缺失", "您好，井盖缺失的问题已收悉，已报养护单位。", True),
        ("家里闻到燃气味", "您好，燃气公司已上门检测。", True),
        ("路边井盖缺失", "您好，井盖缺失处已设置围挡，请绕行。", False),
        ("家里闻到燃气味", "您好，请关闭阀门并开窗，切勿使用明火。", False),
        ("公园里的花开得好", "您好，感谢您的表扬。", False),
    ],
)
def test_a_danger_needs_advice(asked: str, text: str, expected: bool) -> None:
    assert ("no_safety_advice" in codes(text, Asked(asked))) is expected


def test_a_reply_that_solves_nothing_needs_a_basis_whatever_its_words() -> None:
    text = "您好，路灯一事需与业主大会商议后再定，感谢来电。"

    assert "refusal_without_basis" in codes(text, solved="no")
    assert "refusal_without_basis" not in codes(text, solved="yes")


def test_personal_data_and_shirking_must_be_audited_and_style_need_not() -> None:
    assert reply_check.must_be_audited(reply_check.check(Reply("路灯不归我们管。"), LAMP))
    assert not reply_check.must_be_audited(reply_check.check(Reply("已修复。"), LAMP))


def test_the_internal_text_may_hold_personal_data() -> None:
    found = reply_check.check(Reply(GOOD, "已与王建国19900000123通话，现场在3号楼2单元402室。"), LAMP)

    assert found == []


def test_rules_have_codes_of_their_own_and_a_source() -> None:
    found = [rule.code for rule in reply_check.packaged().rules]

    assert len(found) == len(set(found))


def test_a_long_text_is_checked_in_a_moment() -> None:
    text = GOOD * 40

    assert reply_check.check(Reply(text[:5000]), LAMP) is not None
