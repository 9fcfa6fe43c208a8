"""What an effect says of itself: the words and codes of the timeline line that its move writes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Remark:
    """Empty `text` leaves the words that were given; `data` holds codes and ids, never personal values."""

    text: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


PLAIN = Remark()
