"""Names by their sound."""

from collections.abc import Iterable


class NameSounds:
    """Names by their sound."""

    def __init__(self, names: Iterable[str], only_hot: frozenset[str] = frozenset()) -> None:
        self._names, self._only_hot = tuple(names), only_hot
