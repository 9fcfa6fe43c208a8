"""What an article says, as one value, and the rules its fields obey (handbook of the trade, section 9). Pure.

Writing, importing and moving articles check by the same findings; `articles` stores, `comparing` shows two side by side.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from dataclasses import field as filled
from datetime import date
from typing import Any

from hotline.kernel.errors import Invalid
from knowledge_base.models import KEYWORD_CHARACTERS, TITLE_CHARACTERS, Article, Secrecy
from knowledge_base.terms import Terms

QUESTION_CHARACTERS = 128
ANSWER_CHARACTERS = 100_000
MOST = {"questions": 100, "keywords": 50, "attachments": 20}
"""Bounds of storage and of pages, not of the trade: no city's article comes near them."""
LENGTHS = {
    "title": TITLE_CHARACTERS,
    "answer_agent": ANSWER_CHARACTERS,
    "answer_public": ANSWER_CHARACTERS,
    "item_code": 64,
    "audience": 64,
    "source_document": 256,
    "source_number": 64,
    "issuing_body": 128,
    "material": 32,
}
DAYS = ("source_date", "effective_from", "effective_to", "review_due")


@dataclass(frozen=True)
class AttachedFile:
    """A file of an article in the store of files; whoever may read the article may open it."""

    sha256: str
    name: str
    content_type: str
    size_bytes: int


@dataclass(frozen=True)
class Finding:
    """A field that breaks a rule, with what the rule needs."""

    field: str
    rule: str
    details: Mapping[str, Any] = filled(default_factory=dict)  # whatever the rule's message names

    def raised(self) -> Invalid:
        """The finding as an error."""
        return Invalid(self.field, self.rule, **self.details)


@dataclass(frozen=True)
class ArticleContent:
    """What an article says; field for field as in `models.Article`."""

    title: str
    answer_agent: str
    answer_public: str = ""
    questions: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    category_code: str | None = None
    item_code: str = ""
    area_code: str | None = None
    audience: str = ""
    source_document: str = ""
    source_number: str = ""
    source_date: date | None = None
    issuing_body: str = ""
    owner_unit_id: int | None = None
    material: str = ""
    secrecy: Secrecy = Secrecy.PUBLIC
    effective_from: date | None = None
    effective_to: date | None = None
    review_due: date | None = None
    attachments: tuple[AttachedFile, ...] = ()

    def check(self) -> None:
        """Raise Invalid for the first field that breaks a rule which holds in every city."""
        for found in shape_findings(self):
            raise found.raised()

    def check_in(self, terms: Terms) -> None:
        """Raise Invalid for the first field that breaks a rule, this city's among them."""
        for found in findings(self, terms):
            raise found.raised()


def findings(content: ArticleContent, terms: Terms) -> list[Finding]:
    """Every rule that a field breaks: those of any article, then what the city lays down."""
    return [*shape_findings(content), *_city_findings(content, terms)]


def shape_findings(content: ArticleContent) -> Iterator[Finding]:
    """The rules that hold in every city."""
    for name in ("title", "answer_agent"):
        if not getattr(content, name).strip():
            yield Finding(name, "required")
    for name, maximum in LENGTHS.items():
        if len(getattr(content, name)) > maximum:
            yield Finding(name, "too-long", {"maximum": maximum, "given": len(getattr(content, name))})
    for name, most in MOST.items():
        if len(getattr(content, name)) > most:
            yield Finding(name, "too-many-items", {"maximum": most, "given": len(getattr(content, name))})
    yield from _of_list("questions", content.questions, QUESTION_CHARACTERS)
    yield from _of_list("keywords", content.keywords, KEYWORD_CHARACTERS)
    if content.title.strip() in content.keywords:
        yield Finding("keywords", "same-as-title", {"item": content.title.strip()})
    if content.effective_from and content.effective_to and content.effective_to < content.effective_from:
        yield Finding("effective_to", "before-effective-from")


def readiness(content: ArticleContent, today: date) -> Iterator[Finding]:
    """What must be there beside before an article answers anybody."""
    if content.secrecy is Secrecy.PUBLIC and not content.answer_public.strip():
        yield Finding("answer_public", "required-when-public")
    if content.effective_to and content.effective_to < today:
        yield Finding("effective_to", "already-over")


def content_of(article: Article) -> ArticleContent:
    """What the article says now."""
    return from_plain({each.name: getattr(article, each.name) for each in fields(ArticleContent)})


def columns(content: ArticleContent) -> dict[str, Any]:
    """The content as columns of `Article`."""
    lists = {name: list(getattr(content, name)) for name in ("questions", "keywords")}
    files = [asdict(file) for file in content.attachments]
    return {each.name: getattr(content, each.name) for each in fields(content)} | lists | {"attachments": files}


def plain(content: ArticleContent) -> dict[str, Any]:
    """The content as plain values that JSON can hold."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in columns(content).items()}


def from_plain(values: Mapping[str, Any]) -> ArticleContent:
    """The content of plain values or columns; a field that older versions did not have is empty."""
    known = {each.name: values[each.name] for each in fields(ArticleContent) if each.name in values}
    for name in DAYS:
        known[name] = date.fromisoformat(known[name]) if isinstance(known.get(name), str) else known.get(name)
    files = tuple(AttachedFile(**file) for file in known.get("attachments") or ())
    lists = {name: tuple(known.get(name) or ()) for name in ("questions", "keywords")}
    secrecy = Secrecy(known.get("secrecy", Secrecy.PUBLIC))
    return ArticleContent(**{**known, **lists, "attachments": files, "secrecy": secrecy})


def _of_list(name: str, items: tuple[str, ...], maximum: int) -> Iterator[Finding]:
    for item in items:
        if not item.strip():
            yield Finding(name, "empty-item")
        elif len(item) > maximum:
            yield Finding(name, "item-too-long", {"maximum": maximum, "given": len(item), "item": item[:maximum]})
    for item in sorted({item for item in items if items.count(item) > 1}):
        yield Finding(name, "item-twice", {"item": item})


def _city_findings(content: ArticleContent, terms: Terms) -> Iterator[Finding]:
    if content.category_code is None:
        yield Finding("category_code", "required")
    elif content.category_code not in terms.leaves:
        yield Finding("category_code", "not-a-leaf", {"given": content.category_code})
    if content.area_code is not None and content.area_code not in terms.areas:
        yield Finding("area_code", "unknown-area", {"given": content.area_code})
    if content.owner_unit_id is not None and content.owner_unit_id not in terms.units:
        yield Finding("owner_unit_id", "unknown-unit", {"given": content.owner_unit_id})
    if content.material not in terms.rules.materials:
        rule = "unknown-choice" if content.material else "required"
        yield Finding("material", rule, {"given": content.material, "allowed": list(terms.rules.materials)})
    if content.material in terms.rules.ending_materials and content.effective_to is None:
        yield Finding("effective_to", "required-for-material", {"material": content.material})
