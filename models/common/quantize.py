# SPDX-License-Identifier: Apache-2.0
"""Post-training quantisation to TensorFlow Lite's int8 scheme.

Activations: asymmetric int8, one scale a tensor. Weights: symmetric int8 in [-127, 127], one scale an output channel
(or one in all, for fully connected). Biases: int32 of scale input * weight.
See https://ai.google.dev/edge/litert/conversion/tensorflow/quantization/quantization_spec.
"""

from __future__ import annotations

import numpy as np

BIAS_LIMIT = 1 << 30  # half of int32's range: the accumulator must hold the products too


def activation(low: float, high: float) -> tuple[np.float32, int]:
    """(scale, zero point) of a range, widened to hold 0 exactly, as padding and ReLU demand."""
    low, high = min(float(low), 0.0), max(float(high), 0.0)
    if high == low:
        raise ValueError("an activation that is always zero has no scale")
    scale = np.float32((high - low) / 255.0)
    return scale, int(np.clip(round(-128 - low / float(scale)), -128, 127))


def observed_range(values: np.ndarray, tail: float) -> tuple[float, float]:
    """The range without the fraction `tail` at each end: a few outliers are worth less than resolution."""
    low, high = np.quantile(values, [tail, 1.0 - tail])
    return float(low), float(high)


def weights(
    values: np.ndarray, bias: np.ndarray, input_scale: np.float32, axis: int, per_channel: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(int8 weights, their scales, int32 biases, their scales) of real weights with output channels along `axis`."""
    channels = np.moveaxis(values, axis, 0).reshape(values.shape[axis], -1)
    largest = np.abs(channels).max(axis=1)
    # A nearly dead channel with a real bias must not get a scale so small that its bias overflows.
    least = np.maximum(np.abs(bias) / (float(input_scale) * BIAS_LIMIT), np.finfo(np.float32).tiny)
    scales = np.maximum(largest / 127.0, least)
    if not per_channel:
        scales = scales.max(keepdims=True)
    scales = scales.astype(np.float32)
    shape = [1] * values.ndim
    shape[axis] = scales.size
    quantized = np.clip(np.rint(values / scales.reshape(shape)), -127, 127).astype(np.int8)
    bias_scales = (np.float32(input_scale) * scales).astype(np.float32)
    return quantized, scales, np.rint(bias / bias_scales.astype(np.float64)).astype(np.int32), bias_scales
