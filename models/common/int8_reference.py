#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs an int8 .tflite file in numpy integers, with the arithmetic of TensorFlow Lite's reference kernels.

It is written from the definition of the arithmetic (double rounding; softmax in fixed point), and shares nothing with
the C++ kernels, the planner or the RTL, so that agreement between them means something. Floating point appears only
where TensorFlow Lite has it: deriving an integer multiplier from scales.

    python3 models/common/int8_reference.py MODEL.tflite INPUT.bin [OUTPUT.bin]
"""

from __future__ import annotations

import math
import struct
import sys
from pathlib import Path
from typing import Any

import numpy as np

if __package__ in (None, ""):  # run as a script
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from common import tflite
else:
    from . import tflite

INT8_MIN, INT8_MAX = -128, 127
INT32_MIN, INT32_MAX = -(1 << 31), (1 << 31) - 1


# ---------------------------------------------------------------------------------------------------------------------
# Fixed point. Values are int64 arrays that hold int32 numbers.


def quantize_multiplier(real: float) -> tuple[int, int]:
    """(multiplier, shift) with real = multiplier * 2^(shift - 31), the multiplier in [2^30, 2^31)."""
    if real == 0.0:
        return 0, 0
    mantissa, shift = math.frexp(real)
    multiplier = int(math.floor(mantissa * (1 << 31) + 0.5))
    if multiplier == 1 << 31:
        multiplier, shift = multiplier // 2, shift + 1
    return (0, 0) if shift < -31 else (multiplier, shift)


def high_multiply(a: np.ndarray, b: Any) -> np.ndarray:
    """a * b / 2^31 rounded to nearest (the product's sign decides ties), saturated: 'doubling high multiply'."""
    product = np.asarray(a, np.int64) * np.asarray(b, np.int64)
    nudged = product + np.where(product >= 0, 1 << 30, 1 - (1 << 30))
    # The definition divides towards zero, a shift rounds down: add the divisor less one to negative numbers first.
    quotient = (nudged + np.where(nudged < 0, (1 << 31) - 1, 0)) >> 31
    return np.minimum(quotient, INT32_MAX)  # only INT32_MIN * INT32_MIN gets there


def rounding_shift(x: np.ndarray, exponent: Any) -> np.ndarray:
    """x / 2^exponent, rounded to nearest, ties away from zero."""
    x, exponent = np.asarray(x, np.int64), np.asarray(exponent, np.int64)
    mask = (np.int64(1) << exponent) - 1
    return (x >> exponent) + ((x & mask) > (mask >> 1) + (x < 0))


def requantize(x: np.ndarray, multiplier: Any, shift: Any) -> np.ndarray:
    """x times a quantised multiplier, with the two roundings of TensorFlow Lite's default build."""
    shift = np.asarray(shift, np.int64)
    scaled = np.asarray(x, np.int64) << np.maximum(shift, 0)
    return rounding_shift(high_multiply(scaled, multiplier), np.maximum(-shift, 0))


def saturating_left(x: np.ndarray, exponent: int) -> np.ndarray:
    return np.clip(np.asarray(x, np.int64) << exponent, INT32_MIN, INT32_MAX)


def exp_on_negative(a: np.ndarray) -> np.ndarray:
    """exp(a) in Q0.31 for a <= 0 in Q5.26.

    a = r - k/4 with r in [-1/4, 0): exp(r) by its Taylor series of degree 4 around -1/8, then one multiplication by
    exp(-2^i) for each binary digit i of what is left.
    """
    quarter = 1 << 24  # 1/4 in Q5.26
    remainder = (a & (quarter - 1)) - quarter
    x = (remainder << 5) + (1 << 28)  # to Q0.31, plus 1/8
    x2 = high_multiply(x, x)
    x3 = high_multiply(x2, x)
    x4_over_4 = rounding_shift(high_multiply(x2, x2), 2)
    third = round((1 << 31) / 3)
    series = rounding_shift(high_multiply(x4_over_4 + x3, third) + x2, 1)  # x^4/24 + x^3/6 + x^2/2
    middle = round(math.exp(-0.125) * (1 << 31))
    result = middle + high_multiply(x + series, middle)
    rest = remainder - a
    for exponent in range(-2, 5):
        factor = round(math.exp(-(2.0**exponent)) * (1 << 31))
        result = np.where(rest & (1 << (26 + exponent)), high_multiply(result, factor), result)
    return np.where(a == 0, INT32_MAX, result)


def reciprocal_one_plus(a: np.ndarray) -> np.ndarray:
    """1 / (1 + a) in Q0.31 for a in [0, 1) in Q0.31: three Newton-Raphson steps, in Q2.29, from 48/17 - 32/17 d."""
    half_sum = np.asarray(a, np.int64) + INT32_MAX
    half_denominator = (half_sum + 1) >> 1  # never negative, so plain rounding up of ties
    one = 1 << 29
    x = round(48 / 17 * one) + high_multiply(half_denominator, round(-32 / 17 * one))
    for _ in range(3):
        error = one - high_multiply(half_denominator, x)
        x = x + saturating_left(high_multiply(x, error), 2)
    return saturating_left(x, 1)  # halved, and from Q2.29 to Q0.31


# ---------------------------------------------------------------------------------------------------------------------
# Operators. Activations are int8 [batch, ...] arrays, channels last; the batch may be any number.


def activation_range(name: str, output: tflite.Tensor) -> tuple[int, int]:
    """The clamp of a fused activation, in the output's quantisation."""
    scale, zero = float(output.scale[0]), int(output.zero_point[0])

    def quantized(value: float) -> int:
        ratio = value / scale
        return zero + int(math.copysign(math.floor(abs(ratio) + 0.5), ratio))

    low, high = {"NONE": (None, None), "RELU": (0.0, None), "RELU6": (0.0, 6.0), "RELU_N1_TO_1": (-1.0, 1.0)}[name]
    return (
        INT8_MIN if low is None else max(INT8_MIN, quantized(low)),
        INT8_MAX if high is None else min(INT8_MAX, quantized(high)),
    )


def padding_before(mode: str, size: int, kernel: int, stride: int, dilation: int = 1) -> tuple[int, int]:
    """(output size, padding in front); SAME puts the odd one behind."""
    extent = (kernel - 1) * dilation + 1
    if mode == "VALID":
        return (size - extent) // stride + 1, 0
    out = -(-size // stride)
    return out, max((out - 1) * stride + extent - size, 0) // 2


def channel_multipliers(source: tflite.Tensor, weights: tflite.Tensor, output: tflite.Tensor, channels: int) -> Any:
    """Arrays (multiplier, shift), one entry a channel; one scale serves all when the weights have but one."""
    scales = np.broadcast_to(weights.scale, (channels,))
    pairs = [quantize_multiplier(float(source.scale[0]) * float(s) / float(output.scale[0])) for s in scales]
    return np.array([p[0] for p in pairs], np.int64), np.array([p[1] for p in pairs], np.int64)


def finish(total: np.ndarray, bias: Any, multipliers: Any, output: tflite.Tensor, activation: str) -> np.ndarray:
    """Bias, requantisation, zero point, clamp."""
    if bias is not None:
        total = total + bias.astype(np.int64)
    low, high = activation_range(activation, output)
    return np.clip(requantize(total, *multipliers) + int(output.zero_point[0]), low, high).astype(np.int8)


def window_taps(x: np.ndarray, options: dict[str, Any], kernel: tuple[int, int]) -> Any:
    """Yields (ky, kx, slice): for each kernel tap the (zero-padded) input that each output position sees there."""
    dilation = options["dilation_h"], options["dilation_w"]
    stride = options["stride_h"], options["stride_w"]
    sizes = [padding_before(options["padding"], x.shape[1 + i], kernel[i], stride[i], dilation[i]) for i in (0, 1)]
    behind = [
        max((sizes[i][0] - 1) * stride[i] + (kernel[i] - 1) * dilation[i] + 1 - x.shape[1 + i] - sizes[i][1], 0)
        for i in (0, 1)
    ]
    padded = np.pad(x, ((0, 0), (sizes[0][1], behind[0]), (sizes[1][1], behind[1]), (0, 0)))
    span = [(sizes[i][0] - 1) * stride[i] + 1 for i in (0, 1)]
    for ky in range(kernel[0]):
        for kx in range(kernel[1]):
            y0, x0 = ky * dilation[0], kx * dilation[1]
            yield ky, kx, padded[:, y0 : y0 + span[0] : stride[0], x0 : x0 + span[1] : stride[1]]


def convolution(x: np.ndarray, tensors: list[Any], output: tflite.Tensor, options: dict[str, Any]) -> np.ndarray:
    source, weights, bias = tensors
    w = weights.data.astype(np.int32)  # [out channels, ky, kx, in channels]
    centred = x.astype(np.int32) - int(source.zero_point[0])  # padding adds zeros, the real value 0
    total: Any = 0
    for ky, kx, tap in window_taps(centred, options, (w.shape[1], w.shape[2])):
        total = total + (tap.reshape(-1, tap.shape[3]) @ w[:, ky, kx, :].T).reshape(*tap.shape[:3], w.shape[0])
    multipliers = channel_multipliers(source, weights, output, w.shape[0])
    return finish(total, bias.data if bias else None, multipliers, output, options["fused_activation"])


def depthwise(x: np.ndarray, tensors: list[Any], output: tflite.Tensor, options: dict[str, Any]) -> np.ndarray:
    source, weights, bias = tensors
    w = weights.data.astype(np.int32)  # [1, ky, kx, channels * multiplier]
    centred = x.astype(np.int32) - int(source.zero_point[0])
    repeat = w.shape[3] // x.shape[3]
    total: Any = 0
    for ky, kx, tap in window_taps(centred, options, (w.shape[1], w.shape[2])):
        total = total + np.repeat(tap, repeat, axis=3) * w[0, ky, kx, :]
    multipliers = channel_multipliers(source, weights, output, w.shape[3])
    return finish(total, bias.data if bias else None, multipliers, output, options["fused_activation"])


def fully_connected(x: np.ndarray, tensors: list[Any], output: tflite.Tensor, options: dict[str, Any]) -> np.ndarray:
    source, weights, bias = tensors
    w = weights.data.astype(np.int32)
    centred = x.reshape(-1, w.shape[1]).astype(np.int32) - int(source.zero_point[0])
    if weights.scale.size > 1:
        multipliers = channel_multipliers(source, weights, output, w.shape[0])
    else:
        # Here TensorFlow Lite multiplies the two scales in single precision.
        product = float(np.float32(source.scale[0]) * np.float32(weights.scale[0]))
        multipliers = quantize_multiplier(product / float(output.scale[0]))
    if weights.zero_point.size and np.any(weights.zero_point):
        w = w - weights.zero_point.astype(np.int32).reshape(-1, 1)
    total = centred @ w.T
    return finish(total, bias.data if bias else None, multipliers, output, options["fused_activation"])


def average_pool(x: np.ndarray, tensors: list[Any], output: tflite.Tensor, options: dict[str, Any]) -> np.ndarray:
    """The mean over the window's existing pixels, rounded half away from zero."""
    options = {**options, "dilation_h": 1, "dilation_w": 1}
    kernel = options["filter_h"], options["filter_w"]
    total: Any = 0
    count: Any = 0
    ones = np.ones((1, *x.shape[1:3], 1), np.int32)
    taps = zip(window_taps(x.astype(np.int32), options, kernel), window_taps(ones, options, kernel))
    for (_, _, tap), (_, _, exists) in taps:
        total, count = total + tap, count + exists
    mean = np.sign(total) * ((np.abs(total) + count // 2) // count)
    return np.clip(mean, *activation_range(options["fused_activation"], output)).astype(np.int8)


def softmax(x: np.ndarray, tensors: list[Any], output: tflite.Tensor, options: dict[str, Any]) -> np.ndarray:
    """Softmax over the last axis; the output's quantisation is fixed at 1/256 and -128."""
    integer_bits, sum_bits = 5, 12
    real = min(options["beta"] * float(tensors[0].scale[0]) * (1 << (31 - integer_bits)), (1 << 31) - 1.0)
    multiplier, shift = quantize_multiplier(real)
    if shift < 0:
        raise ValueError("softmax: the input's scale is too small")
    # Below this difference exp() is left out: its argument would not fit Q5.26.
    smallest = -math.floor(((1 << integer_bits) - 1) * (1 << (31 - integer_bits)) / (1 << shift))
    difference = x.astype(np.int64) - x.max(axis=-1, keepdims=True)
    counted = difference >= smallest
    argument = high_multiply(np.where(counted, difference, 0) << shift, multiplier)
    exponentials = np.where(counted, exp_on_negative(argument), 0)
    total = rounding_shift(exponentials, sum_bits).sum(axis=-1, keepdims=True)  # Q12.19
    leading = 32 - np.frexp(total.astype(np.float64))[1].astype(np.int64)  # zero bits in front of a positive int32
    inverse = reciprocal_one_plus((total << leading) - (1 << 31))
    bits_over_unit = sum_bits - leading
    unsaturated = rounding_shift(high_multiply(exponentials, inverse), bits_over_unit + 31 - 8) + INT8_MIN
    return np.where(counted, np.clip(unsaturated, INT8_MIN, INT8_MAX), INT8_MIN).astype(np.int8)


KERNELS = {
    "AVERAGE_POOL_2D": average_pool,
    "CONV_2D": convolution,
    "DEPTHWISE_CONV_2D": depthwise,
    "FULLY_CONNECTED": fully_connected,
    "SOFTMAX": softmax,
}


def run(model: tflite.Model, batch: np.ndarray) -> np.ndarray:
    """The model's first output for its one input; `batch` is int8 [n, ...] and may hold any number of examples."""
    if len(model.inputs) != 1:
        raise ValueError(f"the model has {len(model.inputs)} inputs; one is supported")
    if batch.dtype != np.int8 or batch.shape[1:] != model.tensors[model.inputs[0]].shape[1:]:
        raise ValueError("the input's type or shape is not the model's")
    values = {model.inputs[0]: batch}
    for operator in model.operators:
        x, output = values[operator.inputs[0]], model.tensors[operator.outputs[0]]
        if operator.kind == "RESHAPE":
            values[operator.outputs[0]] = x.reshape(x.shape[0], *output.shape[1:])
            continue
        tensors = [model.tensors[i] if i >= 0 else None for i in operator.inputs]
        if operator.kind in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
            tensors += [None] * (3 - len(tensors))
        values[operator.outputs[0]] = KERNELS[operator.kind](x, tensors, output, operator.options)
    return values[model.outputs[0]]


def main(arguments: list[str]) -> int:
    if len(arguments) not in (2, 3):
        print("usage: int8_reference.py MODEL.tflite INPUT.bin [OUTPUT.bin]", file=sys.stderr)
        return 2
    try:
        model = tflite.read(Path(arguments[0]).read_bytes())
        shape = model.tensors[model.inputs[0]].shape
        output = run(model, np.fromfile(arguments[1], np.int8).reshape(shape))
    except (OSError, ValueError, KeyError, struct.error) as error:
        print(f"int8_reference.py: {error}", file=sys.stderr)
        return 1
    if len(arguments) == 3:
        output.tofile(arguments[2])
    else:
        print(*output.ravel())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
