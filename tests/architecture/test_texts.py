"""Every text that Python shows is worded in Chinese and English, and the catalogues hold nothing that is never shown."""

import ast
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from string import Formatter

import pytest
import yaml
from babel.messages.pofile import read_po
from pydantic import BaseModel, ValidationError

from dispatch import catalogue_lists, guards
from dispatch.sheet_columns import CATALOGUE, DUTIES, columns
from docs import generate
from hotline.insight import message_rows
from hotline.intake.drafts import FIELDS
from hotline.intake.models import CallState
from hotline.kernel.errors import HotlineError, Invalid
from hotline.people import places
from hotline.people.permissions import Role
from hotline.people.units import choices
from hotline.tickets import anchors
from hotline.tickets.supervision import OrderKind
from hotline.tickets.workflow import STANDARD, TYPES, RequestKind, Told
from knowledge_base import import_checks
from knowledge_base.content import Finding
from knowledge_base.following import CODES as DONE
from knowledge_base.following import REVISED
from knowledge_base.lifecycle import ARTICLE, PHONE_ENTRY, TASK
from knowledge_base.scorers.http import SETTING
from sla import packaged, sentences, year_files
from sla.calendar import DayKind
from sla.ladder import RUNGS
from sla.limits import LimitUnit, Stage, StartEvent
from tests.architecture.sources import PACKAGES, ROOT, calls, literal, python_files
from web import texts
from web.api import hot_topics
from web.api.schemas.knowledge_reports import ReportCorrections, ReportTotals, ReportUnit
from web.cli import kb
from web.homes import PAGES
from web.importing.kinds import KINDS
from web.reactions import feedback
from web.reactions.messages import ACKNOWLEDGE, ANSWERED, DISCREET, NEW_WORK

OURS = python_files(*PACKAGES)
TEMPLATES = sorted((ROOT / "web" / "templates").glob("*.html"))
LANGUAGES = sorted(texts.LOCALES)
SAID_BY_PYTHON = ("text", "_words", "_show")
ERRORS: list[type[HotlineError]] = [HotlineError, *generate.subclasses(HotlineError)]
CODES = {kind.__name__: kind.code for kind in ERRORS} | {Finding.__name__: Invalid.code}
FINDING_OF = Finding.__module__.partition(".")[0]
"""The package whose findings become refusals; the calendar has findings of its own shape."""
UNFIT: tuple[object, ...] = (
    None,
    "",
    "x",
    "x" * 100_000,
    -1,
    10**9,
    0.5,
    True,
    [],
    ["x"] * 1000,
    [1],
    {},
    {"x": 1},
    "2026-13-01",
    "2026-12-01T08:00:00",
)
"""Values of which every field of every shape refuses some."""
UNIT_WORDS = (("level", "levels"), ("kind", "kinds"), ("class", "classes"))
LEADS = {"Invalid": ("field", "rule"), "Finding": ("field", "rule"), "ModelUnusable": ("folder", "reason", "file")}
"""What the leading arguments of errors with a signature of their own are called in `details`."""
PRINTED = ("state", "type", "urgency", "assignment_role", "satisfaction", "solved", "request_kind", "request_state", "secrecy")
PRINTED += ("stage", "channel", "action", "order_reason")
"""Groups of codes whose words `web.flow_sheet` prints."""
MESSAGE_ID = re.compile(r"[a-z][\w-]*(\.[\w-]*\w)+")
WORD = re.compile(r"[a-z][a-z0-9-]*")


@lru_cache
def catalogue(language: str) -> dict[str, str]:
    path = texts.FOLDER / texts.LOCALES[language] / "LC_MESSAGES" / "messages.po"
    with path.open(encoding="utf-8") as source:
        return {str(message.id): str(message.string) for message in read_po(source) if message.id}


def said() -> set[str]:
    """Ids written as literals: in calls of the text functions, and in templates."""
    asked = (call.args[0] for path in OURS for name, call in calls(path) if name in SAID_BY_PYTHON and call.args)
    spoken = {literal(part) for node in asked for part in ast.walk(node) if isinstance(part, ast.expr)}
    in_templates = {key for path in TEMPLATES for key in re.findall(r'_\("([\w.-]+)"\)', path.read_text(encoding="utf-8"))}
    return {key for key in spoken | in_templates if key and MESSAGE_ID.fullmatch(key)}


def refused() -> Iterator[str]:
    """Ids of every error with the rule or reason that is raised with it."""
    yield from (f"error.{code}" for code in CODES.values())
    yield from (f"error.call-taken.{state.value}" for state in CallState if state is not CallState.OFFERED)
    for path in OURS:
        for name, call in calls(path):
            if name in CODES and (name != Finding.__name__ or path.parent.name == FINDING_OF):
                yield from (f"error.{CODES[name]}.{word}" for word in _narrow(name, call))


def fields() -> set[str]:
    """Names of input fields, as refusals name them."""
    named = {literal(call.args[0]) for path in OURS for name, call in calls(path) if name == "Invalid" and call.args}
    named |= {literal(call.args[1]) for path in OURS for name, call in calls(path) if name == "open_client"} | {SETTING}
    asked = {name for model in input_models() for name in model.model_fields}
    needed = {name for cycle in generate.LIFE_CYCLES for row in cycle.rows for name in row.needs}
    return {f"field.{name}" for name in named | asked | needed | FIELDS if name}


def input_models() -> list[type[BaseModel]]:
    """The shapes that views take."""
    taken = {
        _name(call.args[1]) for path in OURS for name, call in calls(path) if name in ("takes", "asks") and len(call.args) > 1
    }
    return [model for model in generate.subclasses(BaseModel) if model.__name__ in taken]


def shapes() -> set[str]:
    """Ids of the rules that pydantic finds broken when each field of each shape is given something unfit."""
    return {f"error.invalid.{rule}" for model in input_models() for rule in _broken_rules(model)}


def _broken_rules(model: type[BaseModel]) -> Iterator[str]:
    for name in model.model_fields:
        for unfit in UNFIT:
            try:
                model.model_validate({name: unfit})
            except ValidationError as error:
                yield from (fault["type"].replace("_", "-") for fault in error.errors(include_url=False))


def told() -> set[str]:
    """Ids of notices to officers and messages to citizens and units."""
    telling = [row for cycle in STANDARD.cycles for row in cycle.rows if row.tells]
    codes = {row.action for row in telling if set(row.tells) - {Told.REQUESTER}}
    codes |= {"calendar-missing", "incident-spotted"}
    codes |= {"appeal", "grant_appeal", "refuse_appeal"}
    codes |= {"supplement", "urge", "assigned", "redo", "transfer-overdue", "nuisance-proposed", *NEW_WORK.values()}
    codes |= {f"propose_{kind}" for kind in RequestKind}
    codes |= {f"{word}-{stage}" for word in ("near", "over") for stage in Stage}
    codes |= {*(f"rung-{rung}" for rung in RUNGS), "digest", "digest-held"}
    codes |= {*(f"article-{row.action}" for row in ARTICLE.rows if row.tells), "article-review-late", "article-wanted"}
    codes |= {
        *(f"task-{row.action.replace('_', '-')}" for row in TASK.rows if row.tells),
        "task-late",
        *feedback.ASKED.values(),
    }
    codes |= {*(f"phone-{row.action}" for row in PHONE_ENTRY.rows if row.tells), "phone-propose"}
    messages = {row.action for row in telling if Told.REQUESTER in row.tells}
    messages |= {ACKNOWLEDGE, ANSWERED, DISCREET, "unit-assigned", "unit-redo", "query-code"}
    return {f"notice.{code}.{part}" for code in codes for part in ("title", "text")} | {f"message.{code}" for code in messages}


def coded() -> set[str]:
    """Ids made of a closed set of codes."""
    summaries = yaml.safe_load((ROOT / "hotline" / "intake" / "data" / "summary_codes.yaml").read_text(encoding="utf-8"))
    return {
        *(f"role.{role.value}" for role in Role),
        *(f"type.{kind}" for kind in TYPES),
        *(f"error.invalid.{rule}" for rule in year_files.RULES),
        *(f"error.invalid.{rule}" for rule in import_checks.RULES),
        *(f"error.invalid.{rule}" for rule in catalogue_lists.RULES),
        *(f"error.conflict.{code}" for code in guards.CODES),
        *(f"field.{name}" for of in (CATALOGUE, DUTIES) for name in columns(of)),
        *(f"field.{name}" for name in year_files.ORDER),
        *(f"audit.anchor.{reason}" for reason in anchors.REASONS),
        *re.findall(r'"(sheet\.[\w-]+)"', (ROOT / "web" / "flow_sheet.py").read_text(encoding="utf-8")),
        *re.findall(r'"(form\.[\w-]+)"', (ROOT / "web" / "order_form.py").read_text(encoding="utf-8")),
        *(f"form.title-{kind}" for kind in OrderKind),
        *(f"word.{group}.{code}" for group, codes in page_words("zh-CN").items() for code in codes),
        *(f"page.{name}" for name in (*PAGES, "ticket", "portal", "messages")),
        *(f"unit-{group}.{code}" for group, words in UNIT_WORDS for code in choices()[words]),
        *(f"field.{column}" for kind in KINDS.values() for column in kind.columns),
        *(f"answer.{code}" for code in ("yes", "no")),
        *kb.NAMES.values(),
        *(f"part.{name}" for name in ("database", "broker", "worker", "search", "speech", "calendar")),
        *(f"summary.{row['code']}" for row in summaries),
        *explained(),
        *in_reports(),
        *(f"hot-topics.column.{name}" for name in hot_topics.COLUMNS),
        *(f"insight.rule.{rule}" for rule in message_rows.RULES),
        *(f"knowledge.done-{code}" for code in (*DONE.values(), REVISED)),
        *(f"demo.seeding-{what}" for what in ("reference", "requests", "past")),
        *(f"place-kind.{kind}" for kind in places.choices()["kinds"]),
        *(f"place-parity.{side}" for side in places.choices()["parities"]),
        *(f"place.ask.{kind}.{level}" for kind in ("missing", "unknown") for level in ("district", "street", "community")),
        *(
            f"demo-partner.{name}"
            for name in ("receipt_no", "at", "place", "summary", "reason", "callback_number", "ticket_number")
        ),
    }


def in_reports() -> Iterator[str]:
    """Ids of the lines and columns of the knowledge base's monthly report."""
    yield from (f"report.column.{name}" for name in ("what", "whose", "figure"))
    yield from (f"report.totals.{name}" for name in ReportTotals.model_fields)
    yield from (f"report.corrections.{name}" for name in ReportCorrections.model_fields)
    yield from (f"report.unit.{name}" for name in ReportUnit.model_fields if name != "unit")
    yield from ("report.top", "report.unused")


def explained() -> Iterator[str]:
    """Ids of the sentences that explain a limit."""
    yield from (f"explain.{code}" for code in sentences.CLAUSES)
    yield from (f"explain.{form}" for form in ("limit", "limit-of-type", "day", "day-of-year", "on", *on_special_days()))
    yield from (f"explain.{form}" for form in ("days-of-month", "days-of-month-and-year"))
    yield from (f"explain.stage.{stage}" for stage in Stage)
    yield from (f"explain.event.{event}" for event in StartEvent)
    yield from (f"explain.amount.{unit}" for unit in (*LimitUnit, "hours"))
    yield from (f"explain.weekday.{number}" for number in range(1, 8))
    yield from (f"explain.month.{number}" for number in range(1, 13))


def on_special_days() -> Iterator[str]:
    yield from (f"on-{kind}" for kind in DayKind)


def page_words(language: str) -> dict[str, dict[str, str]]:
    """Words of codes that printed sheets share with the pages, by group: the pages' own catalogues have them."""
    folder = ROOT / "web" / "frontend" / "src" / "locales" / language
    shared = json.loads((folder / "shared.json").read_text(encoding="utf-8"))
    desks = json.loads((folder / "desks.json").read_text(encoding="utf-8"))["desks"]
    return {group: (desks if group in ("action", "order_reason") else shared)[group] for group in PRINTED}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_printed_has_the_words_of_the_pages(language: str) -> None:
    said_on_pages = {
        f"word.{group}.{code}": said for group, codes in page_words(language).items() for code, said in codes.items()
    }

    assert {key: catalogue(language).get(key) for key in said_on_pages} == said_on_pages


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_rule_of_the_city_has_a_name_on_its_page(language: str) -> None:
    file = ROOT / "web" / "frontend" / "src" / "locales" / language / "timing.json"
    named = json.loads(file.read_text(encoding="utf-8"))["timing"]["name"]
    groups = {group: codes.keys() if isinstance(codes, dict) else () for group, codes in named.items()}
    rules = [key.split(".", 1) for key in packaged.rule_values()]

    assert [".".join((group, code)) for group, code in rules if code not in groups.get(group, ())] == []


@lru_cache
def wanted() -> set[str]:
    return {*said(), *refused(), *shapes(), *fields(), *told(), *coded()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_worded(language: str) -> None:
    assert sorted(wanted() - catalogue(language).keys()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_left_that_nothing_shows(language: str) -> None:
    assert sorted(catalogue(language).keys() - wanted()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty(language: str) -> None:
    assert [key for key, words in catalogue(language).items() if not words] == []


def test_both_languages_fill_in_the_same_values() -> None:
    chinese, english = catalogue("zh-CN"), catalogue("en")

    assert [key for key in chinese if _holes(chinese[key]) != _holes(english[key])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_that_a_refusal_names_is_given(language: str) -> None:
    missing = {
        f"{path.name}:{call.lineno} {hole}"
        for path in OURS
        for name, call in calls(path)
        if name in CODES and name != Finding.__name__ and not any(keyword.arg is None for keyword in call.keywords)
        for word in _narrow(name, call)
        for hole in _holes(catalogue(language)[f"error.{CODES[name]}.{word}"]) - _details(name, call).keys()
    }

    assert missing == set()


def test_no_two_errors_share_a_code() -> None:
    codes = [kind.code for kind in generate.subclasses(HotlineError)]

    assert sorted(set(codes)) == sorted(codes)


def test_python_says_no_chinese_of_its_own() -> None:
    """Words for people live in catalogues; what remains in the packages' code is listed data of the trade."""
    speaking = {
        call.lineno: path
        for path in OURS
        for name, call in calls(path)
        if name == "echo" and any(_has_chinese(arg) for arg in call.args)
    }

    assert speaking == {}


def _narrow(name: str, call: ast.Call) -> Iterator[str]:
    given = _details(name, call)
    for key in ("rule", "reason"):
        word = literal(given.get(key))
        if word and WORD.fullmatch(word):
            yield word


def _details(name: str, call: ast.Call) -> dict[str, ast.expr]:
    """What the error that is raised here will have in `details`."""
    named = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    return dict(zip(LEADS.get(name, ()), call.args, strict=False)) | named


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _holes(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name}


def _has_chinese(node: ast.AST) -> bool:
    return any(
        isinstance(part, ast.Constant) and isinstance(part.value, str) and re.search("[\u4e00-\u9fff]", part.value)
        for part in ast.walk(node)
    )
