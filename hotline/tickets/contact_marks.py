"""Requesters in the search index: name, number and its last digits as keyed marks, which tell nobody who it is.

Written by `indexing`, asked for by `searching`. Without the installation's secret a mark can neither be read nor guessed.
"""

import unicodedata

from hotline.kernel.vault import Vault
from hotline.people.citizens import plain_number
from hotline.tickets.models import Ticket
from hotline.tickets.workflow import Secrecy

TAIL_DIGITS = 4
"""Digits that a caller is asked for and a clerk remembers."""
SHORTEST_NUMBER = 7


def of_ticket(vault: Vault, ticket: Ticket) -> list[str]:
    """The marks of whoever asked, under the newest secret; none where nobody may look the requester up (严格保密)."""
    if ticket.secrecy not in (Secrecy.NORMAL, Secrecy.CONFIDENTIAL):
        return []
    number = plain_number(ticket.contact_phone)
    tail = number[-TAIL_DIGITS:] if len(number) >= SHORTEST_NUMBER else ""
    said = (("name", _name(ticket.contact_name)), ("number", number), ("tail", tail))
    return [vault.marks(f"{kind} {word}")[0] for kind, word in said if word]


def of_words(vault: Vault, text: str) -> list[tuple[str, ...]]:
    """For each blank-separated word the marks it may stand for, under all secrets: as a number, a tail, else as a name."""
    return [vault.marks(f"{_kind(word)} {_plain(word)}") for word in text.split() if _plain(word)]


def _kind(word: str) -> str:
    if not _is_number(word):
        return "name"
    return "tail" if len(plain_number(word)) == TAIL_DIGITS else "number"


def _plain(word: str) -> str:
    return plain_number(word) if _is_number(word) else _name(word)


def _is_number(word: str) -> bool:
    return bool(plain_number(word)) and not any(character.isalpha() for character in word)


def _name(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).lower().split())
