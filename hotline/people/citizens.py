"""Requesters as the hotline knows them: found by telephone number, and the two ways their data is shortened for others."""

import re
import unicodedata

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Invalid
from hotline.people.models import Citizen

MOBILE_DIGITS = 11
KEPT_BEFORE = 3
KEPT_AFTER = 4

_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015()（）.]")
_COUNTRY = re.compile(r"^(?:\+|00)86")
# Mobile numbers, fixed numbers with or without area code, 95xxx/96xxx/400 service numbers (工信部 numbering plan).
_CALLABLE = re.compile(r"1[3-9]\d{9}|0\d{2,3}\d{7,8}|[2-8]\d{6,7}|9[56]\d{3,6}|[48]00\d{7}")


def plain_number(text: str) -> str:
    """The number as plain digits, whatever separators and country code it came with; letters and others are left out."""
    folded = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
    return re.sub(r"\D", "", _COUNTRY.sub("", folded))


def check_phone(text: str, field: str = "contact_phone") -> str:
    """The plain number a citizen can be called on. Raises Invalid when it is none."""
    folded = _COUNTRY.sub("", _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)))
    if not _CALLABLE.fullmatch(folded):
        raise Invalid(field, "phone-format")
    return folded


def find_or_create(uow: UnitOfWork, phone: str, name: str = "") -> Citizen:
    """The citizen of that number; made now when unknown. A name is kept when none was known. Safe when two ask at once."""
    number = plain_number(phone)
    if not number:
        raise Invalid("phone", "required")
    statement = insert(Citizen).values(phone=number, name="", sex="", created_at=uow.now)
    uow.session.execute(statement.on_conflict_do_nothing(index_elements=[Citizen.phone]))
    citizen = uow.session.scalars(select(Citizen).where(Citizen.phone == number)).one()
    if name and not citizen.name:
        citizen.name = name
    return citizen


def by_phone(session: Session, phone: str) -> Citizen | None:
    """The citizen of that number, if known."""
    return session.scalars(select(Citizen).where(Citizen.phone == plain_number(phone))).one_or_none()


def mask_phone(phone: str) -> str:
    """199****0123: enough to tell two numbers apart, not enough to call. Short numbers show their first digit only."""
    if len(phone) < MOBILE_DIGITS:
        return phone[:1] + "*" * (len(phone) - 1)
    return phone[:KEPT_BEFORE] + "*" * (len(phone) - KEPT_BEFORE - KEPT_AFTER) + phone[-KEPT_AFTER:]


def mask_name(name: str) -> str:
    """The surname's first character and a star for each character that follows."""
    return name[:1] + "*" * (len(name) - 1)
