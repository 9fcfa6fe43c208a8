"""Packaging hook: a wheel or sdist made from a bare checkout gets its built pages first."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FRONTEND = Path(__file__).resolve().parent


class PagesBuildHook(BuildHookInterface):
    """Builds the pages when the manifest is missing; an editable install leaves that to `make`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # build_data is hatchling's own open dictionary
        if version == "editable" or (FRONTEND.parent / "static" / "dist" / ".vite" / "manifest.json").exists():
            return
        sys.path.insert(0, str(FRONTEND))
        __import__("build").build()
