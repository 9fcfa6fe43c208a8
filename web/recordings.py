"""The folder of calls' recordings as the settings name it, sealed where a key is set. Used by the gateway, views and jobs."""

from asr.recordings import Recordings
from hotline.kernel.settings import Settings
from hotline.kernel.vault import Vault

FOLDER = "recordings"


def recordings_of(configured: Settings) -> Recordings:
    """All recordings of this installation."""
    given = configured.recordings_key.get_secret_value().split(",")
    keys = [key.strip() for key in given if key.strip()]
    return Recordings(configured.data_dir / FOLDER, Vault(keys) if keys else None)
