"""`hotline drafts evaluate` on the written calls that come with the project: figures that may not fall."""

import json
from pathlib import Path

from click.testing import CliRunner

from web.cli.drafts import drafts

CALLS = Path(__file__).parents[1] / "data" / "calls" / "build.jsonl"
LEAST = {
    "type": 0.86,
    "area_code": 0.83,
    "address": 0.58,
    "time": 0.71,
    "contact_name": 0.9,
    "contact_phone": 0.96,
    "wanted": 0.57,
    "persons": 0.56,
    "title": 0.6,
    "all": 0.73,
}
MOST_INVENTED = 21


def test_written_calls_are_drafted_as_well_as_before_with_evidence_for_every_field() -> None:
    result = CliRunner().invoke(drafts, ["evaluate", str(CALLS), "--ranker", "rules", "--json"])

    assert result.exit_code == 0, result.output
    found = json.loads(result.output)
    assert found["calls"] == 176
    assert found["without_evidence"] == 0
    assert found["fields"]["all"]["invented"] <= MOST_INVENTED
    assert {name: found["fields"][name]["accuracy"] >= least for name, least in LEAST.items()} == dict.fromkeys(LEAST, True)


def test_table_has_a_row_for_every_field() -> None:
    result = CliRunner().invoke(drafts, ["evaluate", str(CALLS), "--ranker", "rules"])

    assert [line.split()[0] for line in result.output.splitlines() if line.startswith("contact")] == [
        "contact_name",
        "contact_phone",
    ]
