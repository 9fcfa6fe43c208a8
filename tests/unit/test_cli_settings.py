"""`hotline settings` shows what is configured and nobody's secret."""

import pytest
from click.testing import CliRunner

from web.cli import hotline


@pytest.mark.parametrize(
    ("name", "given", "shown"),
    [
        ("ROBOT_URL", "https://:hush@robot.internal?timeout_s=3", "https://:********@robot.internal?timeout_s=3"),
        ("DATABASE_URL", "postgresql+psycopg://hotline:hush@db/hotline", "postgresql+psycopg://hotline:********@db/hotline"),
        ("LINKAGE_URLS", '{"110": "https://a:hush@x.internal"}', "{'110': 'https://a:********@x.internal'}"),
        ("INTEGRATOR_TOKEN", "hush", "********"),
        ("PUBLIC_URL", "https://12345.example", "https://12345.example"),
    ],
)
def test_settings_shows_addresses_without_their_passwords(
    name: str, given: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"HOTLINE_{name}", given)

    said = CliRunner().invoke(hotline, ["settings"]).output

    assert f"HOTLINE_{name}={shown}\n" in said
    assert "hush" not in said
