"""`hotline settings` and `hotline check`: what is configured, and what of it works."""

import re
import sys

import click
from pydantic import SecretStr

from hotline.kernel import clock
from hotline.kernel import settings as kernel_settings
from hotline.kernel.settings import PREFIX, Settings
from web import health, texts
from web.bootstrap import build

HIDDEN = "********"
PASSWORD = re.compile(r"(?<=://)([^:/@\s'\"]*:)[^@/\s'\"]+(?=@)")
"""The password of an address, also of one inside a table of addresses."""


@click.command("settings")
def settings() -> None:
    """Show every setting with its value and help; secrets and passwords in addresses are hidden.

    \b
    hotline settings
    """
    configured = kernel_settings.load()
    for name, field in Settings.model_fields.items():
        click.echo(f"{PREFIX}{name.upper()}={_shown(getattr(configured, name))}")
        click.echo(f"    {field.description}")


@click.command("check")
def check() -> None:
    """Open each part and say in one line what works; exit status 1 when something does not.

    \b
    hotline check
    """
    container = build(kernel_settings.load())
    found = [*health.parts(container), *health.data(container, clock.now().astimezone(container.database.zone).date())]
    container.close()
    for part in found:
        word = texts.text("check.wanted" if part.attention else "check.works" if part.up else "check.broken")
        click.echo(f"{word}  {texts.text(f'part.{part.name}'):<10} {part.detail}")
    if all(part.up for part in found):
        return
    click.echo(texts.text("check.hint"), err=True)
    sys.exit(1)


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return HIDDEN if value.get_secret_value() else ""
    return PASSWORD.sub(rf"\1{HIDDEN}", str(value))
