"""Citizens' questions, written by people who knew neither engine nor articles: how many are answered, and how surely.

The engine was built with one half of the first set; the other was frozen until it stood, and `later` was written after it.
"""

from pathlib import Path

import pytest

from hotline.kernel.search.analysis import Analyzer, packaged_words
from hotline.kernel.search.query import Search
from hotline.kernel.search.tantivy import TantivyBackend
from knowledge_base import evaluation
from knowledge_base.answers import Desk
from knowledge_base.evaluation import Bench, Report
from knowledge_base.policy import packaged_policy, synonym_map
from knowledge_base.synonyms import merged
from web.demo import evaluated

QUESTIONS = Path(__file__).parent.parent / "data" / "questions"
SETS = ("build", "frozen", "later")
TOP_1, WRONG, HELD_BACK = 0.90, 0.02, 0.90
"""Right answers in the first place; of all questions the wrong instant answers at most; of those without an answer at least so
many get none."""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    material, policy = evaluated.material(), packaged_policy()
    synonyms = merged(policy.synonyms, synonym_map(material.synonyms))
    analyzer = Analyzer((*packaged_words(), *material.words))
    return Bench(Desk(Search(TantivyBackend(tmp_path_factory.mktemp("index")), analyzer, synonyms), policy), material.entries)


@pytest.fixture(scope="module")
def built(bench: Bench) -> Report:
    return _asked(bench, "build")


def _asked(bench: Bench, name: str) -> Report:
    lines = evaluation.read_lines(QUESTIONS / f"{name}.jsonl")
    return evaluation.evaluate(bench, evaluation.questions_of(lines))


@pytest.mark.parametrize("name", SETS)
def test_questions_are_answered_rightly_or_not_at_all(bench: Bench, name: str) -> None:
    report = _asked(bench, name)

    assert report.ours.top_1 >= TOP_1
    assert report.ours.top_1 > report.plain.top_1
    assert report.sureness.wrong <= WRONG
    assert report.sureness.held_back is not None
    assert report.sureness.held_back >= HELD_BACK


@pytest.mark.parametrize(
    ("kind", "floor"),
    [("short", 0.95), ("pinyin", 0.95), ("traditional", 0.95), ("homophone", 0.85), ("dialect", 0.85), ("oral", 0.88)],
)
def test_every_way_of_asking_finds_its_article(built: Report, kind: str, floor: float) -> None:
    assert {one.name: one.top_1 or 0.0 for one in built.kinds}[kind] >= floor


def test_short_questions_are_answered_at_once(built: Report) -> None:
    assert {one.name: one.sureness.coverage for one in built.kinds}["short"] >= 0.8
