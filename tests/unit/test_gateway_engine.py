"""With what the gateway hears: nothing found is not the same as nothing wanted."""

from pathlib import Path

from asr.models_check import choose_url
from hotline.kernel.settings import Settings
from web.gateway import open_engine_of


def opened(asr_url: str, places: list[Path]) -> str:
    engine = open_engine_of(choose_url(asr_url, places), Settings(asr_url=asr_url, asr_workers=0))
    return engine.name if engine else ""


def test_without_a_model_there_is_no_engine_and_calls_wait(tmp_path: Path) -> None:
    assert opened("", [tmp_path]) == ""


def test_a_model_that_is_missing_or_damaged_is_no_engine(tmp_path: Path) -> None:
    (tmp_path / "vosk-model-small-cn-0.22").mkdir()

    assert opened(f"vosk://{tmp_path}/nowhere", []) == ""
    assert opened("", [tmp_path]) == ""


def test_who_wants_no_words_gets_the_engine_that_hears_nothing() -> None:
    assert opened("null:", []) == "null"
