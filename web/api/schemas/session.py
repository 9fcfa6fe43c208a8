"""Who is signed in, and their inbox."""

from datetime import datetime
from typing import Any

from pydantic import Field

from web.api.schemas.base import Shape, UnitRef


class SignIn(Shape):
    """Credentials."""

    login: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=200)


class Me(Shape):
    """The officer of this session. `pages` are the screens their roles open, the first being home."""

    id: int
    name: str
    roles: list[str]
    units: list[UnitRef]
    locale: str
    pages: list[str]
    csrf_token: str
    must_change_password: bool
    unread: int


class PasswordChoice(Shape):
    """The password so far and the one from now on."""

    old_password: str = Field(min_length=1, max_length=200)
    password: str = Field(min_length=1, max_length=200)


class LocaleChoice(Shape):
    """The language of the screens: zh-CN or en."""

    locale: str = Field(pattern="^(zh-CN|en)$")


class Notice(Shape):
    """One inbox message, worded already in the reader's language; `link` is the page of what it is about."""

    id: int
    code: str
    title: str
    text: str
    args: dict[str, Any]
    ticket_id: int | None
    link: str | None
    at: datetime
    read_at: datetime | None


class Inbox(Shape):
    """The newest messages and how many are unread in all."""

    items: list[Notice]
    unread: int


class SentMessage(Shape):
    """A message to a citizen or unit as the file sender kept it; the receiver is masked."""

    at: datetime
    to: str
    channel: str
    title: str
    text: str
