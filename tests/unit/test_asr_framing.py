"""AudioSocket frames, against bytes captured from Asterisk 22."""

import uuid

import pytest

from asr.gateways import framing
from asr.gateways.framing import Kind


def test_the_call_id_frame_is_what_asterisk_sends() -> None:
    call_id = uuid.UUID("095bd59c-ab45-4965-b73c-0222830a367e")

    assert framing.call_id_frame(call_id).hex() == "010010095bd59cab454965b73c0222830a367e"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("000000", (Kind.HANG_UP, 0)), ("100140", (0x10, 320)), ("120280", (0x12, 640)), ("10ffff", (0x10, 65535))],
)
def test_a_header_is_type_and_big_endian_length(raw: str, expected: tuple[int, int]) -> None:
    assert framing.header(bytes.fromhex(raw)) == expected


def test_silence_is_20_ms_at_the_rate_of_the_call() -> None:
    assert framing.silence(8000) == bytes.fromhex("100140") + bytes(320)
    assert framing.silence(16000) == bytes.fromhex("120280") + bytes(640)


def test_a_payload_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="65536"):
        framing.frame(0x10, bytes(65536))
