"""`hotline insight hot-topics`: JSON for programs on stdout, a table for people on stderr, every row that is left out named."""

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from hotline.insight import message_rows
from hotline.kernel.errors import Invalid
from web.cli import hotline

ZONE = ZoneInfo("Asia/Shanghai")
HEAD = "id,time,place,title,text,extra\n"
ROWS = (
    "a1,2026-11-02 09:00:00,,河西路停水,河西路从昨天起就没有水，整条街都停水了。,x\n"
    "a2,2026/11/2 9:30,,反映河西路没水用,我们河西路一带自来水停了一天，水管爆了没人修。,x\n"
    "a3,2026年11月2日 下午3点05分,,河西路停水两天,河西路停水已经两天，主管道爆裂，至今没有恢复供水。,x\n"
    "b1,2026-11-03T08:00:00+08:00,,公积金怎么提取,想问问公积金租房提取要什么材料。,x\n"
)
BAD = "a1,2026-11-04,,又来,同一个编号,x\nc1,昨天,,路灯不亮,路灯坏了,x\nc2,2026-11-04,,,,x\n,2026-11-04,,路灯,路灯,x\n"


def asked(tmp_path: Path, content: bytes, *options: str) -> Result:
    file = tmp_path / "messages.csv"
    file.write_bytes(content)
    return CliRunner().invoke(hotline, ["insight", "hot-topics", str(file), *options], catch_exceptions=False)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_stdout_is_json_and_stderr_the_table(tmp_path: Path, encoding: str) -> None:
    shown = asked(tmp_path, (HEAD + ROWS).encode(encoding))

    [topic] = json.loads(shown.stdout)["topics"]
    assert (topic["ids"], topic["place"]) == (["a1", "a2", "a3"], "河西路")
    assert (topic["from"], topic["to"]) == ("2026-11-02 09:00:00", "2026-11-02 15:05:00")
    assert topic["name"].startswith("河西路")
    assert topic["name"] in shown.stderr
    assert 0 < topic["heat"] <= 100


def test_rows_that_cannot_be_read_are_named_with_their_rule(tmp_path: Path) -> None:
    shown = asked(tmp_path, (HEAD + ROWS + BAD).encode(), "--json")

    assert len(json.loads(shown.stdout)["topics"]) == 1
    for row in (6, 7, 8, 9):
        assert f"第 {row} 行" in shown.stderr


def test_json_in_a_file_leaves_the_table_to_stdout(tmp_path: Path) -> None:
    target = tmp_path / "topics.json"

    shown = asked(tmp_path, (HEAD + ROWS).encode(), "--output", str(target))

    assert json.loads(target.read_text(encoding="utf-8"))["topics"][0]["ids"] == ["a1", "a2", "a3"]
    assert "河西路" in shown.stdout
    assert "{" not in shown.stdout


def test_a_file_without_messages_gives_no_topics(tmp_path: Path) -> None:
    assert json.loads(asked(tmp_path, HEAD.encode(), "--json").stdout) == {"topics": []}


def test_a_file_without_the_needed_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="missing-columns"):
        asked(tmp_path, b"number,words\n1,x\n")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-02 09:00:00", datetime(2026, 11, 2, 9, tzinfo=ZONE)),
        ("2026-11-02T09:00", datetime(2026, 11, 2, 9, tzinfo=ZONE)),
        ("2026/1/2 9:05", datetime(2026, 1, 2, 9, 5, tzinfo=ZONE)),
        ("2026/01/02 9:05:07", datetime(2026, 1, 2, 9, 5, 7, tzinfo=ZONE)),
        ("2026.1.2", datetime(2026, 1, 2, tzinfo=ZONE)),
        ("2026年1月2日", datetime(2026, 1, 2, tzinfo=ZONE)),
        ("2026年1月2日 9时5分", datetime(2026, 1, 2, 9, 5, tzinfo=ZONE)),
        ("2026年1月2日上午9点", datetime(2026, 1, 2, 9, tzinfo=ZONE)),
        ("2026年1月2日 晚上8:30", datetime(2026, 1, 2, 20, 30, tzinfo=ZONE)),
        ("20260102", datetime(2026, 1, 2, tzinfo=ZONE)),
        ("20260102093000", datetime(2026, 1, 2, 9, 30, tzinfo=ZONE)),
        ("2026-02-30", None),
        ("昨天", None),
        ("", None),
    ],
)
def test_times_are_read_as_people_write_them(text: str, moment: datetime | None) -> None:
    assert message_rows.moment(text, ZONE) == moment
