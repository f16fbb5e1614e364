# SPDX-License-Identifier: Apache-2.0
"""Makes the data set: words spoken by espeak-ng, placed in one second, with noise. Every choice comes from a seed."""

from __future__ import annotations

import hashlib
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import gcd
from pathlib import Path

import numpy as np
from scipy.signal import fftconvolve, resample_poly

from common import features

KEYWORDS = ("yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go")
LABELS = ("silence", "unknown", *KEYWORDS)
SILENCE, UNKNOWN = 0, 1
# Words that are not keywords, some of them chosen to sound like one. Those of the test are never trained on.
OTHER_WORDS = {
    "train": ("one", "three", "four", "five", "seven", "eight", "nine", "bird", "cat", "dog", "house", "tree",
        "happy", "marvin", "sheila", "yet", "guess", "toe", "cup", "town", "lift", "light", "own", "often", "stock",
        "goat", "water", "window", "never", "music", "low", "note", "upper", "under", "lamp", "lesson", "ride",
        "rice", "arm", "office", "step", "top", "ghost", "girl", "year", "less", "none", "about", "dance", "let",
        "river", "orange", "again", "paper", "doctor", "stone", "table", "morning", "coffee", "loft", "pup", "gown"),
    "validation": ("two", "bed", "wow", "door", "learn", "stamp", "autumn", "nose", "yellow"),
    "test": ("six", "zero", "visual", "follow", "forward", "backward", "apple", "brown", "open", "wheel", "north",
        "ladder", "garden", "ground", "yesterday"),
}
ACCENTS = ("en-us", "en-gb", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029", "en-us-nyc")
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Take:
    """One utterance: who says what, and how."""

    split: str
    voice: str
    accent: str
    word: str  # empty: nobody speaks
    speed: int  # words a minute
    pitch: int  # 0 to 99
    number: int

    @property
    def label(self) -> int:
        if not self.word:
            return SILENCE
        return LABELS.index(self.word) if self.word in KEYWORDS else UNKNOWN

    def rng(self, seed: int, purpose: str) -> np.random.Generator:
        """Random numbers that depend on this take alone, not on the order in which takes are made."""
        text = f"{seed}/{purpose}/{self}"
        return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little"))


def voices() -> list[str]:
    """espeak-ng's voice variants, which change the speaker but not the language; of equal ones, the last."""
    table = subprocess.run(["espeak-ng", "--voices=variant"], check=True, capture_output=True, text=True).stdout
    heard: dict[bytes, str] = {}
    for voice in sorted(set(re.findall(r"!v/(.+?)(?:\s{2,}|\s*$)", table, re.MULTILINE))):
        command = ["espeak-ng", "-v", f"{ACCENTS[0]}+{voice}", "--stdout", "seven"]
        heard[subprocess.run(command, check=True, capture_output=True).stdout] = voice
    return sorted(heard.values())


def family(voice: str) -> str:
    """Variants such as klatt2 and klatt5, or whisper and whisperf, are one speaker retuned: they share a split."""
    return re.sub(r"(Robot|(?<=whisper)f|\d+)$", "", voice).lower()


def split_voices(seed: int) -> dict[str, list[str]]:
    """Whole families, shuffled by the seed: about 60 % of the voices to train, 15 % validation, 25 % test."""
    everyone = voices()
    families = sorted({family(voice) for voice in everyone})
    np.random.default_rng(seed).shuffle(families)
    result: dict[str, list[str]] = {split: [] for split in SPLITS}
    for name in families:
        members = [voice for voice in everyone if family(voice) == name]
        placed = sum(len(names) for names in result.values())
        share = placed / len(everyone)
        result["test" if share < 0.25 else "validation" if share < 0.4 else "train"] += members
    return result


def plan(seed: int, takes_per_word: dict[str, int]) -> list[Take]:
    """Every utterance of every split: each class alike, but four times as many unknown words to train on."""
    result = []
    for split, names in split_voices(seed).items():
        rng = np.random.default_rng([seed, SPLITS.index(split)])
        for voice in names:
            words = list(KEYWORDS) * takes_per_word[split]
            others = 4 if split == "train" else 1
            words += list(rng.choice(OTHER_WORDS[split], takes_per_word[split] * others))
            words += [""] * takes_per_word[split]
            for number, word in enumerate(words):
                accent = ACCENTS[rng.integers(len(ACCENTS))]
                speed, pitch = int(rng.integers(120, 221)), int(rng.integers(20, 81))
                result.append(Take(split, voice, accent, str(word), speed, pitch, number))
    return result


def _trim(samples: np.ndarray) -> np.ndarray:
    """Cuts away what is quieter than 2 % of the peak at both ends."""
    loud = np.flatnonzero(np.abs(samples) > 0.02 * np.abs(samples).max(initial=0.0))
    return samples[loud[0] : loud[-1] + 1] if loud.size else samples[:0]


def speak(take: Take, cache: Path) -> np.ndarray:
    """The word at 16 kHz, peak 1, silence trimmed; empty for a silent take."""
    if not take.word:
        return np.zeros(0)
    name = hashlib.sha256(str((take.voice, take.accent, take.word, take.speed, take.pitch)).encode()).hexdigest()[:24]
    path = cache / f"{name}.npy"
    if path.exists():
        return np.load(path).astype(np.float64) / 32767.0
    manner = ["-v", f"{take.accent}+{take.voice}", "-s", str(take.speed), "-p", str(take.pitch)]
    wave = subprocess.run(["espeak-ng", *manner, "--stdout", take.word], check=True, capture_output=True).stdout
    if wave[:4] != b"RIFF" or wave[36:40] != b"data":
        raise RuntimeError(f"espeak-ng gave no speech for {take}")
    rate = int.from_bytes(wave[24:28], "little")
    raw = np.frombuffer(wave[44 : len(wave) - len(wave) % 2], "<i2").astype(np.float64)
    common = gcd(rate, features.SAMPLE_RATE)
    samples = _trim(resample_poly(raw, features.SAMPLE_RATE // common, rate // common))
    if samples.size == 0:
        raise RuntimeError(f"espeak-ng was silent for {take}")
    stored = np.rint(samples / np.abs(samples).max() * 32767.0).astype(np.int16)
    np.save(path, stored)
    return stored.astype(np.float64) / 32767.0


def noise(rng: np.random.Generator) -> np.ndarray:
    """One second of noise of effective value 1: its power falls as f^-s, s from 0 to 2 (brown), with a slow swell."""
    count = features.SAMPLE_RATE
    spectrum = np.fft.rfft(rng.standard_normal(count))
    frequency = np.maximum(np.arange(spectrum.size), 20.0)
    samples = np.fft.irfft(spectrum * frequency ** (-rng.uniform(0.0, 2.0) / 2.0), count)
    swell = 1.0 + 0.5 * np.sin(2.0 * np.pi * (rng.uniform(0.2, 3.0) * np.arange(count) / count + rng.uniform()))
    samples *= swell
    return samples / np.sqrt(np.mean(samples**2))


def place(speech: np.ndarray, rng: np.random.Generator, snr_db: tuple[float, float]) -> np.ndarray:
    """One second with the word somewhere in it, at some loudness, in some room, with noise at a ratio from `snr_db`."""
    count = features.SAMPLE_RATE
    samples = np.zeros(count)
    level = 0.1
    if speech.size:
        if rng.uniform() < 0.5:  # a small room: decaying noise after the direct sound
            tail = np.arange(int(0.15 * count))
            room = rng.standard_normal(tail.size) * np.exp(-tail / (count * rng.uniform(0.01, 0.05))) * 0.05
            room[0] = 1.0
            speech = fftconvolve(speech, room)
        word = speech[:count]
        start = int(rng.integers(0, count - word.size + 1))
        samples[start : start + word.size] = word / np.abs(word).max()
        level = float(np.sqrt(np.mean(samples[start : start + word.size] ** 2)))
    samples += noise(rng) * level * 10.0 ** (-rng.uniform(*snr_db) / 20.0)
    samples *= 10.0 ** (rng.uniform(-20.0, -3.0) / 20.0) / max(1.0, np.abs(samples).max())
    return np.rint(samples * 32767.0) / 32768.0  # as a 16-bit recording


def feature_maps(
    takes: list[Take], seed: int, cache: Path, copies: int, snr_db: tuple[float, float], purpose: str
) -> tuple[np.ndarray, np.ndarray]:
    """([n * copies, 49, 10] cepstra, [n * copies] labels). Copies differ in place, room, loudness and noise."""
    cache.mkdir(parents=True, exist_ok=True)

    def make(take: Take) -> np.ndarray:
        rng = take.rng(seed, purpose)
        speech = speak(take, cache)
        return np.stack([features.cepstrum(place(speech, rng, snr_db)) for _ in range(copies)])

    with ThreadPoolExecutor(2) as pool:
        maps = np.concatenate(list(pool.map(make, takes)))
    return maps.astype(np.float32), np.repeat([take.label for take in takes], copies).astype(np.int64)
