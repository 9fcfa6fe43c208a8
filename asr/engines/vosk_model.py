"""The run-time copy of a Vosk model: links to its files, a configuration of its own. Called by `asr.engines.vosk`.

Vosk 0.3.45 has no calls for end points or dither; both stand in files of the model, which stays untouched.
"""

import shutil
from pathlib import Path

NO_DITHER = "--dither=0"
"""With dither the same audio gave different words from run to run."""
SILENCE_RULE = "--endpoint.rule2.min-trailing-silence"
"""Kaldi's rule for silence after what is likely the end of a sentence."""
LATER_RULES = ("--endpoint.rule3.min-trailing-silence", "--endpoint.rule4.min-trailing-silence")
"""Silence after what is less likely an end: they never wait shorter than the rule before them."""
LOOKAHEAD = ("graph/HCLr.fst", "graph/Gr.fst")


def link_model(folder: Path, copy: Path, *, silence_s: float | None = None) -> None:
    """Make `copy` the model with dither off; `silence_s` replaces the silence that ends a sentence."""
    for entry in folder.iterdir():
        if entry.name != "conf":
            (copy / entry.name).symlink_to(entry.resolve())
    shutil.copytree(folder / "conf", copy / "conf")
    _put(copy / "conf" / "mfcc.conf", NO_DITHER)
    if silence_s is not None:
        for place, rule in enumerate((SILENCE_RULE, *LATER_RULES)):
            _put(copy / "conf" / "model.conf", f"{rule}={silence_s * 2**place:g}")


def takes_phrases(folder: Path) -> bool:
    """Whether the model's graph is made while hearing: only such a one can be narrowed to a list of phrases."""
    return all((folder / name).is_file() for name in LOOKAHEAD)


def _put(file: Path, option: str) -> None:
    name = option.split("=")[0]
    kept = [line for line in file.read_text(encoding="utf-8").splitlines() if line.split("=")[0].strip() != name]
    file.write_text("\n".join([*kept, option, ""]), encoding="utf-8")
