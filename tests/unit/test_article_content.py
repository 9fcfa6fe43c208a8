"""What an article's fields may hold: one case a rule, and that a content survives being kept as plain values."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from knowledge_base.content import AttachedFile, findings, from_plain, plain, readiness, shape_findings
from knowledge_base.models import Secrecy
from knowledge_base.terms import months_after
from tests.integration.article_desk import CONTENT, TERMS, TODAY

FILE = AttachedFile("ab" * 32, "表格.pdf", "application/pdf", 1000)
ANY_CITY: list[tuple[dict[str, Any], str, str]] = [
    ({"title": " "}, "title", "required"),
    ({"title": "长" * 129}, "title", "too-long"),
    ({"answer_agent": ""}, "answer_agent", "required"),
    ({"answer_agent": "长" * 100_001}, "answer_agent", "too-long"),
    ({"answer_public": "长" * 100_001}, "answer_public", "too-long"),
    ({"source_document": "长" * 257}, "source_document", "too-long"),
    ({"source_number": "长" * 65}, "source_number", "too-long"),
    ({"issuing_body": "长" * 129}, "issuing_body", "too-long"),
    ({"audience": "长" * 65}, "audience", "too-long"),
    ({"item_code": "1" * 65}, "item_code", "too-long"),
    ({"questions": ("长" * 129,)}, "questions", "item-too-long"),
    ({"questions": ("怎么补", " ")}, "questions", "empty-item"),
    ({"questions": ("怎么补", "怎么补")}, "questions", "item-twice"),
    ({"questions": tuple(map(str, range(101)))}, "questions", "too-many-items"),
    ({"keywords": ("长" * 21,)}, "keywords", "item-too-long"),
    ({"keywords": ("补领", "补领")}, "keywords", "item-twice"),
    ({"keywords": (CONTENT.title,)}, "keywords", "same-as-title"),
    ({"keywords": tuple(map(str, range(51)))}, "keywords", "too-many-items"),
    ({"attachments": (FILE,) * 21}, "attachments", "too-many-items"),
    ({"effective_from": date(2026, 2, 1), "effective_to": date(2026, 1, 1)}, "effective_to", "before-effective-from"),
]
THIS_CITY: list[tuple[dict[str, Any], str, str]] = [
    ({"category_code": None}, "category_code", "required"),
    ({"category_code": "04"}, "category_code", "not-a-leaf"),
    ({"area_code": "98"}, "area_code", "unknown-area"),
    ({"owner_unit_id": 99}, "owner_unit_id", "unknown-unit"),
    ({"material": ""}, "material", "required"),
    ({"material": "杂谈"}, "material", "unknown-choice"),
    ({"material": "通知公告"}, "effective_to", "required-for-material"),
]
TO_ANSWER: list[tuple[dict[str, Any], str, str]] = [
    ({"answer_public": " "}, "answer_public", "required-when-public"),
    ({"effective_to": date(2026, 11, 19)}, "effective_to", "already-over"),
]


def test_a_whole_content_breaks_no_rule() -> None:
    assert [*findings(CONTENT, TERMS), *readiness(CONTENT, TODAY)] == []


@pytest.mark.parametrize(("change", "field", "rule"), ANY_CITY)
def test_a_broken_rule_of_any_city_names_its_field(change: dict[str, Any], field: str, rule: str) -> None:
    assert [(found.field, found.rule) for found in shape_findings(replace(CONTENT, **change))] == [(field, rule)]


@pytest.mark.parametrize(("change", "field", "rule"), THIS_CITY)
def test_a_broken_rule_of_this_city_names_its_field(change: dict[str, Any], field: str, rule: str) -> None:
    assert [(found.field, found.rule) for found in findings(replace(CONTENT, **change), TERMS)] == [(field, rule)]


@pytest.mark.parametrize(("change", "field", "rule"), TO_ANSWER)
def test_what_an_answer_needs_is_named(change: dict[str, Any], field: str, rule: str) -> None:
    assert [(found.field, found.rule) for found in readiness(replace(CONTENT, **change), TODAY)] == [(field, rule)]


def test_an_internal_article_needs_no_public_answer_and_the_last_day_still_counts() -> None:
    internal = replace(CONTENT, secrecy=Secrecy.INTERNAL, answer_public="", effective_to=TODAY)

    assert list(readiness(internal, TODAY)) == []


def test_every_finding_of_a_row_is_named_at_once() -> None:
    broken = replace(CONTENT, title="", category_code=None, material="杂谈")

    assert [found.field for found in findings(broken, TERMS)] == ["title", "category_code", "material"]


def test_a_content_survives_being_kept() -> None:
    whole = replace(CONTENT, effective_to=date(2027, 1, 1), attachments=(FILE,), secrecy=Secrecy.INTERNAL)

    assert from_plain(json.loads(json.dumps(plain(whole)))) == whole


def test_a_version_from_before_a_field_was_there_can_be_read() -> None:
    kept = plain(CONTENT)
    del kept["attachments"]

    assert from_plain(kept) == CONTENT


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 11, 20), 6, date(2027, 5, 20)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
    ],
)
def test_months_end_on_a_day_that_exists(day: date, months: int, expected: date) -> None:
    assert months_after(day, months) == expected
