#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of models/common: fixed-point arithmetic, kernels against golden data, FlatBuffers, features, quantisation."""

import math
import os
import struct
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "models"))

import numpy as np

from common import features, int8_reference as ref, quantize, tflite
from common.flatbuffer import Encoder, Scalar, Table, Vector, View

GOLDEN = Path(os.environ.get("AUKLET_GOLDEN", ROOT.parent / "shared" / "golden"))


class FixedPoint(unittest.TestCase):
    def test_multiplier_is_normalised_and_near_the_real_number(self):
        for real in (1e-9, 0.0003, 0.25, 0.5, 0.999999999999, 1.0, 1.7, 12345.6):
            multiplier, shift = ref.quantize_multiplier(real)
            self.assertTrue(1 << 30 <= multiplier < 1 << 31, real)
            self.assertAlmostEqual(multiplier * 2.0 ** (shift - 31) / real, 1.0, delta=2.0**-30)

    def test_multipliers_too_small_become_zero(self):
        self.assertEqual(ref.quantize_multiplier(0.0), (0, 0))
        self.assertEqual(ref.quantize_multiplier(2.0**-33), (0, 0))
        self.assertEqual(ref.quantize_multiplier(2.0**-32), (1 << 30, -31))

    def test_rounding_shift_takes_ties_away_from_zero(self):
        values = np.array([5, 6, 7, -5, -6, -7, 2, -2])
        np.testing.assert_array_equal(ref.rounding_shift(values, 2), [1, 2, 2, -1, -2, -2, 1, -1])
        np.testing.assert_array_equal(ref.rounding_shift(values, 0), values)

    def test_high_multiply_rounds_to_nearest_and_saturates_its_one_overflow(self):
        low = ref.INT32_MIN
        self.assertEqual(int(ref.high_multiply(np.int64(low), low)), ref.INT32_MAX)
        rng = np.random.default_rng(1)
        a, b = rng.integers(low, 1 << 31, (2, 1000))
        for x, y, result in zip(a.tolist(), b.tolist(), ref.high_multiply(a, b).tolist()):
            # |2^31 result - x y| is at most half of 2^31, in exact integers.
            self.assertLessEqual(abs((result << 31) - x * y), 1 << 30)

    def test_two_roundings_differ_from_one(self):
        # 11 * 0.5 rounds to 6, and 6 / 4 to 2; but 11 * 0.125 = 1.375 is nearest to 1.
        value, multiplier, shift = 11, 1 << 30, -2
        self.assertEqual(int(ref.requantize(np.int64(value), multiplier, shift)), 2)
        self.assertEqual(round(value * multiplier * 2.0 ** (shift - 31)), 1)

    def test_exponential_is_exact_to_a_few_units(self):
        a = -np.arange(0, 1 << 31, (1 << 31) // 5000, dtype=np.int64)
        exact = np.exp(a * 2.0**-26) * (1 << 31)
        self.assertLess(np.abs(ref.exp_on_negative(a) - exact).max(), 2.0**31 * 1e-6)

    def test_reciprocal_is_exact_to_a_few_units(self):
        a = np.arange(0, 1 << 31, (1 << 31) // 5000, dtype=np.int64)
        exact = (1 << 31) / (1.0 + a * 2.0**-31)
        self.assertLess(np.abs(ref.reciprocal_one_plus(a) - exact).max(), 32)


class Golden(unittest.TestCase):
    """Bit-exact on every model of the golden data whose operators the reference has."""

    FOLDERS = ("ops/conv2d_*", "ops/dwconv_*", "ops/fc_*", "ops/avgpool_*", "ops/softmax_*", "tiny_kws_dscnn")

    def setUp(self):
        if not (GOLDEN / "zoo").is_dir():
            self.skipTest(f"no golden data in {GOLDEN} (set AUKLET_GOLDEN)")

    def test_outputs_are_equal(self):
        for pattern in self.FOLDERS:
            folders = sorted((GOLDEN / "zoo").glob(pattern))
            self.assertTrue(folders, pattern)
            for folder in folders:
                model = tflite.read((folder / "model.tflite").read_bytes())
                shape = model.tensors[model.inputs[0]].shape
                for case in sorted(folder.glob("case*")):
                    with self.subTest(folder=folder.name, case=case.name):
                        output = ref.run(model, np.fromfile(case / "in0.bin", np.int8).reshape(shape))
                        np.testing.assert_array_equal(output.ravel(), np.fromfile(case / "out0.bin", np.int8))

    def test_other_writers_files_survive_a_round_trip(self):
        first = tflite.read((GOLDEN / "zoo/tiny_kws_dscnn/model.tflite").read_bytes())
        second = tflite.read(tflite.write(first))
        self.assertEqual(first.operators, second.operators)
        self.assertEqual((first.inputs, first.outputs), (second.inputs, second.outputs))
        self.assertEqual(first.min_runtime_version, second.min_runtime_version)
        for a, b in zip(first.tensors, second.tensors, strict=True):
            for name in ("name", "shape", "dtype", "quantized_dimension"):
                self.assertEqual(getattr(a, name), getattr(b, name))
            np.testing.assert_array_equal(a.scale, b.scale)
            np.testing.assert_array_equal(a.zero_point, b.zero_point)
            self.assertEqual(a.data is None, b.data is None)
            if a.data is not None:
                np.testing.assert_array_equal(a.data, b.data)


class FlatBuffer(unittest.TestCase):
    def test_values_come_back(self):
        inner = Table().add(0, "héllo").add(1, Vector.of("q", [1, -2]))
        root = Table().add(0, Scalar("b", -3)).add(1, Scalar("q", 1 << 40)).add(3, [inner, Table()]).add(4, inner)
        view = View.root(Encoder().encode(root, b"TEST"), b"TEST")
        self.assertEqual(view.scalar(0, "b", 0), -3)
        self.assertEqual(view.scalar(1, "q", 0), 1 << 40)
        self.assertFalse(view.has(2))
        self.assertEqual(view.scalar(2, "i", 9), 9)
        self.assertEqual([table.has(0) for table in view.tables(3)], [True, False])
        self.assertEqual(view.table(4).blob(0).decode(), "héllo")
        self.assertEqual(view.table(4).numbers(1, "q"), [1, -2])

    def test_numbers_and_vectors_are_aligned(self):
        for extra in range(16):
            root = Table().add(0, "x" * extra).add(1, Vector(b"payload!", 1, 16)).add(2, Scalar("q", 7))
            data = Encoder().encode(root.add(3, Vector.of("q", [5])), b"TEST")
            self.assertEqual(data.index(b"payload!") % 16, 0)
            self.assertEqual(data.index(struct.pack("<q", 7)) % 8, 0)
            self.assertEqual(data.index(struct.pack("<q", 5)) % 8, 0)

    def test_a_wrong_identifier_is_refused(self):
        with self.assertRaises(ValueError):
            View.root(Encoder().encode(Table(), b"TEST"), b"TFL3")

    def test_equal_vtables_are_written_once(self):
        one = Encoder().encode(Table().add(0, [Table().add(0, Scalar("i", 1))]), b"TEST")
        two = Encoder().encode(Table().add(0, [Table().add(0, Scalar("i", k)) for k in (1, 2)]), b"TEST")
        self.assertEqual(len(two) - len(one), 4 + 8)  # an offset and a table, no vtable


class Features(unittest.TestCase):
    def test_shape(self):
        shape = features.cepstrum(np.zeros(features.SAMPLE_RATE)).shape
        self.assertEqual(shape, (features.FRAMES, features.COEFFICIENTS))
        with self.assertRaises(ValueError):
            features.cepstrum(np.zeros(features.SAMPLE_RATE - 1))

    def test_silence_has_only_the_constant_coefficient(self):
        coefficients = features.cepstrum(np.zeros(features.SAMPLE_RATE))
        np.testing.assert_allclose(coefficients[:, 0], math.log(features.FLOOR) * math.sqrt(features.MEL_FILTERS))
        np.testing.assert_allclose(coefficients[:, 1:], 0.0, atol=1e-9)

    def test_filters_cover_the_band_without_gaps(self):
        filters = features.mel_filters()
        self.assertTrue((filters.max(axis=0) > 0.3).all())
        hz = np.arange(filters.shape[0]) * features.SAMPLE_RATE / features.FFT
        self.assertEqual(filters[(hz <= features.MEL_LOW_HZ) | (hz >= features.MEL_HIGH_HZ)].max(), 0.0)
        # Between the first and the last peak neighbouring triangles add up to 1.
        np.testing.assert_allclose(filters[(hz > 100.0) & (hz < 7000.0)].sum(axis=1), 1.0)

    def test_dct_is_orthonormal(self):
        matrix = features.dct_matrix()
        np.testing.assert_allclose(matrix.T @ matrix, np.eye(features.COEFFICIENTS), atol=1e-12)

    def test_a_higher_tone_lowers_the_second_coefficient(self):
        time = np.arange(features.SAMPLE_RATE) / features.SAMPLE_RATE
        tilt = [features.cepstrum(0.5 * np.sin(2 * np.pi * hz * time))[:, 1].mean() for hz in (200, 800, 3000, 6000)]
        self.assertEqual(tilt, sorted(tilt, reverse=True))

    def test_quantisation_rounds_and_saturates(self):
        values = np.array([0.0, 0.05, -0.05, 0.049, 100.0, -100.0])
        np.testing.assert_array_equal(features.quantize(values, 0.1, 3), [3, 4, 2, 3, 127, -128])


class Quantisation(unittest.TestCase):
    def test_zero_is_exact_and_the_range_is_covered(self):
        for low, high in ((-1.0, 3.0), (0.5, 2.0), (-4.0, -1.0), (0.0, 6.0)):
            scale, zero = quantize.activation(low, high)
            self.assertTrue(-128 <= zero <= 127)
            self.assertLessEqual((-128 - zero) * scale, min(low, 0.0) + scale)
            self.assertGreaterEqual((127 - zero) * scale, max(high, 0.0) - scale)
        self.assertEqual(quantize.activation(0.0, 6.0)[1], -128)

    def test_weights_are_symmetric_and_within_half_a_step(self):
        rng = np.random.default_rng(2)
        values = rng.normal(size=(8, 3, 3, 5)) * 10.0 ** rng.uniform(-3, 1, (8, 1, 1, 1))
        w, scale, b, b_scale = quantize.weights(values, rng.normal(size=8), np.float32(0.1), 0, True)
        self.assertEqual(np.abs(w).max(axis=(1, 2, 3)).tolist(), [127] * 8)
        error = np.abs(w * scale.reshape(8, 1, 1, 1) - values).max(axis=(1, 2, 3))
        self.assertTrue((error <= 0.501 * scale).all(), error / scale)
        np.testing.assert_array_equal(b_scale, np.float32(0.1) * scale)
        self.assertEqual(b.dtype, np.int32)

    def test_a_dead_channel_keeps_its_bias(self):
        values = np.zeros((2, 4))
        values[0] = 1.0
        _, _, bias, bias_scale = quantize.weights(values, np.array([0.5, -3.0]), np.float32(0.1), 0, True)
        np.testing.assert_allclose(bias * bias_scale.astype(np.float64), [0.5, -3.0], rtol=1e-2)

    def test_fully_connected_has_one_scale(self):
        _, scale, _, _ = quantize.weights(np.array([[1.0, 2.0], [0.1, 0.2]]), np.zeros(2), np.float32(1.0), 0, False)
        np.testing.assert_allclose(scale, [2.0 / 127.0])


if __name__ == "__main__":
    unittest.main()
