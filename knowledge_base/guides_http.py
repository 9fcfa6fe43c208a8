"""Service guides by HTTP and JSON: GET <address>/guides?since=TOKEN&limit=200, repeated while the answer says there is more.

The answer is {"guides": […], "deleted": ["id", …], "next": "TOKEN", "more": false}; a guide's fields are `GuideIn`.
A guide that is not as agreed is told of and left out; only an answer that is none at all ends the look.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import SplitResult

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hotline.kernel.http_client import open_client
from knowledge_base.content import ArticleContent
from knowledge_base.guides import Guide, GuidePage, GuidesUnavailable, Malformed
from knowledge_base.models import Secrecy

NAME = "platform"
PAGE = 200
MOST_BYTES = 32 * 2**20
"""A page of two hundred guides is far smaller; a larger answer is not a page of guides."""
TOKEN_CHARACTERS = 500
ID_CHARACTERS = 40


class GuideIn(BaseModel):
    """A guide as the platform sends it; fields that are not named here are left alone."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    id: str = Field(min_length=1, max_length=ID_CHARACTERS)
    title: str
    answer_public: str
    answer_agent: str = ""
    questions: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    category_code: str
    item_code: str = ""
    area_code: str | None = None
    audience: str = ""
    source_document: str = ""
    source_number: str = ""
    source_date: date | None = None
    issuing_body: str = ""
    unit_code: str = ""
    material: str
    effective_from: date | None = None
    effective_to: date | None = None


class PageIn(BaseModel):
    """One answer of the platform."""

    model_config = ConfigDict(extra="ignore")

    guides: list[Any] = []  # each is looked at by itself, so that one wrong guide is one finding
    deleted: list[str] = []
    next: str = Field(max_length=TOKEN_CHARACTERS, pattern=r"^[^\x00]*$")
    more: bool = False


class HttpGuides:
    """A platform that answers over HTTP."""

    name = NAME

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def changed_since(self, token: str) -> Iterator[GuidePage]:
        while True:
            page = self._page(token)
            yield GuidePage(tuple(_guide(one) for one in page.guides), tuple(page.deleted), page.next)
            if not page.more:
                return
            if page.next == token:
                raise GuidesUnavailable("guides: the same page again", part="guides")
            token = page.next

    def _page(self, token: str) -> PageIn:
        try:
            answer = self._client.get("/guides", params={"since": token, "limit": PAGE})
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise GuidesUnavailable(f"guides: {type(error).__name__}", part="guides") from error
        if not answer.is_success:
            raise GuidesUnavailable(f"guides: {answer.status_code}", part="guides", status=answer.status_code)
        if len(answer.content) > MOST_BYTES:
            raise GuidesUnavailable("guides: too large a page", part="guides")
        try:
            return PageIn.model_validate_json(answer.content)
        except ValidationError as error:
            raise GuidesUnavailable("guides: not a page of guides", part="guides") from error


def open_http_guides(parts: SplitResult) -> HttpGuides:
    """The factory of http: and https:. Raises Invalid for an address that cannot be meant."""
    return HttpGuides(open_client(parts, "guides_url"))


def _guide(given: object) -> Guide | Malformed:
    try:
        said = GuideIn.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        origin_id = given.get("id") if isinstance(given, dict) else None
        field = str(first["loc"][0]) if first["loc"] else ""
        return Malformed(str(origin_id or "")[:ID_CHARACTERS], field, first["type"].replace("_", "-"))
    values = said.model_dump(exclude={"id", "unit_code"})
    content = ArticleContent(**{**values, "answer_agent": said.answer_agent or said.answer_public}, secrecy=Secrecy.PUBLIC)
    return Guide(said.id, content, said.unit_code)
