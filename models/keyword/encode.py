#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns a recording into an input of keyword.tflite: its loudest second, as int8 49 x 10 x 1.

    python3 models/keyword/encode.py word.wav word.bin

Takes 16-bit PCM WAV files of any rate; of several channels the first counts. Needs numpy and, for other rates than
16 kHz, scipy.
"""

from __future__ import annotations

import argparse
import json
import sys
import wave
from math import gcd
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import numpy as np

from common import features


def read_wave(path: Path) -> np.ndarray:
    """The first channel at 16 kHz, in [-1, 1)."""
    with wave.open(str(path), "rb") as file:
        if file.getsampwidth() != 2:
            raise ValueError(f"{path}: {8 * file.getsampwidth()}-bit samples; 16-bit PCM is supported")
        rate, channels = file.getframerate(), file.getnchannels()
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")[::channels] / 32768.0
    if samples.size == 0:
        raise ValueError(f"{path}: no samples")
    if rate != features.SAMPLE_RATE:
        from scipy.signal import resample_poly

        common = gcd(rate, features.SAMPLE_RATE)
        samples = resample_poly(samples, features.SAMPLE_RATE // common, rate // common)
    return samples


def loudest_second(samples: np.ndarray) -> np.ndarray:
    """The second with the most energy; a shorter recording is put in the middle of silence."""
    count = features.SAMPLE_RATE
    if samples.size <= count:
        before = (count - samples.size) // 2
        return np.pad(samples, (before, count - samples.size - before))
    energy = np.concatenate([[0.0], np.cumsum(samples**2)])
    start = int(np.argmax(energy[count:] - energy[:-count]))
    return samples[start : start + count]


def encode(samples: np.ndarray, front_end: dict) -> np.ndarray:
    """int8 [49, 10] of one second at 16 kHz; `front_end` is front_end.json."""
    normalisation = features.Normalisation(np.array(front_end["mean"]), np.array(front_end["deviation"]))
    maps = normalisation.apply(features.cepstrum(samples))
    return features.quantize(maps, front_end["scale"], front_end["zero_point"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recording", type=Path)
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    front_end = json.loads((HERE / "front_end.json").read_text())
    try:
        samples = read_wave(arguments.recording)
    except (OSError, ValueError, wave.Error, EOFError) as error:
        print(f"encode.py: {error}", file=sys.stderr)
        return 1
    encode(loudest_second(samples), front_end).tofile(arguments.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
