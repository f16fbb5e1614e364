#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of models/keyword as it is committed: the file, its examples and what its README says."""

import hashlib
import json
import sys
import tempfile
import unittest
import wave
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "models" / "keyword"
sys.path[:0] = [str(ROOT / "models"), str(FOLDER)]

import numpy as np

import encode
from common import features, int8_reference, tflite


class Keyword(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.data = (FOLDER / "keyword.tflite").read_bytes()
        cls.model = tflite.read(cls.data)
        cls.metrics = json.loads((FOLDER / "metrics.json").read_text())
        cls.labels = (FOLDER / "labels.txt").read_text().split()
        cls.examples = json.loads((FOLDER / "inputs" / "labels.json").read_text())

    def tensor(self, number):
        return self.model.tensors[number]

    def test_metrics_are_of_this_file(self):
        self.assertEqual(self.metrics["bytes"], len(self.data))
        self.assertEqual(self.metrics["sha256"], hashlib.sha256(self.data).hexdigest())
        self.assertLess(len(self.data), 200_000)

    def test_writer_gives_the_same_bytes(self):
        self.assertEqual(tflite.write(self.model), self.data)

    def test_readme_states_the_measured_figures(self):
        text = (FOLDER / "README.md").read_text()
        for value in self.metrics["accuracy"].values():
            self.assertIn(f"{100 * value['float']:.2f} %", text)
            self.assertIn(f"{100 * value['int8']:.2f} %", text)
            self.assertIn(f"{value['maps']:,}", text)
        for name in ("bytes", "parameters", "macs", "training_maps"):
            self.assertIn(f"{self.metrics[name]:,}", text, name)

    def test_operators(self):
        kinds = [operator.kind for operator in self.model.operators]
        blocks = ["DEPTHWISE_CONV_2D", "CONV_2D"] * 4
        self.assertEqual(kinds, ["CONV_2D", *blocks, "AVERAGE_POOL_2D", "RESHAPE", "FULLY_CONNECTED", "SOFTMAX"])
        self.assertEqual(self.tensor(self.model.inputs[0]).shape, (1, 49, 10, 1))
        self.assertEqual(self.tensor(self.model.outputs[0]).shape, (1, len(self.labels)))

    def test_quantisation_follows_the_specification(self):
        for operator in self.model.operators:
            source, output = self.tensor(operator.inputs[0]), self.tensor(operator.outputs[0])
            if operator.kind in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
                weights, bias = self.tensor(operator.inputs[1]), self.tensor(operator.inputs[2])
                self.assertEqual(weights.data.dtype, np.int8)
                self.assertGreaterEqual(weights.data.min(), -127)
                self.assertFalse(weights.zero_point.any())
                channels = weights.shape[weights.quantized_dimension]
                self.assertEqual(weights.scale.size, 1 if operator.kind == "FULLY_CONNECTED" else channels)
                self.assertEqual(bias.data.dtype, np.int32)
                np.testing.assert_array_equal(bias.scale, source.scale * weights.scale)
                if operator.kind != "FULLY_CONNECTED":
                    self.assertEqual(output.zero_point.tolist(), [-128])  # after a ReLU nothing is negative
            elif operator.kind == "SOFTMAX":
                self.assertEqual((output.scale.tolist(), output.zero_point.tolist()), ([1 / 256], [-128]))
            else:
                np.testing.assert_array_equal(source.scale, output.scale)
                np.testing.assert_array_equal(source.zero_point, output.zero_point)

    def test_expected_outputs_are_the_references(self):
        for example in self.examples:
            with self.subTest(example["file"]):
                data = np.fromfile(FOLDER / "inputs" / example["file"], np.int8).reshape(1, 49, 10, 1)
                output = int8_reference.run(self.model, data)
                expected = np.fromfile(FOLDER / "expected" / example["file"], np.int8)
                np.testing.assert_array_equal(output.ravel(), expected)
                self.assertEqual(int(output.argmax()), example["predicted"])
                self.assertEqual(self.labels[example["label"]], example["name"])

    def test_examples_cover_every_class_and_list_every_file(self):
        self.assertEqual({example["label"] for example in self.examples}, set(range(len(self.labels))))
        names = sorted(example["file"] for example in self.examples)
        for folder in ("inputs", "expected"):
            self.assertEqual(sorted(path.name for path in (FOLDER / folder).glob("*.bin")), names)
        right = sum(example["label"] == example["predicted"] for example in self.examples)
        self.assertEqual(right, self.metrics["examples_right"])

    def test_front_end_has_the_input_tensors_quantisation(self):
        constants = json.loads((FOLDER / "front_end.json").read_text())
        source = self.tensor(self.model.inputs[0])
        self.assertEqual([constants["scale"]], source.scale.astype(float).tolist())
        self.assertEqual([constants["zero_point"]], source.zero_point.tolist())

    def test_a_quiet_recording_is_silence(self):
        rng = np.random.default_rng(3)
        samples = np.rint(rng.normal(size=features.SAMPLE_RATE // 2) * 300.0).astype("<i2")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "noise.wav"
            with wave.open(str(path), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(features.SAMPLE_RATE)
                file.writeframes(np.tile(samples, 3).tobytes())
            second = encode.loudest_second(encode.read_wave(path))
        constants = json.loads((FOLDER / "front_end.json").read_text())
        output = int8_reference.run(self.model, encode.encode(second, constants)[None, ..., None])
        self.assertEqual(self.labels[int(output.argmax())], "silence")


if __name__ == "__main__":
    unittest.main()
