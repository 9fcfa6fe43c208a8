"""Measuring answers: the product's own way beside plain BM25, from the lines of two files."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline.kernel.errors import Invalid
from hotline.kernel.search.analysis import Analyzer, packaged_words
from hotline.kernel.search.query import Search
from hotline.kernel.search.tantivy import TantivyBackend
from knowledge_base import evaluation
from knowledge_base.answers import Desk
from knowledge_base.evaluation import Asked, Bench
from knowledge_base.policy import packaged_policy
from web.cli.kb import kb

POLICY = packaged_policy()
ENTRIES = [
    {"id": "id-card", "title": "居民身份证遗失补领", "body": "到就近派出所申请，二十个工作日领取。"},
    {"id": "water", "title": "停水报修", "body": "拨打自来水公司电话报修。"},
    {"id": "bare", "body": "公积金提取：租房的职工每年可以提取一次，携带租赁合同到管理中心办理。"},
]
QUESTIONS = [
    Asked("身份证丢了去哪里补办", "id-card"),
    Asked("身份正补办", "id-card"),
    Asked("shenfenzheng", "id-card"),
    Asked("身份證遺失", "id-card"),
    Asked("家里没水了", "water"),
    Asked("租房能取公积金吗", "bare"),
    Asked("火星移民怎么申请", None),
]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(Desk(Search(TantivyBackend(tmp_path), Analyzer(packaged_words()), POLICY.synonyms), POLICY), ENTRIES)


def test_every_question_finds_its_entry(bench: Bench) -> None:
    report = evaluation.evaluate(bench, QUESTIONS)

    assert (report.ours.top_1, report.ours.top_5, report.ours.mrr_10) == (1.0, 1.0, 1.0)
    assert report.ours.top_1 > report.plain.top_1
    assert (report.sureness.wrong, report.sureness.held_back) == (0.0, 1.0)


def test_an_answer_that_is_no_entry_is_refused(bench: Bench) -> None:
    with pytest.raises(Invalid):
        evaluation.evaluate(bench, [Asked("停水", "nowhere")])


@pytest.mark.parametrize("lines", ["{", "[1]", "停水"])
def test_a_line_that_is_no_object_is_named(tmp_path: Path, lines: str) -> None:
    path = tmp_path / "entries.jsonl"
    path.write_text(f'{{"id": "1"}}\n{lines}\n', encoding="utf-8")

    with pytest.raises(Invalid) as caught:
        evaluation.read_lines(path)

    assert caught.value.details["line"] == 2


def test_the_command_prints_both_ways(tmp_path: Path) -> None:
    entries, questions = tmp_path / "entries.jsonl", tmp_path / "questions.jsonl"
    entries.write_text('{"id": 1, "title": "停水报修"}\n{"id": 2, "body": "结婚登记"}\n', encoding="utf-8")
    questions.write_text(
        '{"question": "停水了", "entry_id": 1}\n{"question": "发射火箭", "entry_id": null}\n', encoding="utf-8"
    )

    printed = CliRunner().invoke(kb, ["evaluate", "--entries", str(entries), "--questions", str(questions)])

    assert printed.exit_code == 0, printed.output
    assert "hotline     1.000   1.000   1.000" in printed.output
    assert "BM25" in printed.output
