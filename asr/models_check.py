"""Which speech models this machine uses, and whether their files are whole. Fetching one is `asr.model_fetch`'s.

Callers: the engines on loading, the speech gateway on starting, `hotline asr models`.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from hotline.kernel.errors import Unavailable

SMALL_CHINESE = "vosk-model-small-cn-0.22"
CHINESE_PREFIXES = ("vosk-model-cn", "vosk-model-small-cn")
NO_ENGINE = "null:"
NEEDED = ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf")
STAGES = ("live", "final")
"""The engines that a two-stage one names in its URL."""
PARTS = {
    "vosk": tuple((name,) for name in NEEDED),
    "whisper": (("model.bin",), ("config.json",), ("tokenizer.json",), ("vocabulary.*",)),
    "sphinx": (("*/mdef",), ("*.dic",), ("*.arpa", "*.lm", "*.lm.bin")),
}
"""What the folder of an engine's model holds; each part under one of these names."""

# Bytes and sums of the publisher's vosk-model-small-cn-0.22 (Apache-2.0); two projects that keep the model give the same.
KNOWN = {
    SMALL_CHINESE: {
        "am/final.mdl": (15_901_896, "91eda2c04c4f599361cb92b0e5298ccdf6b3c7a1fa52bfcefcd2c4e07aa1c131"),
        "graph/Gr.fst": (26_082_259, "46d41a9b1723abccdcb354d731a5b58d87c060100d88ada1a3e31220f52b0434"),
        "graph/HCLr.fst": (16_158_762, "798af0d9ba6f2d727747f58e1e7b2305f8618bc8ea7f6c51beecd8a2c965b965"),
        "ivector/final.dubm": (168_048, "e33276cbd548c0a03ae5812c98115940614997dff23a6d59968af6eaf7630ff8"),
        "ivector/final.ie": (9_927_287, "c39d46fbff04efb7baa9660ae7a728b0e2f35a4a1250b56ed3a599e26956df86"),
        "ivector/final.mat": (44_975, "42706d88818070ea0d0182b4d11367ba52a13b9a2be45630f60858a422109ada"),
    }
}


class ModelUnusable(Unavailable):
    """A speech model that is missing files or damaged; `details` has `folder`, `reason` and the `file`."""

    code = "speech-model-unusable"

    def __init__(self, folder: Path, reason: str, file: str = "") -> None:
        super().__init__(f"{folder}: {reason} {file}".rstrip(), folder=str(folder), reason=reason, file=file)


@dataclass(frozen=True)
class NamedModel:
    """A model's folder, and the engine that reads it."""

    engine: str
    folder: Path


def named_models(asr_url: str) -> list[NamedModel]:
    """The models that an engine's URL names: one, those of both stages, or none that we could look into."""
    parts = urlsplit(asr_url)
    query = parse_qs(parts.query)
    staged = [query[stage][-1] for stage in STAGES if stage in query]
    if staged:
        return [model for url in staged for model in named_models(url)]
    return [NamedModel(parts.scheme, Path(unquote(parts.path)))] if parts.scheme in PARTS and parts.path else []


def find_part(folder: Path, *patterns: str) -> Path:
    """The first file of the model under one of these names. Raises ModelUnusable."""
    found = next((file for pattern in patterns for file in sorted(folder.glob(pattern)) if file.is_file()), None)
    if found is None:
        raise ModelUnusable(folder, "file-missing", patterns[0])
    return found


def check_model(folder: Path, engine: str = "vosk") -> None:
    """Raises ModelUnusable when a needed file is missing or, for a model we know, differs from the publisher's."""
    known = KNOWN.get(folder.name, {})
    for patterns in (*PARTS[engine], *((name,) for name in known)):
        find_part(folder, *patterns)
    for name, (size, expected) in known.items():
        # A copy that was cut off is found without reading it.
        if (folder / name).stat().st_size != size or sha256_of(folder / name) != expected:
            raise ModelUnusable(folder, "file-damaged", name)


def find_models(places: list[Path]) -> list[Path]:
    """All Chinese Vosk models in these folders, by name, in the order of choice; what they contain is not looked at."""
    entries = [entry for place in places if place.is_dir() for entry in sorted(place.iterdir())]
    return [entry for entry in entries if entry.is_dir() and entry.name.startswith(CHINESE_PREFIXES)]


def find_model(places: list[Path]) -> Path | None:
    """The model that is used where none is configured; what it contains is checked on loading."""
    return next(iter(find_models(places)), None)


def model_bytes(folder: Path) -> int:
    """How much room the model takes."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def model_places() -> list[Path]:
    """Where models are looked for when `asr_url` is empty: ./models, then the user's cache that Vosk itself uses."""
    return [Path("models").resolve(), Path.home() / ".cache" / "vosk"]


def choose_url(asr_url: str, places: list[Path]) -> str:
    """The engine to open: the configured one, else the first Chinese model found, else the one that hears nothing."""
    found = None if asr_url else find_model(places)
    return asr_url or (model_url(found) if found else NO_ENGINE)


def model_url(folder: Path) -> str:
    """The engine URL of a Vosk model."""
    return folder.resolve().as_uri().replace("file:", "vosk:", 1)


def sha256_of(file: Path) -> str:
    """The file's SHA-256 in hexadecimal."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
