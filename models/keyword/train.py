#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes keyword.tflite from nothing: speech, features, training, quantisation, accuracy, example inputs.

    python3 models/keyword/train.py [--output DIR] [--cache DIR]

Needs espeak-ng and Python 3 with numpy, scipy and torch; on Debian 12 the packages espeak-ng, python3-numpy,
python3-scipy and python3-torch. Everything random comes from SEED. The accuracies printed at the end, and written to
metrics.json, are of voices that neither training nor model selection has heard; the int8 ones are measured by the
integer reference on the finished file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path

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
TRAINING_COPIES = 3
TRAINING_SNR_DB = (0.0, 40.0)
TEST_SNR_DB = {"quiet": (20.0, 40.0), "noisy": (5.0, 20.0)}
CALIBRATION_MAPS = 1024
EXAMPLES_PER_CLASS = 2


def accuracy_of_file(model: tflite.Model, maps: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
    """(accuracy, predictions) of the int8 model under the integer reference."""
    source = model.tensors[model.inputs[0]]
    inputs = features.quantize(maps, float(source.scale[0]), int(source.zero_point[0]))[..., None]
    parts = [int8_reference.run(model, inputs[i : i + 128]) for i in range(0, len(inputs), 128)]
    predictions = np.concatenate(parts).argmax(axis=1)
    return float((predictions == labels).mean()), predictions


def write_examples(model: tflite.Model, maps: np.ndarray, labels: np.ndarray, output: Path) -> int:
    """The first test inputs of each class, right or wrong, and what the reference makes of them; how many are right."""
    source = model.tensors[model.inputs[0]]
    (output / "inputs").mkdir(parents=True, exist_ok=True)
    (output / "expected").mkdir(parents=True, exist_ok=True)
    entries, right = [], 0
    for label, name in enumerate(synthesis.LABELS):
        for number, index in enumerate(np.flatnonzero(labels == label)[:EXAMPLES_PER_CLASS]):
            data = features.quantize(maps[index], float(source.scale[0]), int(source.zero_point[0]))
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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "auklet-keyword")
    parser.add_argument("--epochs", type=int, default=network.Schedule.epochs)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    start = time.monotonic()

    takes = synthesis.plan(SEED, TAKES_PER_WORD)
    of = {split: [take for take in takes if take.split == split] for split in synthesis.SPLITS}
    print("takes:", {split: len(chosen) for split, chosen in of.items()}, flush=True)

    def maps_of(split: str, copies: int, snr_db: tuple[float, float], purpose: str) -> tuple[np.ndarray, np.ndarray]:
        return synthesis.feature_maps(of[split], SEED, arguments.cache, copies, snr_db, purpose)

    train_maps, train_labels = maps_of("train", TRAINING_COPIES, TRAINING_SNR_DB, "train")
    validation_maps, validation_labels = maps_of("validation", 2, TRAINING_SNR_DB, "validation")
    normalisation = features.Normalisation.of(train_maps)
    train_maps = normalisation.apply(train_maps)
    validation = normalisation.apply(validation_maps), validation_labels
    synthesised = time.monotonic() - start
    print(f"{len(train_maps)} training maps, {synthesised:.0f} s", flush=True)

    schedule = network.Schedule(epochs=arguments.epochs)
    shape = (CHANNELS, BLOCKS, len(synthesis.LABELS))
    trained = network.train(train_maps, train_labels, validation, shape, schedule, SEED, lambda s: print(s, flush=True))
    seconds = time.monotonic() - start - synthesised

    layers = network.fold(trained)
    chosen = np.random.default_rng(SEED).choice(len(train_maps), CALIBRATION_MAPS, replace=False)
    data = tflite.write(export.build(layers, train_maps[chosen]))
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "keyword.tflite").write_bytes(data)
    model = tflite.read(data)  # what is measured is the file

    metrics = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "parameters": export.parameters(model),
               "macs": export.multiplications(model), "training_maps": len(train_maps),
               "synthesis_seconds": round(synthesised), "training_seconds": round(seconds), "accuracy": {}}
    for name, snr_db in TEST_SNR_DB.items():
        raw, labels = maps_of("test", 1, snr_db, f"test {name}")
        maps = normalisation.apply(raw)
        int8, predictions = accuracy_of_file(model, maps, labels)
        real = float((network.predict(layers, maps) == labels).mean())
        each = [round(float((predictions[labels == k] == k).mean()), 4) for k in range(len(synthesis.LABELS))]
        metrics["accuracy"][name] = {"snr_db": snr_db, "maps": len(maps), "float": round(real, 4),
                                     "int8": round(int8, 4), "int8_by_class": dict(zip(synthesis.LABELS, each))}
        if name == "quiet":
            metrics["examples_right"] = write_examples(model, maps, labels, arguments.output)
    write_front_end(model, normalisation, arguments.output)
    (arguments.output / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    print(json.dumps(metrics, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
