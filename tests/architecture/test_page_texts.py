"""The pages' texts: both languages have the same ids, every coded value that the pages may show has words."""

import re
from pathlib import Path

import pytest

from docs import generate
from hotline.intake.limits import TYPES
from sla import sentences
from sla.limits import Stage
from sla.reviews import Verdict
from tests.architecture.sources import FRONTEND, page_files, relative
from web.homes import PAGES

LANGUAGES = ("zh-CN", "en")
PAIRED = {"holiday-does-not-count", "make-up-workday-counts"}
"""Explanations of some days that are worded otherwise for a single one."""
CODED = {
    "type": set(TYPES),
    "stage": {stage.value for stage in Stage},
    "page": set(PAGES),
    "desks.explain": set(sentences.CLAUSES) - PAIRED | {f"{code}{form}" for code in PAIRED for form in ("", "-one")},
    "desks.verdict": {verdict.value for verdict in Verdict},
}
"""Groups of texts and the codes that the server sends for them."""
OWN_NAME = "中文"
"""A language is offered under its own name in every language."""
SPEAKING = {"reply_check.ts": "patterns of the language that replies are written in"}


def test_both_languages_have_the_same_ids() -> None:
    chinese, english = (generate.words(language).keys() for language in LANGUAGES)

    assert chinese ^ english == set()


def test_both_languages_fill_in_the_same_values() -> None:
    chinese, english = (generate.words(language) for language in LANGUAGES)

    assert [key for key in chinese if _holes(chinese[key]) != _holes(english[key])] == []


@pytest.mark.parametrize("area", sorted(path.stem for path in (FRONTEND / "src" / "locales" / "zh-CN").glob("*.json")))
def test_every_area_is_there_in_both_languages(area: str) -> None:
    assert all((FRONTEND / "src" / "locales" / language / f"{area}.json").exists() for language in LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("group", sorted(CODED))
def test_every_code_of_the_group_has_words(group: str, language: str) -> None:
    known = generate.words(language)

    assert [code for code in sorted(CODED[group]) if f"{group}.{code}" not in known] == []


@pytest.mark.parametrize("path", page_files(), ids=relative)
def test_page_speaks_no_chinese_of_its_own(path: Path) -> None:
    code = re.sub(r"^\s*(//|\*|/\*|<!--).*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE).replace(OWN_NAME, "")

    assert path.name in SPEAKING or not re.search("[\u4e00-\u9fff]", code)


def _holes(words: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", words))
