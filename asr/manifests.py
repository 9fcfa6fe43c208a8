"""Lists of recordings with what is said in them: tab-separated, a header, columns file and transcript at least.

`source`, `rate` and `channels` are read where they are there. Paths are relative to the list. Called by `hotline asr evaluate`.
"""

import csv
from collections.abc import Mapping
from pathlib import Path

import soundfile

from asr.evaluation import Sample
from hotline.kernel.errors import Invalid

WANTED = ("file", "transcript")


def read(manifest: Path) -> list[Sample]:
    """The samples in the list's order. Raises Invalid naming the line for a missing column, file, or one that is no sound."""
    with manifest.open(encoding="utf-8-sig", newline="") as opened:
        rows = csv.DictReader(opened, delimiter="\t", quoting=csv.QUOTE_NONE)
        if missing := [name for name in WANTED if name not in (rows.fieldnames or ())]:
            raise Invalid("manifest", "missing-column", known=missing)
        samples = [_sample(manifest.parent, row, number) for number, row in enumerate(rows, 2)]
    if not samples:
        raise Invalid("manifest", "empty")
    return samples


def _sample(folder: Path, row: Mapping[str, str | None], line: int) -> Sample:
    file = folder / (row["file"] or "")
    try:
        told = soundfile.info(file)
    except (soundfile.LibsndfileError, OSError) as error:
        raise Invalid("file", "not-audio-in-line", path=row["file"] or "", line=line) from error
    return Sample(file, row["transcript"] or "", row.get("source") or "", told.samplerate, told.channels)
