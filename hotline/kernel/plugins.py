"""Plug-ins by entry point: the scheme of a URL, or a name, picks the implementation. The only branch between backends."""

from importlib.metadata import EntryPoint, entry_points
from typing import Any
from urllib.parse import SplitResult, urlsplit

from hotline.kernel.errors import Invalid


def names(group: str) -> list[str]:
    """All registered names of a group, sorted."""
    return sorted(found.name for found in entry_points(group=group))


def load(group: str, name: str) -> Any:  # the group says what type comes back
    """The object registered under `name`. Raises Invalid when there is none."""
    found: EntryPoint | None = next(iter(entry_points(group=group, name=name)), None)
    if found is None:
        raise Invalid(group, "unknown-plugin", given=name, known=names(group))
    return found.load()


def open_url(group: str, url: str, **context: Any) -> Any:  # context is what this group's factories take
    """Call the factory that the URL's scheme names with the split URL and the context."""
    parts: SplitResult = urlsplit(url)
    return load(group, parts.scheme)(parts, **context)
