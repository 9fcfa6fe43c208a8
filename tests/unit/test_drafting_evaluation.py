"""Measuring drafts: when a field counts as right, wrong, missed or invented, and when matters are told apart."""

import json
from dataclasses import replace

import pytest

from hotline.intake.drafting import written
from hotline.intake.drafting.evaluating import evaluate
from hotline.intake.drafting.judging import is_right
from hotline.intake.drafting.values import Drafted, Evidence, Proposal
from hotline.intake.drafting.written import WrittenCall
from hotline.kernel.errors import Invalid

LINE = json.dumps(
    {
        "id": "k1",
        "number": "19900000001",
        "turns": [
            {"seq": 1, "role": "agent", "text": "您好"},
            {"seq": 2, "role": "caller", "text": "听涛苑三号楼的路灯不亮"},
            {"seq": 3, "role": "caller", "text": "就打这个电话"},
        ],
        "matters": [
            {
                "turns": [2, 3],
                "fields": {
                    "type": {"value": "help", "evidence": [2], "also": ["complaint"]},
                    "address": {"value": "听涛苑3号楼", "evidence": [2]},
                    "contact_phone": {"value": "19900000001", "evidence": [3]},
                },
            }
        ],
        "summary": "",
    }
)


def call() -> WrittenCall:
    return next(written.read([LINE]))


def drafted(**fields: tuple[str, int]) -> Drafted:
    return Drafted((2, 3), {name: Proposal(value, 0.5, (Evidence(seq, 0, 2),)) for name, (value, seq) in fields.items()})


@pytest.mark.parametrize(
    ("field", "found", "wanted", "right"),
    [
        ("address", "听涛苑三号楼", "听涛苑3号楼", True),
        ("address", "听涛苑五号楼", "听涛苑3号楼", False),
        ("address", "听涛苑", "听涛苑3号楼", False),
        ("address", "河西路", "河东路88号", False),
        ("time", "每天晚上五点到九点", "晚上五点到九点", True),
        ("time", "昨天", "上个月", False),
        ("contact_name", "孔丽女士", "孔丽", True),
        ("contact_name", "孔女士", "孔丽", False),
        ("contact_phone", "1990000 0001", "19900000001", True),
        ("wanted", "把路灯修好", "尽快修复路灯", True),
        ("wanted", "退钱", "尽快修复路灯", False),
        ("title", "关于张女士反映听涛苑路灯不亮的问题", "（加急）关于张女士反映听涛苑3号楼路灯不亮的问题", True),
        ("title", "关于市民反映听涛苑路灯不亮的问题", "关于张女士反映听涛苑3号楼路灯不亮的问题", False),
        ("persons", "青云物业公司", "青云物业", True),
        ("persons", "老李", "青云物业", False),
    ],
)
def test_a_field_is_right_by_the_rule_of_its_kind(field: str, found: str, wanted: str, right: bool) -> None:
    assert is_right(field, found, [wanted]) is right


def test_fields_are_counted_as_right_wrong_missed_and_invented() -> None:
    own = drafted(type=("complaint", 2), address=("月桂苑", 2), time=("昨天", 2))

    report = evaluate([(call(), [own])])

    assert report.fields["type"].right == 1
    assert report.fields["address"].wrong == 1
    assert report.fields["contact_phone"].missed == 1
    assert report.fields["time"].invented == 1


def test_a_field_with_evidence_outside_of_the_talk_is_invented_however_right() -> None:
    report = evaluate([(call(), [drafted(type=("help", 9))])])

    assert report.without_evidence == 1
    assert report.fields["type"].invented == 1


def test_evidence_is_correct_only_in_the_turns_a_person_named() -> None:
    report = evaluate([(call(), [drafted(type=("help", 3), address=("听涛苑3号楼", 2))])])

    assert (report.fields["type"].evidence, report.fields["type"].near) == (0, 1)
    assert report.fields["address"].evidence == 1


def test_matters_are_told_apart_by_their_number_and_their_turns() -> None:
    one, other = drafted(), replace(drafted(), segments=(1,))

    report = evaluate([(call(), [one]), (call(), [one, other]), (call(), [other])])

    assert (report.told_apart, report.turns_right) == (2, 1)


def test_what_nobody_wanted_is_all_invented() -> None:
    report = evaluate([(replace(call(), matters=()), [drafted(type=("help", 2))])])

    assert report.fields["type"].invented == 1
    assert report.told_apart == 0


def test_a_broken_line_is_named() -> None:
    with pytest.raises(Invalid) as caught:
        list(written.read([LINE, "{"]))

    assert caught.value.details["line"] == 2
