"""What engine URLs have in common: a folder or file as path, numbers as query (`whisper:///models/base?beam=5`)."""

from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote

from hotline.kernel.errors import Invalid


def path(url: SplitResult) -> Path:
    """The file or folder the URL names. Raises Invalid when it names none or one that is not there."""
    if not url.path:
        raise Invalid("asr_url", "path-missing", scheme=url.scheme)
    found = Path(unquote(url.path))
    if not found.exists():
        raise Invalid("asr_url", "path-not-found", path=str(found))
    return found


def number(url: SplitResult, name: str, default: float) -> float:
    """A number from the query. Raises Invalid when it is none, or not above zero."""
    given = parse_qs(url.query).get(name)
    if not given:
        return default
    try:
        value = float(given[-1])
    except ValueError as error:
        raise Invalid("asr_url", "not-a-number", option=name) from error
    if value <= 0:
        raise Invalid("asr_url", "not-above-zero", option=name)
    return value
