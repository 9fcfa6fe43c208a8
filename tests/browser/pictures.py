"""Saves what a window shows into docs/screenshots; called by the tests that take the pictures anew."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page

from tests.browser.windows import DESK, PHONE

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
SIZES = pytest.mark.parametrize("size", [DESK, PHONE], ids=["1440", "390"])
BAR = 200
"""Pixels beside a part of a page."""
ONLY_WHEN_ASKED = pytest.mark.skipif(
    "HOTLINE_TEST_SCREENSHOTS" not in os.environ, reason="set HOTLINE_TEST_SCREENSHOTS to take the pictures anew"
)


def keep(page: Page, name: str) -> None:
    """Save what the window shows from the top of the page."""
    page.wait_for_load_state("networkidle")
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=_path(page, name), animations="disabled")


def keep_whole(page: Page, name: str) -> None:
    """Save the page from top to bottom."""
    page.wait_for_load_state("networkidle")
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=_path(page, name), full_page=True, animations="disabled")


def keep_part(part: Locator, name: str) -> None:
    """Save one part of a page that is too long to be read as one picture."""
    page, box = part.page, part.bounding_box()
    assert page.viewport_size
    assert box
    page.wait_for_load_state("networkidle")
    # The bar that stays on top of a window would lie across a part longer than it.
    page.set_viewport_size({"width": page.viewport_size["width"], "height": int(box["height"]) + BAR})
    part.screenshot(path=_path(page, name), animations="disabled")


def _path(page: Page, name: str) -> Path:
    assert page.viewport_size
    FOLDER.mkdir(parents=True, exist_ok=True)
    return FOLDER / f"{name}-{page.viewport_size['width']}.png"
