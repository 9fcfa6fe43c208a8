"""`hotline insight`: what many requests say together, from files alone; the city's database and index stay untouched."""

import csv
import io
import json
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from hotline.insight import hot_topic_rules, hotspots, message_rows
from hotline.insight.hotspots import Topic
from hotline.insight.message_rows import Refused
from hotline.kernel import settings
from hotline.kernel.errors import Invalid
from hotline.kernel.search.analysis import Analyzer, packaged_words
from sla import packaged
from web import texts
from web.cli.insight_replay import replay

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
ENCODINGS = ("utf-8-sig", "gb18030")
"""How lists come: UTF-8 with or without its mark, else as Chinese Excel writes them."""
LONGEST_CELL = 10_000_000
"""Characters."""
SHOWN_REFUSALS = 20


@click.group("insight")
def insight() -> None:
    """What many requests say together."""


@insight.command("hot-topics")
@click.argument("file", type=FILE)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the JSON there, the table to stdout.")
@click.option("--json", "form", flag_value="json", default="both", help="JSON alone, no table.")
@click.option("--table", "form", flag_value="table", help="The table alone, no JSON.")
@click.option("--at-least", default=2, show_default=True, type=click.IntRange(2), help="Messages that make a topic.")
@click.option("--top", type=click.IntRange(1), help="So many of the hottest only.")
def hot_topics(file: Path, *, output: Path | None, form: str, at_least: int, top: int | None) -> None:
    """Find the hot topics of FILE, a CSV with the columns id,time,place,title,text (person, area if known), hottest first.

    JSON goes to stdout, the table to stderr: a person sees both, a program reads one. Rows that cannot be read are named.

    \b
    hotline insight hot-topics messages.csv
    hotline insight hot-topics messages.csv --output topics.json
    """
    zone = ZoneInfo(settings.load().timezone)
    messages, refused = message_rows.read(_rows(file), zone)
    for one in refused[:SHOWN_REFUSALS]:
        click.echo(_refusal(one), err=True)
    rules = hot_topic_rules.at_least(hot_topic_rules.read(packaged.rule_values()), at_least)
    found = hotspots.found(messages, rules, Analyzer(packaged_words()))[:top]
    click.echo(texts.text("insight.counted", messages=len(messages), refused=len(refused), topics=len(found)), err=True)
    if form != "json":
        click.echo("\n".join(table(found, zone)), err=form == "both" and output is None)
    if output is not None:
        output.write_text(as_json(found, zone) + "\n", encoding="utf-8")
    elif form != "table":
        click.echo(as_json(found, zone))


def as_json(topics: Sequence[Topic], zone: ZoneInfo) -> str:
    """The topics as one JSON object with a line for each; times are the city's."""
    lines = ",\n".join(json.dumps(_entry(one, zone), ensure_ascii=False) for one in topics)
    return f'{{"topics": [\n{lines}\n]}}'


def table(topics: Sequence[Topic], zone: ZoneInfo) -> Iterator[str]:
    """The topics as lines with a heading."""
    yield texts.text("insight.heading")
    for number, one in enumerate(topics, 1):
        days = f"{one.start.astimezone(zone):%Y-%m-%d} – {one.end.astimezone(zone):%Y-%m-%d}"
        parts = "  ".join(f"{share:.2f}" for share in (one.parts.many, one.parts.fast, one.parts.wide, one.parts.unhappy))
        name, place = _wide(one.name, 40), _wide(one.place, 20)
        yield f"{number:>4}  {one.heat:5.1f}  {parts}  {len(one.ids):>6}  {one.people:>6}  {days}  {name}  {place}".rstrip()


def _entry(one: Topic, zone: ZoneInfo) -> dict[str, object]:
    return {
        "name": one.name,
        "heat": one.heat,
        "from": _local(one.start, zone),
        "to": _local(one.end, zone),
        "place": one.place,
        "ids": list(one.ids),
        "people": one.people,
        "parts": {name: round(share, 4) for name, share in vars(one.parts).items()},
        "growth": one.growth,
        "words": list(one.words),
        "examples": list(one.examples),
        "weeks": list(one.weeks),
    }


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _rows(file: Path) -> Iterator[Mapping[str | None, object]]:
    """The rows of a CSV file. Raises Invalid if it is not text."""
    csv.field_size_limit(min(LONGEST_CELL, sys.maxsize))
    return csv.DictReader(io.StringIO(_text(file.read_bytes()), newline=""))


def _text(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding).replace("\0", "")
        except UnicodeDecodeError:
            continue
    raise Invalid("file", "not-text", encodings=", ".join(ENCODINGS))


def _refusal(one: Refused) -> str:
    rule = texts.text(f"insight.rule.{one.rule}")
    return texts.text("insight.refused", row=one.row, column=one.column, rule=rule, given=one.given)


def _wide(text: str, columns: int) -> str:
    """The text padded by blanks to so many columns of a terminal, in which a Chinese character takes two."""
    taken = sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
    return text + " " * max(columns - taken, 0)


insight.add_command(replay)
