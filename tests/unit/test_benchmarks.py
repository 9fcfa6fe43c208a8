"""Every benchmark runs in its small size, through the very command that runs all, so that none rots."""

import math

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import machine, main, modules, rows


@pytest.mark.parametrize("name", modules())
def test_benchmark_measures_something_in_its_small_size(name: str) -> None:
    found = rows([name], "small")

    assert found
    assert all(row.ours > 0 and math.isfinite(row.ours) and row.unit for row in found)


def test_the_command_prints_machine_versions_and_ratios() -> None:
    shown = CliRunner().invoke(main, ["--size", "small", "sla"])

    assert shown.exit_code == 0
    assert machine() in shown.output
    assert "| what | ours | peer | ratio | note |" in shown.output
    assert "| sla: " in shown.output


def test_an_unknown_benchmark_is_named_beside_the_known_ones() -> None:
    refused = CliRunner().invoke(main, ["nothing"])

    assert refused.exit_code == 2
    assert "nothing" in refused.output
    assert all(name in refused.output for name in modules())
