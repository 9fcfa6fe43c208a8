"""The gettext catalogues of everything Python says to people: pages, errors, messages, command line. Chinese by default.

Message ids are dotted names ("error.conflict.stale"); `web/translations/<locale>/LC_MESSAGES/messages.po` words them.
"""

import gettext
import io
from functools import lru_cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent / "translations"
LOCALES = {"zh-CN": "zh_CN", "en": "en"}
DEFAULT = "zh-CN"


@lru_cache
def catalogue(locale: str) -> gettext.GNUTranslations:
    """The catalogue of a locale, read once from its .po file."""
    path = FOLDER / LOCALES.get(locale, LOCALES[DEFAULT]) / "LC_MESSAGES" / "messages.po"
    with path.open(encoding="utf-8") as source:
        messages = read_po(source)
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def text(key: str, locale: str = DEFAULT, /, **values: object) -> str:
    """The words for a message id with its values filled in; the id itself when there are none."""
    words = catalogue(locale).gettext(key)
    try:
        return words.format(**values)
    except (KeyError, IndexError):
        return words


def knows(key: str, locale: str = DEFAULT) -> bool:
    """Whether the catalogue words this id."""
    return catalogue(locale).gettext(key) != key


def first(keys: list[str], locale: str = DEFAULT, /, **values: object) -> str:
    """The words of the first id that the catalogue knows, most particular first."""
    return text(next((key for key in keys if knows(key, locale)), keys[-1]), locale, **values)
