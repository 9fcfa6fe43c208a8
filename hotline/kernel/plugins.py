"""Plug-ins by entry point: the scheme of a URL, or a name, picks the implementation. The only branch between backends."""

import sys
from functools import lru_cache
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from typing import Any
from urllib.parse import SplitResult, urlsplit

from hotline.kernel.errors import Invalid


def names(group: str) -> list[str]:
    """All registered names of a group, sorted."""
    return sorted(found.name for found in _installed(group, tuple(sys.path)))


def load(group: str, name: str) -> Any:  # the group says what type comes back
    """The object registered under `name`. Raises Invalid when there is none."""
    found: EntryPoint | None = next(iter(_installed(group, tuple(sys.path)).select(name=name)), None)
    if found is None:
        raise Invalid(group, "unknown-plugin", given=name, known=names(group))
    return found.load()


def open_url(group: str, url: str, **context: Any) -> Any:  # context is what this group's factories take
    """Call the factory that the URL's scheme names with the split URL and the context."""
    parts: SplitResult = urlsplit(url)
    return load(group, parts.scheme)(parts, **context)


@lru_cache(32)
def _installed(group: str, path: tuple[str, ...]) -> EntryPoints:
    """What the packages on this path register. Read once: to look through all of them takes longer than to open a backend."""
    return entry_points(group=group)
