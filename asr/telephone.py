"""What a telephone leaves of a voice: 300-3400 Hz, 8 kHz, G.711 mu-law there and back. Pure.

As `sox in.wav -r 8000 -e mu-law out.wav sinc 300-3400` makes it of a recording at 16 kHz. How gently the band ends
matters: cut within 30 Hz, the same recordings are heard with twice the errors.
"""

import numpy as np
import soxr
from scipy.signal import fftconvolve, firwin, kaiserord

from asr.gateways.codings import ULAW, encoded, samples

RATE_HZ = 8000
BAND_HZ = (300, 3400)
TRANSITION_HZ = 400
"""From what passes to what is silent; half of it lies inside the band, as sox has it at 16 kHz."""
SILENT_DB = 120


def as_telephone(pcm: bytes, sample_rate_hz: int) -> bytes:
    """The PCM at 8 kHz as it comes out of a telephone line."""
    voice = np.frombuffer(pcm, "<i2").astype(np.float64)
    narrow = soxr.resample(voice, sample_rate_hz, RATE_HZ) if sample_rate_hz != RATE_HZ else voice
    taps, beta = kaiserord(SILENT_DB, TRANSITION_HZ / (RATE_HZ / 2))
    band = firwin(taps | 1, BAND_HZ, fs=RATE_HZ, pass_zero=False, window=("kaiser", beta))
    passed = fftconvolve(narrow, band, mode="same")
    coded = encoded(np.clip(np.round(passed), -32768, 32767).astype(np.int16), ULAW)
    return samples(coded, ULAW).astype("<i2").tobytes()
