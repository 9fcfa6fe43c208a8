"""Which tests share a stage, and so run in one process and in their order, however many processes there are."""

from pathlib import PurePath

import pytest
from xdist.remote import Producer  # type: ignore[import-untyped]  # xdist ships no types
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

GROUPS = {"test_golden_story.py": "golden", "test_pages.py": "pages", "test_hearing.py": "hearing"}
"""Modules with much to do have a stage of their own; the others of a folder share one."""


class ByStage(LoadScopeScheduling):  # type: ignore[misc]  # of no type
    """Hands out groups of tests, the biggest first."""

    def _split_scope(self, nodeid: str) -> str:
        path = PurePath(nodeid.partition("::")[0])
        return GROUPS.get(path.name, path.parts[1])


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByStage:
    """Asked by xdist where a folder's conftest has this name."""
    return ByStage(config, log)
