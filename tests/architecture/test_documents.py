"""Documents say what the code does: generated pages are fresh, every setting and command is explained."""

from pathlib import Path

import click
import pytest
from pydantic import SecretStr

from docs import generate
from hotline.kernel.settings import PREFIX, Settings
from tests.architecture.sources import ROOT
from web.cli import hotline

COMMANDS = dict(generate.commands(hotline, "hotline"))
MADE = generate.pages()
WRITTEN = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "GLOSSARY.md", "CHANGELOG.md", "LICENSE")
SECRET_WORDS = ("key", "token", "password", "secret")


@pytest.mark.parametrize("name", sorted(MADE))
def test_generated_page_is_fresh(name: str) -> None:
    written = generate.REFERENCE / name

    assert written.read_text(encoding="utf-8") == MADE[name], "run `make docs`"


def test_no_other_page_pretends_to_be_generated() -> None:
    assert {path.name for path in generate.REFERENCE.glob("*.md")} == set(MADE)


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_setting_has_a_help_text_and_is_in_the_reference(name: str) -> None:
    field = Settings.model_fields[name]

    assert field.description
    assert f"{PREFIX}{name.upper()}" in MADE["settings.md"]


def test_every_setting_has_a_default_so_that_nothing_must_be_configured() -> None:
    assert [name for name, field in Settings.model_fields.items() if field.is_required()] == []


def test_secrets_are_kept_as_secrets() -> None:
    suspicious = [name for name in Settings.model_fields if name.endswith(SECRET_WORDS)]

    assert all(isinstance(Settings.model_fields[name].default, SecretStr) for name in suspicious)


@pytest.mark.parametrize("path", sorted(COMMANDS))
def test_command_explains_itself_with_an_example(path: str) -> None:
    told = COMMANDS[path].help or ""

    assert path in told.split("\n", 1)[-1]


@pytest.mark.parametrize("path", sorted(COMMANDS))
def test_every_option_of_a_command_has_a_help_text(path: str) -> None:
    options = [entry for entry in COMMANDS[path].params if isinstance(entry, click.Option)]

    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize("name", WRITTEN)
def test_document_is_there(name: str) -> None:
    assert (ROOT / name).stat().st_size > 500


@pytest.mark.parametrize(
    "path", [ROOT / "README.md", *sorted((ROOT / "docs" / "guide").glob("*.md"))], ids=lambda path: path.name
)
def test_links_to_files_lead_somewhere(path: Path) -> None:
    parts = path.read_text(encoding="utf-8").split("](")[1:]
    targets = [part.split(")", 1)[0].split("#", 1)[0] for part in parts]
    local = [target for target in targets if target and "://" not in target and not target.endswith(".png")]

    assert [target for target in local if not (path.parent / target).exists()] == []


def test_settings_named_in_documents_exist() -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*")]
    named = {word for path in pages if path.is_file() for word in _settings_in(path.read_text(encoding="utf-8"))}

    assert named - known == set()


def _settings_in(text: str) -> set[str]:
    words = "".join(letter if letter.isalnum() or letter == "_" else " " for letter in text).split()
    return {word for word in words if word.startswith(PREFIX) and word != PREFIX and "_TEST_" not in word}
