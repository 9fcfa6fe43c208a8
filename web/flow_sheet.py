"""The flow sheet of a ticket (工单流转单) as PDF, of what one reader may see: made from the shape of the ticket page.

The font travels with the sheet, so that it looks and prints alike everywhere. Called by `web.api.flow_sheet`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import pylopdf_fonts_zh_cn
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, VAlign
from fpdf.fonts import FontFace, TTFFont

from web import line_breaks, texts
from web.api.schemas.base import Limit
from web.api.schemas.detail import Assignment, RequestRow, TicketDetail, TimelineLine

FONT = Path(pylopdf_fonts_zh_cn.__file__).parent / "NotoSansSC-Regular.otf"
FAMILY = "sheet"
MARGIN_MM, LINE_MM, FOOT_MM = 16, 5, 14
TITLE_PT, HEAD_PT, TEXT_PT, SMALL_PT = 18, 11.5, 9, 8
INK, QUIET, RULE, GROUND = (31, 35, 41), (100, 106, 115), (200, 203, 208), (243, 244, 246)
LABEL_MM, CELL_MM = 22, 1.5
ROW_LINES = 20
"""A row must fit on a page; longer words are cut into several."""
STEP_WIDTHS_MM = (9, 27, 25, 37, 80)
UNIT_WIDTHS_MM = (14, 44, 30, 30, 30, 30)
HEADING_ROOM_MM = 40
DIFFERING = {"type": "type", "urgency": "urgency", "secrecy": "secrecy", "category_code": "category", "area_code": "area"}
"""Codes whose change a line keeps as [old, new], with the group of their words."""


@dataclass(frozen=True)
class Printed:
    """Who prints, when, in which language and for which local time."""

    by: str
    at: datetime
    zone: ZoneInfo
    locale: str

    def say(self, key: str, **values: object) -> str:
        """The words for a message id."""
        return texts.text(key, self.locale, **values)

    def word(self, group: str, code: str | None) -> str:
        """The word for a code, itself when there is none."""
        return (
            texts.text(f"word.{group}.{code}", self.locale) if texts.knows(f"word.{group}.{code}", self.locale) else code or ""
        )

    def moment(self, at: datetime | None) -> str:
        """Local day and time to the minute; empty for None."""
        return at.astimezone(self.zone).strftime("%Y-%m-%d %H:%M") if at else ""


def render(ticket: TicketDetail, printed: Printed) -> bytes:
    """The sheet as the bytes of a PDF."""
    sheet = Sheet(printed.say("sheet.title"), ticket.number, printed)
    _head(sheet, ticket)
    _units(sheet, ticket.assignments)
    _steps(sheet, ticket.timeline)
    _requests(sheet, ticket.requests)
    _replies(sheet, ticket)
    _callbacks(sheet, ticket)
    made = bytes(sheet.output())
    sheet.face.ttfont.close()
    return made


def place_of(area: Sequence[str], address: str) -> str:
    """Area and address in one line; an address that begins with the area's own names does not say them twice."""
    rest = address
    for name in area:
        rest = rest.removeprefix(name).lstrip()
    return " ".join(part for part in (*area, rest) if part)


class Sheet(FPDF):
    """Pages with what it is and its number above, and the page number below."""

    def __init__(self, title: str, number: str, printed: Printed) -> None:
        super().__init__(format="A4")
        self.heading, self.number, self.printed = title, number, printed
        self.add_font(FAMILY, fname=FONT)
        self.face = cast(TTFFont, self.fonts[FAMILY])
        self.set_margin(MARGIN_MM)
        self.set_auto_page_break(True, FOOT_MM + 4)
        self.set_title(f"{title} {number}")
        self.set_creation_date(printed.at)
        self.set_draw_color(*RULE)
        self.add_page()

    def header(self) -> None:
        """From the second page on: what this is a page of."""
        if self.page_no() > 1:
            self.small(f"{self.heading}  {self.number}", align="L")
            self.ln(LINE_MM + 1)

    def footer(self) -> None:
        """Who printed it when, and the page number."""
        self.set_y(-FOOT_MM)
        self.small(self.printed.say("sheet.printed", by=self.printed.by, at=self.printed.moment(self.printed.at)), align="L")
        self.set_x(MARGIN_MM)
        self.small(self.printed.say("sheet.page", page=self.page_no(), pages="{nb}"), align="R")

    def title_line(self) -> None:
        """What it is, large and in the middle."""
        self.ink(TITLE_PT, INK)
        self.cell(0, 12, self.heading, align="C", new_x="LMARGIN", new_y="NEXT")

    def section(self, key: str) -> None:
        """The heading of a part, kept together with what follows."""
        if self.will_page_break(HEADING_ROOM_MM):
            self.add_page()
        self.ln(3)
        self.ink(HEAD_PT, INK)
        self.cell(0, LINE_MM + 2, self.printed.say(key), new_x="LMARGIN", new_y="NEXT")
        self.ink(TEXT_PT, INK)

    def paragraph(self, words: str) -> None:
        """Words over the whole width."""
        self.ink(TEXT_PT, INK)
        self.multi_cell(0, LINE_MM, "\n".join(self.lines(words, self.epw)), new_x="LMARGIN", new_y="NEXT")

    def grid(self, rows: Iterable[Sequence[str]], widths: Sequence[float], *, headings: Sequence[str] = ()) -> None:
        """A ruled table; the headings stand again on each page. Long words of the last column go on in rows of their own."""
        self.ink(TEXT_PT, INK)
        cut = [piece for row in rows for piece in self._cut(row, widths)]
        style = FontFace(color=QUIET, fill_color=GROUND)
        with self.table(
            col_widths=tuple(widths),
            line_height=LINE_MM,
            text_align="LEFT",
            v_align=VAlign.T,
            padding=(0.8, CELL_MM),
            borders_layout=TableBordersLayout.ALL,
            headings_style=style,
            first_row_as_headings=bool(headings),
        ) as table:
            for cells in (headings, *cut) if headings else cut:
                row = table.row()
                for at, cell in enumerate(cells):
                    row.cell(cell, style=style if not headings and at % 2 == 0 else None)

    def _cut(self, row: Sequence[str], widths: Sequence[float]) -> Iterator[Sequence[str]]:
        *cells, last = [self.lines(words, width - 2 * CELL_MM) for words, width in zip(row, widths, strict=True)]
        yield (*("\n".join(lines) for lines in cells), "\n".join(last[:ROW_LINES]))
        for start in range(ROW_LINES, len(last), ROW_LINES):
            yield (*("" for _ in cells), "\n".join(last[start : start + ROW_LINES]))

    def lines(self, words: str, width_mm: float) -> list[str]:
        """The words in lines that a cell of this width holds."""
        known = self.printable(words)
        widths = {sign: self.get_string_width(sign) for sign in set(known) - {"\n"}}
        return line_breaks.wrap(known, width_mm - 2 * self.c_margin, widths.__getitem__)

    def printable(self, words: str) -> str:
        """The words with 〓 for characters that the font lacks, as printers do."""
        known = self.face.cmap
        return "".join(sign if sign == "\n" or ord(sign) in known else "〓" for sign in words)

    def small(self, words: str, *, align: str) -> None:
        self.ink(SMALL_PT, QUIET)
        self.cell(0, LINE_MM, self.printable(words), align=align)

    def ink(self, size_pt: float, colour: tuple[int, int, int]) -> None:
        self.set_font(FAMILY, size=size_pt)
        self.set_text_color(*colour)


def _head(sheet: Sheet, ticket: TicketDetail) -> None:
    printed = sheet.printed
    sheet.title_line()
    half = (sheet.epw - 2 * LABEL_MM) / 2
    requester = "  ".join(part for part in (ticket.requester.name, ticket.requester.phone) if part)
    facts = (
        ("sheet.number", ticket.number, "sheet.state", printed.word("state", ticket.state)),
        ("sheet.kind", printed.word("type", ticket.type), "sheet.urgency", printed.word("urgency", ticket.urgency)),
        ("sheet.opened", printed.moment(ticket.opened_at), "sheet.channel", printed.word("channel", ticket.channel)),
        ("sheet.requester", requester, "sheet.secrecy", printed.word("secrecy", ticket.secrecy)),
        ("sheet.category", ticket.category.name if ticket.category else "", "sheet.limits", _limits(printed, ticket)),
    )
    rows = [(printed.say(left), one, printed.say(right), other) for left, one, right, other in facts]
    sheet.grid(rows, (LABEL_MM, half, LABEL_MM, half))
    wide = [
        ("sheet.subject", ticket.title),
        ("sheet.place", place_of(ticket.area, ticket.address)),
        ("sheet.body", ticket.body),
        ("sheet.wanted", ticket.wanted),
    ]
    sheet.grid([(printed.say(key), words) for key, words in wide if words.strip()], (LABEL_MM, sheet.epw - LABEL_MM))
    notes = [
        key for key, holds in (("sheet.masked", ticket.requester.masked), ("sheet.redacted", not ticket.original)) if holds
    ]
    for key in notes:
        sheet.small(printed.say(key), align="L")
        sheet.ln(LINE_MM)


def _limits(printed: Printed, ticket: TicketDetail) -> str:
    return "\n".join(_limit(printed, one) for one in (ticket.total_due, ticket.due) if one)


def _limit(printed: Printed, limit: Limit) -> str:
    return f"{printed.word('stage', limit.stage)} {printed.moment(limit.due_at)}"


def _units(sheet: Sheet, parts: Sequence[Assignment]) -> None:
    if not parts:
        return
    printed = sheet.printed
    sheet.section("sheet.units")
    rows = [
        (
            printed.word("assignment_role", part.role),
            part.unit.name,
            printed.moment(part.dispatched_at),
            printed.moment(part.signed_at),
            printed.moment(part.replied_at),
            next((printed.moment(one.due_at) for one in part.limits if one.stage == "handle"), ""),
        )
        for part in parts
    ]
    names = ("sheet.role", "sheet.unit", "sheet.dispatched", "sheet.signed", "sheet.replied", "sheet.due")
    sheet.grid(rows, UNIT_WIDTHS_MM, headings=[printed.say(name) for name in names])


def _steps(sheet: Sheet, lines: Sequence[TimelineLine]) -> None:
    printed = sheet.printed
    sheet.section("sheet.steps")
    rows = [
        (
            str(line.seq),
            printed.moment(line.at),
            printed.word("action", line.action),
            "\n".join(part for part in (line.officer, line.unit) if part) or printed.say("sheet.system"),
            _what(printed, line),
        )
        for line in sorted(lines, key=lambda line: line.seq)
    ]
    names = ("sheet.at", "sheet.step", "sheet.who", "sheet.what")
    sheet.grid(rows, STEP_WIDTHS_MM, headings=["#", *(printed.say(name) for name in names)])


def _what(printed: Printed, line: TimelineLine) -> str:
    """The change of state, the words, and for a corrected field what it was and became."""
    moved = [printed.word("state", state) for state in (line.state_from, line.state_to) if state]
    found = [" → ".join(moved)] if len(moved) == 2 and line.state_from != line.state_to else []
    found += [
        f"{printed.say(f'field.{name}')}：{_difference(printed, name, line.data[name])}"
        for name in DIFFERING
        if name in line.data
    ]
    return "\n".join([*found, *([line.text] if line.text else [])])


def _difference(printed: Printed, name: str, value: object) -> str:
    """What a corrected code was and became, in words where the code has one."""
    values = value if isinstance(value, list | tuple) else [value]
    return " → ".join(printed.word(DIFFERING[name], str(one)) if one not in (None, "") else "—" for one in values)


def _requests(sheet: Sheet, requests: Sequence[RequestRow]) -> None:
    if not requests:
        return
    printed = sheet.printed
    sheet.section("sheet.requests")
    rows = []
    for asked in requests:
        signed = [printed.say("sheet.approved", by=one.by, at=printed.moment(one.at)) for one in asked.approvals]
        words = [printed.say("sheet.asked", by=asked.asked_by, at=printed.moment(asked.asked_at)), *signed, asked.decision]
        kind = printed.word("request_kind", asked.kind)
        rows.append((kind, printed.word("request_state", asked.state), "\n".join(part for part in words if part)))
    sheet.grid(rows, (24, 28, sheet.epw - 52))


def _replies(sheet: Sheet, ticket: TicketDetail) -> None:
    printed = sheet.printed
    sheet.section("sheet.replies")
    rows = []
    for part in ticket.assignments:
        for key, words in (("sheet.public-reply", part.reply_public), ("sheet.internal-reply", part.reply_internal)):
            if words:
                rows.append((f"{part.unit.name}\n{printed.say(key)}", words))
    if ticket.public_reply and not any(part.reply_public == ticket.public_reply for part in ticket.assignments):
        rows.append((printed.say("sheet.public-reply"), ticket.public_reply))
    if rows:
        sheet.grid(rows, (42, sheet.epw - 42))
    else:
        sheet.paragraph(printed.say("sheet.none"))


def _callbacks(sheet: Sheet, ticket: TicketDetail) -> None:
    printed = sheet.printed
    sheet.section("sheet.callbacks")
    rows = []
    for found in ticket.callbacks:
        said = [
            printed.say("sheet.solved", value=printed.word("solved", found.solved)) if found.solved else "",
            printed.say("sheet.satisfaction", value=printed.word("satisfaction", found.satisfaction))
            if found.satisfaction
            else "",
            found.reason,
        ]
        words = "\n".join(part for part in said if part)
        rows.append((printed.say("sheet.round", round=found.round), f"{printed.moment(found.at)}\n{words}".strip()))
    if rows:
        sheet.grid(rows, (42, sheet.epw - 42))
    else:
        sheet.paragraph(printed.say("sheet.none"))
