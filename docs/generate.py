"""Writes the reference pages from the code's own tables: `make docs`. A test fails when a page differs from its code."""

import importlib
import json
import pkgutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import click
from apiflask import APIFlask
from babel.messages.pofile import read_po
from pydantic import SecretStr

import asr
import dispatch
import hotline
import knowledge_base
import sla
import web
from dispatch.linkage.transfers import TRANSFERS, VOICE
from hotline.insight.incident_life import INCIDENT
from hotline.intake import calls, drafts
from hotline.kernel.errors import HotlineError
from hotline.kernel.events import Event
from hotline.kernel.settings import PREFIX, Settings
from hotline.kernel.transitions import LifeCycle
from hotline.tickets.workflow import ORDER, STANDARD
from knowledge_base.lifecycle import LIFE_CYCLES as OF_KNOWLEDGE
from sla.lifecycles import APPEAL, CALLBACK, CLOCK
from web import auth, errors, texts
from web.app import create_app
from web.bootstrap import Container, build
from web.cli import hotline as command_line
from web.schedule import SCHEDULE

REFERENCE = Path(__file__).parent / "reference"
LOCALES = Path(web.__file__).parent / "frontend" / "src" / "locales"
PACKAGES = (hotline, asr, knowledge_base, dispatch, sla, web)
NOT_IMPORTED = ("asr.engines", "web.migrations", "web.frontend")
"""Heavy libraries and Alembic's own entry: none of them defines an error or an event."""
LIFE_CYCLES: tuple[LifeCycle[Any], ...] = (  # each has its own states
    *(STANDARD.ticket, STANDARD.assignment, ORDER, CALLBACK, CLOCK, APPEAL),
    *(calls.LIFE, drafts.LIFE, TRANSFERS, VOICE),
    *OF_KNOWLEDGE,
    INCIDENT,
)
WORDS = {
    "ticket": ("state", "desks.action"),
    "assignment": ("assignment_state", "desks.action"),
    "order": ("order_state", "desks.action"),
    "call": ("call_state", ""),
    "callback": ("desks.callback_state", ""),
    "transfer": ("transfer_state", "desks.action.transfer_"),
    "voice": ("voice_state", "desks.action.transfer_voice_"),
    "article": ("knowledge.state", "knowledge.action"),
    "knowledge_task": ("tasks.state", "board.act"),
    "announcement": ("announcement_state", "board.act"),
    "wording": ("announcement_state", "board.act"),
    "phone_entry": ("phone_entry_state", "board.act"),
    "incident": ("incident_state", "incident.act"),
}
"""Where the pages word the states and the actions of a life cycle; what is missing here is never shown as such."""
MADE = "<!-- Made by docs/generate.py (`make docs`); edit the code, not this page. -->"


def main() -> None:
    """Write every page."""
    REFERENCE.mkdir(exist_ok=True)
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")


def pages() -> dict[str, str]:
    """Every reference page by its file name."""
    container = built()
    return {
        "commands.md": _page(
            "Commands", "Every command of `hotline`, as `--help` prints it.", _commands(command_line, "hotline")
        ),
        "errors.md": _page("Errors", ERRORS, _errors()),
        "events.md": _page("Events", EVENTS, _events(container)),
        "routes.md": _page("Routes", ROUTES, _routes(create_app(container))),
        "settings.md": _page("Settings", SETTINGS, _settings()),
        "workflow.md": _page("Life cycles", WORKFLOW, _workflow()),
    }


SETTINGS = "Read from the environment when a process starts. `hotline settings` prints the values in force."
ERRORS = (
    "Codes are public and never renamed. Every JSON error is "
    '`{"error": {"code", "message", "details", "request_id"}}`; `message` is in the reader\'s language.'
)
EVENTS = "What is stored when something happened, and who reacts: *within* the same transaction, or *after* it at least once."
ROUTES = (
    "Who may call what: `public` anybody, `machine` a program with the integrator's token, and the officers with these roles. "
    "What an officer then sees is narrowed by their scope. Bodies and answers: `/api/v1/docs`."
)
WORKFLOW = "Rows of the code, with the words of the pages. An action without a role is done by the system alone."


def built() -> Container:
    """A container that opens nothing: enough to look at its tables."""
    with tempfile.TemporaryDirectory() as folder:
        return build(
            Settings(
                data_dir=Path(folder),
                database_url="postgresql+psycopg://nobody@127.0.0.1:1/none",
                redis_url="redis://127.0.0.1:1/0",
                search_url="null:",
                notify_url="null:",
            )
        )


def modules() -> Iterator[ModuleType]:
    """Every module of the packages that may define an error or an event."""
    for package in PACKAGES:
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.startswith(NOT_IMPORTED) and not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


@lru_cache
def subclasses(kind: type[Any]) -> list[type[Any]]:  # errors or events
    """All classes below `kind` in our packages, by module and name."""
    names = tuple(package.__name__ for package in PACKAGES)
    return sorted(
        {
            entry
            for module in modules()
            for entry in vars(module).values()
            if isinstance(entry, type) and issubclass(entry, kind) and entry is not kind and entry.__module__.startswith(names)
        },
        key=lambda entry: (entry.__module__, entry.__name__),
    )


def commands(group: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, with the words that call it."""
    if not isinstance(group, click.Group):
        yield path, group
        return
    context = click.Context(group)
    for name in sorted(group.list_commands(context)):
        if found := group.get_command(context, name):
            yield from commands(found, f"{path} {name}")


def words(locale: str) -> dict[str, str]:
    """Every text of the pages in one language, by its dotted id."""
    found: dict[str, str] = {}
    for path in sorted((LOCALES / locale).glob("*.json")):
        found |= dict(_flat(json.loads(path.read_text(encoding="utf-8"))))
    return found


def message_ids(locale: str) -> list[str]:
    """The message ids of one of Python's catalogues, sorted."""
    path = texts.FOLDER / texts.LOCALES[locale] / "LC_MESSAGES" / "messages.po"
    with path.open(encoding="utf-8") as source:
        return sorted(str(message.id) for message in read_po(source) if message.id)


def state_word(cycle: str, state: str) -> str:
    """The text id that words a state; empty for a life cycle that is never shown."""
    return f"{WORDS[cycle][0]}.{state}" if cycle in WORDS else ""


def action_word(cycle: str, action: str) -> str:
    """The text id that words an action; empty for a life cycle that is never shown."""
    prefix = WORDS[cycle][1] if cycle in WORDS else ""
    return prefix and (f"{prefix}{action}" if prefix.endswith("_") else f"{prefix}.{action}")


def _flat(tree: Any, prefix: str = "") -> Iterator[tuple[str, str]]:  # JSON
    if isinstance(tree, str):
        yield prefix, tree
        return
    for key, inner in tree.items():
        yield from _flat(inner, f"{prefix}.{key}" if prefix else key)


def _page(title: str, introduction: str, body: Iterable[str]) -> str:
    return "\n".join([f"# {title}", "", MADE, "", introduction, "", *body]).rstrip() + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|').replace(chr(10), ' ') for cell in row)} |"
    yield ""


def _settings() -> Iterator[str]:
    rows = []
    for name, field in Settings.model_fields.items():
        value = field.get_default(call_default_factory=True)
        shown = "" if isinstance(value, SecretStr) else json.dumps(value) if isinstance(value, bool | dict) else str(value)
        rows.append((f"`{PREFIX}{name.upper()}`", f"`{shown}`" if shown else "", field.description or ""))
    yield from _table(("Variable", "Default", "Meaning"), rows)
    yield from ("## What runs by the clock", "")
    yield from _table(("Job", "Every"), ((f"`{job.name}`", f"{job.every_seconds:g} s") for job in SCHEDULE))


def _commands(group: click.Group, path: str) -> Iterator[str]:
    for name, command in commands(group, path):
        context = click.Context(command, info_name=name, terminal_width=100, max_content_width=100)
        yield from (f"## {name}", "", "```", command.get_help(context), "```", "")


def _workflow() -> Iterator[str]:
    chinese, english = words("zh-CN"), words("en")
    for cycle in LIFE_CYCLES:
        yield from (f"## {cycle.name.capitalize()}", "", f"States are assigned in `{cycle.owner}` alone.", "")
        states = type(next(iter(cycle.initial)))
        if cycle.name in WORDS:
            ids = ((f"`{state.value}`", state_word(cycle.name, state.value)) for state in states)
            yield from _table(("State", "中文", "English"), ((state, chinese[key], english[key]) for state, key in ids))
        head = ("Action", "中文", "From", "To", "Who", "Needs")
        yield from _table(head, (_row(cycle.name, row, chinese) for row in cycle.rows))
        yield from ("```mermaid", cycle.mermaid(), "```", "")


def _row(cycle: str, row: Any, chinese: dict[str, str]) -> tuple[str, ...]:  # a Transition of any life cycle
    who, needs = ", ".join(sorted(row.roles)), ", ".join(f"`{name}`" for name in row.needs)
    label = chinese.get(action_word(cycle, row.action), "")
    return f"`{row.action}`", label, row.source.value, row.target.value, who, needs


def _errors() -> Iterator[str]:
    kinds = {kind.code: (kind, status) for kind, status in errors.STATUS.items()}
    found = {kind.code: kind for kind in subclasses(HotlineError)}
    rows = []
    for code in sorted(found):
        status = next((str(number) for kind, number in errors.STATUS.items() if issubclass(found[code], kind)), "500")
        origin = "" if code in kinds else found[code].__module__
        rows.append((f"`{code}`", status, *_both(f"error.{code}"), f"`{origin}`" if origin else ""))
    yield from _table(("Code", "Status", "中文", "English", "Defined in"), rows)
    yield from ("## Rules and reasons", "", "`details.rule` of an invalid field, `details.reason` of the other errors.", "")
    narrow = [key for key in message_ids("en") if key.startswith("error.") and key.count(".") == 2]
    yield from _table(("Text", "中文", "English"), ((f"`{key.removeprefix('error.')}`", *_both(key)) for key in narrow))


def _both(key: str) -> tuple[str, str]:
    return texts.text(key, "zh-CN"), texts.text(key, "en")


def _events(container: Container) -> Iterator[str]:
    table = container.subscribers
    rows = []
    for kind in subclasses(Event):
        shape = ", ".join(f"`{entry.name}`" for entry in fields(kind))
        within = ", ".join(f"`{reaction.__module__}.{reaction.__name__}`" for reaction in table.within.get(kind, ()))
        after = ", ".join(f"`{key}`" for key in table.after.get(kind, {}))
        rows.append((f"`{kind.name}`", f"`{kind.__module__}`", shape, within, after))
    yield from _table(("Event", "Defined in", "Fields", "Within", "After"), rows)


def _routes(app: APIFlask) -> Iterator[str]:
    rows = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda entry: (entry.rule, sorted(entry.methods or ()))):
        if rule.endpoint == "static":
            continue
        kind, roles = auth.rule_of(app.view_functions[rule.endpoint])
        methods = " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        rows.append((methods, f"`{rule.rule}`", _who(kind, roles), f"`{rule.endpoint}`"))
    yield from _table(("Method", "Path", "Who", "View"), rows)


def _who(kind: str, roles: frozenset[str]) -> str:
    named = "every officer" if roles == frozenset(auth.EVERYONE) else ", ".join(sorted(str(role) for role in roles))
    return ", ".join(part for part in ("" if kind == "roles" else kind, named) if part)


if __name__ == "__main__":
    main()
