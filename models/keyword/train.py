#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes keyword.tflite from nothing: speech, features, training, quantisation, accuracy, example inputs.

    python3 models/keyword/train.py [--output DIR] [--cache DIR]

Needs espeak-ng and Python 3 with numpy, scipy and torch; on Debian 12 the packages espeak-ng, python3-numpy,
python3-scipy and python3-torch. Everything random comes from SEED. The accuracies printed at the end, and written to
metrics.json, are of voices that neither training nor the choice of the epoch has heard (but for 'validation', whose
voices chose the epoch); the int8 ones are measured by the integer reference on the finished file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# One thread: the order of floating-point sums, and with it the trained weights, must not depend on the machine's cores.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"
sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]

import numpy as np
import torch

import export
import network
import synthesis
from common import features, int8_reference, tflite

SEED = 7
CHANNELS, BLOCKS = 64, 4
TAKES_PER_WORD = {"train": 8, "validation": 4, "test": 4}
TRAINING_COPIES, VALIDATION_COPIES = 3, 2
TRAINING_SNR_DB = (0.0, 40.0)
TEST_SNR_DB = {"quiet": (20.0, 40.0), "noisy": (5.0, 20.0)}
CALIBRATION_MAPS = 1024
EXAMPLES_PER_CLASS = 2
EXAMPLES_FROM = "quiet"


@dataclass
class Set:
    """One set of normalised maps, [n, 49, 10], and their classes."""

    snr_db: tuple[float, float]
    maps: np.ndarray
    labels: np.ndarray


def accuracy_of_file(model: tflite.Model, maps: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
    """(accuracy, predictions) of the int8 model under the integer reference."""
    source = model.tensors[model.inputs[0]]
    inputs = features.quantize(maps, float(source.scale[0]), int(source.zero_point[0]))[..., None]
    parts = [int8_reference.run(model, inputs[i : i + 128]) for i in range(0, len(inputs), 128)]
    predictions = np.concatenate(parts).argmax(axis=1)
    return float((predictions == labels).mean()), predictions


def write_examples(model: tflite.Model, entry: Set, output: Path) -> int:
    """A set's first inputs of each class, as they come, and what the reference makes of them; how many are right."""
    source = model.tensors[model.inputs[0]]
    (output / "inputs").mkdir(parents=True, exist_ok=True)
    (output / "expected").mkdir(parents=True, exist_ok=True)
    entries, right = [], 0
    for label, name in enumerate(synthesis.LABELS):
        for number, index in enumerate(np.flatnonzero(entry.labels == label)[:EXAMPLES_PER_CLASS]):
            data = features.quantize(entry.maps[index], float(source.scale[0]), int(source.zero_point[0]))
            result = int8_reference.run(model, data[None, ..., None])
            file = f"{name}_{number}.bin"
            data.tofile(output / "inputs" / file)
            result.tofile(output / "expected" / file)
            predicted = int(result.argmax())
            right += predicted == label
            entries.append({"file": file, "label": label, "name": name, "predicted": predicted})
    (output / "inputs" / "labels.json").write_text("[\n" + ",\n".join("  " + json.dumps(e) for e in entries) + "\n]\n")
    return right


def write_front_end(model: tflite.Model, normalisation: features.Normalisation, output: Path) -> None:
    """What turns audio into this model's input."""
    source = model.tensors[model.inputs[0]]
    constants = {
        "sample_rate": features.SAMPLE_RATE,
        "mean": [round(float(v), 6) for v in normalisation.mean],
        "deviation": [round(float(v), 6) for v in normalisation.deviation],
        "scale": float(source.scale[0]),
        "zero_point": int(source.zero_point[0]),
    }
    (output / "front_end.json").write_text(json.dumps(constants, indent=2) + "\n")
    (output / "labels.txt").write_text("\n".join(synthesis.LABELS) + "\n")


def make_sets(cache: Path) -> tuple[dict[str, Set], features.Normalisation]:
    """The sets 'train', 'validation', and one for each of TEST_SNR_DB; the normalisation is the training set's."""
    takes = synthesis.plan(SEED, TAKES_PER_WORD)

    def make(split: str, copies: int, snr_db: tuple[float, float], purpose: str) -> Set:
        chosen = [take for take in takes if take.split == split]
        return Set(snr_db, *synthesis.feature_maps(chosen, SEED, cache, copies, snr_db, purpose))

    sets = {
        "train": make("train", TRAINING_COPIES, TRAINING_SNR_DB, "train"),
        "validation": make("validation", VALIDATION_COPIES, TRAINING_SNR_DB, "validation"),
    }
    for name, snr_db in TEST_SNR_DB.items():
        sets[name] = make("test", 1, snr_db, f"test {name}")
    normalisation = features.Normalisation.of(sets["train"].maps)
    for entry in sets.values():
        entry.maps = normalisation.apply(entry.maps)
    return sets, normalisation


def measure(model: tflite.Model, layers: list[network.Layer], entry: Set) -> dict[str, Any]:
    """Accuracy of the float network and of the int8 model, the latter also by class."""
    int8, predictions = accuracy_of_file(model, entry.maps, entry.labels)
    real = float((network.predict(layers, entry.maps) == entry.labels).mean())
    each = {
        name: round(float((predictions[entry.labels == label] == label).mean()), 4)
        for label, name in enumerate(synthesis.LABELS)
    }
    return {"snr_db": entry.snr_db, "maps": len(entry.maps), "float": round(real, 4), "int8": round(int8, 4),
            "int8_by_class": each}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "auklet-keyword")
    parser.add_argument("--epochs", type=int, default=network.Schedule.epochs)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)

    start = time.monotonic()
    sets, normalisation = make_sets(arguments.cache)
    synthesised = time.monotonic()
    counts = ", ".join(f"{name} {len(entry.maps)}" for name, entry in sets.items())
    print(f"maps: {counts} ({synthesised - start:.0f} s)", flush=True)

    train, validation = sets["train"], sets["validation"]
    trained = network.train(train.maps, train.labels, (validation.maps, validation.labels),
                            (CHANNELS, BLOCKS, len(synthesis.LABELS)), network.Schedule(epochs=arguments.epochs), SEED,
                            lambda line: print(line, flush=True))
    finished = time.monotonic()

    layers = network.fold(trained)
    chosen = np.random.default_rng(SEED).choice(len(train.maps), CALIBRATION_MAPS, replace=False)
    data = tflite.write(export.build(layers, train.maps[chosen]))
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "keyword.tflite").write_bytes(data)
    model = tflite.read(data)  # what is measured is the file
    write_front_end(model, normalisation, arguments.output)
    metrics = {
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "parameters": export.parameters(model),
        "macs": export.multiplications(model),
        "training_maps": len(train.maps),
        "synthesis_seconds": round(synthesised - start),
        "training_seconds": round(finished - synthesised),
        "examples_right": write_examples(model, sets[EXAMPLES_FROM], arguments.output),
        "accuracy": {name: measure(model, layers, entry) for name, entry in sets.items() if name != "train"},
    }
    text = json.dumps(metrics, indent=2) + "\n"
    (arguments.output / "metrics.json").write_text(text)
    print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
