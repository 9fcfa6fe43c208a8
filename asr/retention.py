"""How long recordings are kept, read from the city's rules (`speech.recordings`). Pure; carried out by `asr.recording_rows`."""

from collections.abc import Mapping
from typing import Any

from hotline.kernel.errors import Invalid

KEY = "speech.recordings"
LEAST_DAYS, MOST_DAYS = 1, 36_500


def read(values: Mapping[str, Any]) -> int:  # values as the table of rules keeps them
    """Days after which the audio of a call is deleted. Raises Invalid for a rule that is missing or out of bounds."""
    given = values.get(KEY)
    if not isinstance(given, Mapping) or "keep_days" not in given:
        raise Invalid("rules", "missing-rule", entry=KEY)
    days = given["keep_days"]
    if isinstance(days, bool) or not isinstance(days, int) or not LEAST_DAYS <= days <= MOST_DAYS:
        raise Invalid("rules", "out-of-range", given=str(days), least=LEAST_DAYS, most=MOST_DAYS)
    return days
