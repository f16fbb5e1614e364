# SPDX-License-Identifier: Apache-2.0
"""The audio front end: one second of speech to a 49 x 10 map of mel-frequency cepstral coefficients, in numpy.

    16 kHz samples in [-1, 1)
      -> frames of 640 samples (40 ms), one every 320 (20 ms): 49 of them
      -> Hann window, zero-padded to 1,024 points, power spectrum
      -> 40 triangular filters, equally spaced on the mel scale from 20 Hz to 7,600 Hz
      -> natural logarithm of (energy + 1e-6)
      -> type-II orthonormal DCT, coefficients 0 to 9
      -> (coefficient - mean) / deviation, with the training set's mean and deviation for each of the ten

The network's int8 input is then round(value / scale) + zero_point, saturated, with its input tensor's quantisation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SAMPLE_RATE = 16000
WINDOW = 640
HOP = 320
FFT = 1024
MEL_FILTERS = 40
MEL_LOW_HZ, MEL_HIGH_HZ = 20.0, 7600.0
FLOOR = 1e-6
FRAMES = 49
COEFFICIENTS = 10


def _mel(hz: np.ndarray) -> np.ndarray:
    """The mel scale of O'Shaughnessy: 2595 log10(1 + f / 700)."""
    return 2595.0 * np.log10(1.0 + hz / 700.0)


def mel_filters() -> np.ndarray:
    """[FFT / 2 + 1, MEL_FILTERS]: triangles of height 1 on the mel axis, each ending at its neighbours' peaks."""
    edges = np.linspace(_mel(np.float64(MEL_LOW_HZ)), _mel(np.float64(MEL_HIGH_HZ)), MEL_FILTERS + 2)
    bins = _mel(np.arange(FFT // 2 + 1) * (SAMPLE_RATE / FFT))[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    return np.maximum(0.0, np.minimum(rising, falling))


def dct_matrix() -> np.ndarray:
    """[MEL_FILTERS, COEFFICIENTS]: the first columns of the orthonormal DCT-II."""
    n, k = np.arange(MEL_FILTERS)[:, None], np.arange(COEFFICIENTS)
    matrix = np.sqrt(2.0 / MEL_FILTERS) * np.cos(np.pi / MEL_FILTERS * (n + 0.5) * k)
    matrix[:, 0] /= np.sqrt(2.0)
    return matrix


_HANN = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(WINDOW) / WINDOW)
_FILTERS = mel_filters()
_DCT = dct_matrix()


def cepstrum(samples: np.ndarray) -> np.ndarray:
    """[49, 10] coefficients of SAMPLE_RATE samples in [-1, 1), before normalisation."""
    if samples.shape != (SAMPLE_RATE,):
        raise ValueError(f"one second is {SAMPLE_RATE} samples, not {samples.shape}")
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP][:FRAMES]
    power = np.abs(np.fft.rfft(frames * _HANN, FFT)) ** 2
    return np.log(power @ _FILTERS + FLOOR) @ _DCT


@dataclass
class Normalisation:
    """Mean and standard deviation of each coefficient over the training set."""

    mean: np.ndarray
    deviation: np.ndarray

    @staticmethod
    def of(maps: np.ndarray) -> "Normalisation":
        flat = maps.reshape(-1, COEFFICIENTS).astype(np.float64)
        return Normalisation(flat.mean(axis=0), flat.std(axis=0))

    def apply(self, maps: np.ndarray) -> np.ndarray:
        return ((maps - self.mean) / self.deviation).astype(np.float32)


def quantize(values: np.ndarray, scale: float, zero_point: int) -> np.ndarray:
    """int8 of real values: nearest (ties away from zero), saturated."""
    ratio = np.asarray(values, np.float64) / scale
    nearest = np.sign(ratio) * np.floor(np.abs(ratio) + 0.5)
    return np.clip(nearest + zero_point, -128, 127).astype(np.int8)
