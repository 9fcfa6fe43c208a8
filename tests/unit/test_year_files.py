"""Reading a year's notice: what common feeds and tables give, and how each line that cannot be read is named."""

from datetime import date
from textwrap import dedent

import pytest

from hotline.kernel.errors import Invalid
from sla import year_files
from sla.calendar import DayKind
from sla.year_files import DayIn

H, W = DayKind.HOLIDAY, DayKind.WORKDAY


def ics(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\n{dedent(event).strip()}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//fictional//2027//\n{body}END:VCALENDAR\n".replace("\n", "\r\n").encode()


def event(summary: str, first: str = "20270501", after: str = "", more: str = "") -> str:
    end = f"\nDTEND;VALUE=DATE:{after}" if after else ""
    return f"SUMMARY:{summary}\nUID:{summary}{first}\nDTSTART;VALUE=DATE:{first}{end}{more}"


def day(month: int, number: int, kind: DayKind = H, name: str = "劳动节") -> DayIn:
    return DayIn(date(2027, month, number), kind, name)


@pytest.mark.parametrize(
    ("summary", "kind", "name"),
    [
        ("劳动节（休）", H, "劳动节"),
        ("劳动节（班）", W, "劳动节"),
        ("劳动节 假期 第1天/共5天", H, "劳动节"),
        ("劳动节 补班 第1天/共2天", W, "劳动节"),
        ("劳动节放假", H, "劳动节"),
        ("劳动节调休上班", W, "劳动节"),
        ("Labour Day holiday", H, "Labour Day holiday"),
        ("休", H, "休"),
    ],
)
def test_a_calendar_entry_says_rest_or_work_in_its_summary(summary: str, kind: DayKind, name: str) -> None:
    saturday = "20270508"

    read = year_files.read(ics(event(summary, saturday)), 2027)

    assert (read.days, read.findings) == ([day(5, 8, kind, name)], [])


def test_a_span_of_days_ends_before_its_end() -> None:
    read = year_files.read(ics(event("劳动节（休）", "20270501", "20270504")), 2027)

    assert read.days == [day(5, 1), day(5, 2), day(5, 3)]


def test_entries_with_times_count_as_their_days() -> None:
    timed = "SUMMARY:劳动节（休）\nUID:1\nDTSTART:20270501T000000\nDTEND:20270502T000000"

    assert year_files.read(ics(timed), 2027).days == [day(5, 1)]


def test_the_mark_of_special_days_goes_before_the_summary() -> None:
    marked = event("劳动节", "20270508", more="\nX-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY")

    assert year_files.read(ics(marked), 2027).days == [day(5, 8, W)]


@pytest.mark.parametrize(
    ("table", "days"),
    [
        ("day,kind,name\n2027-05-01,holiday,劳动节\n2027-05-08,workday,劳动节\n", [day(5, 1), day(5, 8, W)]),
        ("date,kind,holiday\n2027-05-01,holiday,Labour Day\n", [day(5, 1, name="Labour Day")]),
        ("日期,类型,名称\n2027年5月1日,放假,劳动节\n2027/5/8,补班,劳动节\n", [day(5, 1), day(5, 8, W)]),
        ("name,date,isOffDay\n劳动节,2027-05-01,true\n劳动节,2027-05-08,false\n", [day(5, 1), day(5, 8, W)]),
        ("20270501,休,劳动节\n\n", [day(5, 1)]),
    ],
)
def test_tables_of_common_shapes_are_read(table: str, days: list[DayIn]) -> None:
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        read = year_files.read(table.encode(encoding), 2027)

        assert (read.days, read.findings) == (days, [])


@pytest.mark.parametrize(
    ("content", "line", "field", "rule"),
    [
        (b"2027-05-01,holiday,A\n2027-13-01,holiday,B\n", 2, "day", "not-a-date"),
        (b"2027-05-01,holiday,A\n2027-05-02,perhaps,B\n", 2, "kind", "neither-rest-nor-work"),
        (b"2027-05-01,holiday,A\n2027-05-01,holiday,B\n", 2, "day", "twice"),
        (b"2027-05-01,holiday,A\n2027-05-04,workday,B\n", 2, "kind", "workday-anyway"),
        (b"2027-05-01,holiday,A\n2027-05-02,holiday,\n", 2, "name", "required"),
        (b"2027-05-01,holiday,A\n2027-05-02,holiday," + b"x" * 65 + b"\n", 2, "name", "name-too-long"),
        (b"2027-05-01,holiday,A\n2028-01-01,holiday,B\n2028-01-02,holiday,B\n", 2, "day", "of-another-year"),
        (ics(event("劳动节（休）"), event("立夏", "20270506")), 9, "kind", "neither-rest-nor-work"),
        (ics(event("劳动节（休）"), event("暑假", "20270701", "20270901")), 9, "day", "no-single-holiday"),
        (
            ics(event("劳动节（休）"), event("周末（休）", "20270502", more="\nRRULE:FREQ=WEEKLY")),
            9,
            "day",
            "no-single-holiday",
        ),
        (ics(event("劳动节（休）"), "SUMMARY:国庆节（休）\nUID:2"), 9, "day", "not-a-date"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_line(content: bytes, line: int, field: str, rule: str) -> None:
    read = year_files.read(content, 2027)

    assert [one.day for one in read.days] == [date(2027, 5, 1)]
    assert [(one.line, one.field, one.rule) for one in read.findings] == [(line, field, rule)]
    assert rule in year_files.RULES


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "no-days"),
        (ics(), "no-days"),
        (b"\xff\xfe\x00\xd8", "not-a-calendar"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n", "not-a-calendar"),
    ],
)
def test_what_is_no_notice_is_refused(content: bytes, rule: str) -> None:
    with pytest.raises(Invalid) as refused:
        year_files.read(content, 2027)

    assert refused.value.details["rule"] == rule
