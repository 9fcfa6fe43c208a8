"""What engine URLs have in common: a folder or file as path, numbers as query (`whisper:///models/base?beam=5`)."""

from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote

from hotline.kernel.errors import Invalid


def path(url: SplitResult) -> Path:
    """The file or folder the URL names. Raises Invalid when it names none or one that is not there."""
    if not url.path:
        raise Invalid("asr_url", "path-missing", scheme=url.scheme)
    return _existing(unquote(url.path))


def file(url: SplitResult, name: str) -> Path | None:
    """A file that the query names. Raises Invalid when it is not there."""
    given = text(url, name)
    return _existing(given) if given else None


def text(url: SplitResult, name: str) -> str:
    """The query's value of that name, decoded; empty when it has none. The last one given holds."""
    return parse_qs(url.query).get(name, [""])[-1]


def number(url: SplitResult, name: str, default: float) -> float:
    """A number from the query. Raises Invalid when it is none, or not above zero."""
    value = amount(url, name, default)
    if value <= 0:
        raise Invalid("asr_url", "not-above-zero", option=name)
    return value


def amount(url: SplitResult, name: str, default: float) -> float:
    """As `number`, but zero is allowed."""
    given = text(url, name)
    if not given:
        return default
    try:
        value = float(given)
    except ValueError as error:
        raise Invalid("asr_url", "not-a-number", option=name) from error
    if not 0 <= value < float("inf"):
        raise Invalid("asr_url", "below-zero", option=name)
    return value


def _existing(name: str) -> Path:
    found = Path(name)
    if not found.exists():
        raise Invalid("asr_url", "path-not-found", path=name)
    return found
