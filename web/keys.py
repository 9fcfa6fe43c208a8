"""Secrets that an installation makes for itself once and keeps in its data folder, readable by its user only."""

import os
import secrets
from pathlib import Path

from pydantic import SecretStr

from hotline.kernel.settings import Settings


def secret_key(settings: Settings) -> str:
    """What signs sessions and seals timelines."""
    return kept_secret(settings.secret_key, settings.data_dir, "secret_key")


def kept_secret(configured: SecretStr, data_dir: Path, name: str) -> str:
    """The configured value, else the one kept in `<data_dir>/keys/<name>`, made now if need be."""
    if configured.get_secret_value():
        return configured.get_secret_value()
    path = data_dir / "keys" / name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as target:
        made = secrets.token_urlsafe(32)
        target.write(made)
    return made
