"""Passwords: how long they are, how they are kept, how first ones are made. Who may sign in with one is in `sessions`."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hotline.kernel.errors import Invalid

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 256
"""Longer ones are refused before hashing, which would take long for megabytes."""
FIRST_PASSWORD_LENGTH = 12
EASY_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that nobody mistakes for one another when they are read out."""

_hasher = PasswordHasher()
# A made password has 59 bits of chance, which no guessing reaches: it needs no slow hash, and a thousand are made at once.
_quick_hasher = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)


def hash_password(password: str) -> str:
    """The argon2id hash to keep (a tenth of a second of work, on purpose). Raises Invalid when it is too short or long."""
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid("password", "too-short", minimum=SHORTEST_PASSWORD, given=len(password))
    if len(password) > LONGEST_PASSWORD:
        raise Invalid("password", "too-long", maximum=LONGEST_PASSWORD, given=len(password))
    return _hasher.hash(password)


def first_password() -> tuple[str, str]:
    """A made password to be handed over once, and the hash to keep."""
    made = "".join(secrets.choice(EASY_LETTERS) for _ in range(FIRST_PASSWORD_LENGTH))
    return made, _quick_hasher.hash(made)


def matches(kept: str | None, password: str) -> bool:
    """Whether the password is the kept one; for None the same work is done for nothing, so that time tells nothing."""
    if len(password) > LONGEST_PASSWORD:
        return False
    try:
        return _hasher.verify(kept or _hash_of_nobody(), password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash("no officer has this password")
