"""A folder with Asterisk 22 and all its libraries, taken from Debian's packages and kept between runs outside the checkout.

Nothing is installed on the machine: packages are only unpacked, and Asterisk runs by its own loader (`asterisk.py`).
"""

import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

from filelock import FileLock

SETTING = "HOTLINE_TEST_ASTERISK"
"""Names the folder; unset, one below the temporary folder."""
SUITES = ("sid", "forky")
"""Debian's suites that carry Asterisk 22; both move, so either may be without it for a day."""
PATIENCE_S = 300
LIBRARIES = f"usr/lib/{platform.machine()}-linux-gnu"


class NoAsterisk(Exception):
    """It cannot be had here; says why in one line."""


def asterisk_root() -> Path:
    """The folder, made when it is not there yet. Raises NoAsterisk."""
    root = Path(os.environ.get(SETTING) or Path(tempfile.gettempdir()) / "hotline-asterisk-22")
    root.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{root}.lock"):
        if not is_whole(root):
            _make(root)
    said = subprocess.run([*program(root), "-V"], capture_output=True, text=True, timeout=20)  # noqa: S603
    if not said.stdout.startswith("Asterisk "):
        raise NoAsterisk(f"what lies in {root} does not run here")
    return root


def program(root: Path) -> list[str]:
    """How Asterisk is started from there: by the loader it came with, since the machine's libraries may be older."""
    libraries = root / LIBRARIES
    (loader,) = libraries.glob("ld-linux*.so.*")
    return [str(loader), "--library-path", str(libraries), str(root / "usr/sbin/asterisk")]


def is_whole(root: Path) -> bool:
    """Whether Asterisk was unpacked there to the end."""
    return (root / "usr/sbin/asterisk").exists() and any((root / LIBRARIES).glob("ld-linux*.so.*"))


def _make(root: Path) -> None:
    if shutil.which("mmdebstrap") is None:
        raise NoAsterisk("mmdebstrap is not installed")
    said = ""
    for suite in SUITES:
        making = root.with_name(f"{root.name}.making")
        shutil.rmtree(making, ignore_errors=True)
        said = _unpack(suite, making)
        if is_whole(making):
            shutil.rmtree(root, ignore_errors=True)
            making.rename(root)
            return
        shutil.rmtree(making, ignore_errors=True)
    raise NoAsterisk(f"mmdebstrap could not make it ({said})")


def _unpack(suite: str, folder: Path) -> str:
    # A mirror's list may be past its date (snapshots); signatures are checked all the same.
    options = ('APT::Install-Recommends "false"', 'Acquire::Check-Valid-Until "false"')
    aptopts = [f"--aptopt={option}" for option in options]
    wanted = "--include=asterisk,asterisk-modules"
    command = ["mmdebstrap", "--quiet", "--variant=extract", wanted, *aptopts, suite, str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)  # noqa: S603
    except subprocess.TimeoutExpired:
        return f"{suite}: not within {PATIENCE_S} s"
    lines = [line for line in done.stderr.splitlines() if line.startswith("E:")] or done.stderr.splitlines() or ["nothing said"]
    return f"{suite}: {lines[-1][:200]}"
