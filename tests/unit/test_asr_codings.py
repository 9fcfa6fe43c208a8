"""Codings of telephone audio: known codes of G.711, the way there and back, channels and halves of samples."""

import pytest

from asr.gateways.codings import ALAW, SLIN, ULAW, encoded, parties, samples

# ITU-T G.711, tables 1 and 2: the ends of the scale, the smallest steps, and codes between.
KNOWN = [
    (ULAW, 0x80, 32124),
    (ULAW, 0x00, -32124),
    (ULAW, 0xFF, 0),
    (ULAW, 0x7F, 0),
    (ULAW, 0xFE, 8),
    (ULAW, 0x8F, 16764),
    (ALAW, 0xAA, 32256),
    (ALAW, 0x2A, -32256),
    (ALAW, 0xD5, 8),
    (ALAW, 0x55, -8),
    (ALAW, 0x85, 4224),
]


@pytest.mark.parametrize(("coding", "code", "expected"), KNOWN)
def test_codes_have_the_values_of_the_recommendation(coding: str, code: int, expected: int) -> None:
    assert samples(bytes([code]), coding).tolist() == [expected]


@pytest.mark.parametrize("coding", [ULAW, ALAW])
def test_every_code_comes_back_as_the_same_value(coding: str) -> None:
    values = samples(bytes(range(256)), coding)

    assert (samples(encoded(values, coding), coding) == values).all()


def test_half_a_sample_is_dropped() -> None:
    assert samples(b"\x01\x02\x03", SLIN).tolist() == [0x0201]


@pytest.mark.parametrize(
    ("raw", "channels", "expected"),
    [
        (b"\x01\x00\x02\x00\x03\x00\x04\x00", 2, [b"\x01\x00\x03\x00", b"\x02\x00\x04\x00"]),
        (b"\x01\x00\x02\x00\x03\x00", 2, [b"\x01\x00", b"\x02\x00"]),
        (b"\x01\x00\x02\x00", 1, [b"\x01\x00\x02\x00"]),
        (b"", 2, [b"", b""]),
    ],
)
def test_channels_are_taken_apart_in_whole_frames(raw: bytes, channels: int, expected: list[bytes]) -> None:
    assert parties(raw, SLIN, channels) == expected
