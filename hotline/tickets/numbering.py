"""Ticket numbers: YYMMDD, a six-digit serial of the day and a check digit; and the separate random query code.

The number never encodes the person (handbook 11.4). The check digit is Luhn's, so a mistyped number is told apart.
"""

import secrets

from sqlalchemy.dialects.postgresql import insert

from hotline.kernel.db import UnitOfWork
from hotline.tickets.models import NumberCounter

CODE_DIGITS = 6


def next_number(uow: UnitOfWork) -> str:
    """The next number of the local day. Two transactions never get the same; a rolled-back one leaves a gap."""
    day = uow.now.astimezone(uow.zone).strftime("%y%m%d")
    query = insert(NumberCounter).values(day=day, last=1)
    query = query.on_conflict_do_update(index_elements=["day"], set_={"last": NumberCounter.last + 1})
    serial = uow.session.execute(query.returning(NumberCounter.last)).scalar_one()
    body = f"{day}{serial:06d}"
    return body + check_digit(body)


def new_query_code() -> str:
    """Six random digits, from the operating system's source."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def check_digit(digits: str) -> str:
    """Luhn's digit for a string of digits."""
    total = 0
    for place, letter in enumerate(reversed(digits)):
        value = int(letter) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)
