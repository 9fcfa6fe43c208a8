"""The two life cycles of a hand-over, read as tables."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.linkage.partners import partner, partners
from dispatch.linkage.transfers import FLOOR, TRANSFERS, VOICE
from dispatch.models import TransferState, VoiceState
from hotline.kernel.errors import Conflict, Forbidden, Invalid
from hotline.people.permissions import Role
from hotline.tickets.workflow import SYSTEM

SCREEN_WORDS = Path(__file__).parents[2] / "web/frontend/src/locales/zh-CN/shared.json"
GIVEN = {"receipt_no": "110-1", "answered_by": "接警员3号"}


def cells() -> Iterator[tuple[TransferState, str, str]]:
    actions = {row.action for row in TRANSFERS.rows}
    for state in TransferState:
        for action in sorted(actions):
            for role in (SYSTEM, Role.AGENT.value, Role.SHIFT_LEADER.value, Role.HANDLER.value):
                yield state, action, role


def test_the_data_push_reaches_every_state_and_an_end() -> None:
    TRANSFERS.check()


def test_the_voice_call_reaches_every_state_and_an_end() -> None:
    VOICE.check()


@pytest.mark.parametrize(("state", "action", "role"), list(cells()))
def test_each_cell_moves_refuses_or_forbids_as_the_rows_say(state: TransferState, action: str, role: str) -> None:
    rows = [row for row in TRANSFERS.rows if (row.source, row.action) == (state, action)]
    if not rows:
        with pytest.raises(Conflict):
            TRANSFERS.find(state, action, [role], GIVEN)
    elif role not in rows[0].roles:
        with pytest.raises(Forbidden):
            TRANSFERS.find(state, action, [role], GIVEN)
    else:
        assert TRANSFERS.find(state, action, [role], GIVEN).target == rows[0].target


def test_only_a_receipt_makes_a_hand_over_receipted() -> None:
    into = {row.action for row in TRANSFERS.rows if row.target == TransferState.RECEIPTED}

    assert into == {"receipt"}
    with pytest.raises(Invalid, match="receipt_no"):
        TRANSFERS.find(TransferState.SENT, "receipt", [SYSTEM], {"receipt_no": ""})


def test_nothing_leaves_receipted() -> None:
    assert not [row for row in TRANSFERS.rows if row.source == TransferState.RECEIPTED]


def test_an_answered_voice_call_names_who_answered() -> None:
    with pytest.raises(Invalid, match="answered_by"):
        VOICE.find(VoiceState.CALLING, "answered", FLOOR, {"answered_by": ""})


def test_a_call_not_answered_may_be_tried_and_answered_again() -> None:
    assert {row.action for row in VOICE.actions(VoiceState.NO_ANSWER, FLOOR)} == {"answered", "no_answer"}


@pytest.mark.parametrize("code", ["110", "119", "120", "122"])
def test_danger_is_a_voice_handover_first(code: str) -> None:
    assert partner(code).voice_first


def test_the_platform_is_not_phoned_first() -> None:
    assert not partner("platform").voice_first


def test_an_unknown_partner_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Invalid) as caught:
        partner("999")

    assert caught.value.details["known"] == list(partners())


@pytest.mark.parametrize("state", [state for state in TransferState if state != TransferState.RECEIPTED])
def test_no_state_without_a_receipt_is_called_handed_over(state: TransferState) -> None:
    words = json.loads(SCREEN_WORDS.read_text("utf-8"))["transfer_state"]

    assert "已转接" not in words[state.value]
