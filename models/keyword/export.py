# SPDX-License-Identifier: Apache-2.0
"""Quantises the trained network and builds its .tflite model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import network
from common import features, quantize, tflite

# Operator versions: the first that takes int8 (per channel, where there are channels).
VERSIONS = {
    "CONV_2D": 3,
    "DEPTHWISE_CONV_2D": 3,
    "AVERAGE_POOL_2D": 2,
    "RESHAPE": 1,
    "FULLY_CONNECTED": 4,
    "SOFTMAX": 2,
}
MIN_RUNTIME = "1.14.0"  # the first TensorFlow Lite with all of these versions
TAIL = 1e-5  # of the activations, left out of the calibrated range at each end
INPUT_TAIL = 5e-4  # the same for the input, where clipping a spike of a cepstrum costs nothing


@dataclass
class Quantization:
    scale: np.float32
    zero_point: int


class Builder:
    """Collects tensors and operators; `current` is the tensor that the next layer reads."""

    def __init__(self, shape: tuple[int, ...], quantization: Quantization) -> None:
        self.model = tflite.Model([], [], [], [], "Auklet keyword network", MIN_RUNTIME)
        self.current = self.activation("input", shape, quantization)
        self.model.inputs = [self.current]

    def _add(self, tensor: tflite.Tensor) -> int:
        self.model.tensors.append(tensor)
        return len(self.model.tensors) - 1

    def activation(self, name: str, shape: tuple[int, ...], quantization: Quantization) -> int:
        scale = np.array([quantization.scale], np.float32)
        zero_point = np.array([quantization.zero_point], np.int64)
        return self._add(tflite.Tensor(name, shape, np.int8, None, scale, zero_point))

    def constant(self, name: str, data: np.ndarray, scale: np.ndarray, axis: int) -> int:
        zero_point = np.zeros(scale.size, np.int64)
        return self._add(tflite.Tensor(name, data.shape, data.dtype, data, scale, zero_point, axis))

    def quantization(self) -> Quantization:
        tensor = self.model.tensors[self.current]
        return Quantization(tensor.scale[0], int(tensor.zero_point[0]))

    def operator(self, kind: str, inputs: list[int], output: int, **options: object) -> None:
        self.model.operators.append(tflite.Operator(kind, VERSIONS[kind], [self.current, *inputs], [output], options))
        self.current = output

    def weighted(
        self, kind: str, name: str, weights: np.ndarray, bias: np.ndarray, axis: int, shape: tuple[int, ...],
        result: Quantization, **options: object
    ) -> None:
        """A convolution or fully connected layer; `axis` is the output channel's in `weights`."""
        scale = self.quantization().scale
        per_channel = kind != "FULLY_CONNECTED"
        w, w_scale, b, b_scale = quantize.weights(weights, bias, scale, axis, per_channel)
        inputs = [self.constant(f"{name}/weights", w, w_scale, axis), self.constant(f"{name}/bias", b, b_scale, 0)]
        self.operator(kind, inputs, self.activation(name, shape, result), **options)


def _relu_range(values: np.ndarray) -> Quantization:
    return Quantization(*quantize.activation(0.0, quantize.observed_range(values, TAIL)[1]))


def build(layers: list[network.Layer], calibration: np.ndarray) -> tflite.Model:
    """The int8 model; `calibration` is [n, 49, 10] normalised maps of the training set, from which ranges are taken."""
    observed = network.outputs(layers, calibration)
    input_range = quantize.observed_range(calibration, INPUT_TAIL)
    shape = (1, features.FRAMES, features.COEFFICIENTS, 1)
    builder = Builder(shape, Quantization(*quantize.activation(*input_range)))
    options = {"padding": "SAME", "fused_activation": "RELU"}
    for number, (layer, values) in enumerate(zip(layers[:-1], observed)):
        shape = (1, values.shape[2], values.shape[3], values.shape[1])
        result = _relu_range(values)
        if layer.kind == "depthwise":  # [channels, 1, ky, kx] to [1, ky, kx, channels]
            weights = layer.weights[:, 0].transpose(1, 2, 0)[None]
            name = f"block{(number + 1) // 2}/depthwise"
            builder.weighted("DEPTHWISE_CONV_2D", name, weights, layer.bias, 3, shape, result, stride_w=1,
                             stride_h=1, depth_multiplier=1, **options)
        else:  # [out, in, ky, kx] to [out, ky, kx, in]
            stride_h, stride_w = network.FIRST_STRIDE if layer.kind == "first" else (1, 1)
            name = "first" if layer.kind == "first" else f"block{number // 2}/pointwise"
            weights = layer.weights.transpose(0, 2, 3, 1)
            builder.weighted("CONV_2D", name, weights, layer.bias, 0, shape, result, stride_w=stride_w,
                             stride_h=stride_h, **options)
    height, width, channels = shape[1:]
    pooled = builder.activation("pool", (1, 1, 1, channels), builder.quantization())
    builder.operator("AVERAGE_POOL_2D", [], pooled, padding="VALID", stride_w=width, stride_h=height, filter_w=width,
                     filter_h=height)
    target = np.array([-1, channels], np.int32)
    shape_tensor = builder.constant("flat/shape", target, np.zeros(0, np.float32), 0)
    flat = builder.activation("flat", (1, channels), builder.quantization())
    builder.operator("RESHAPE", [shape_tensor], flat, new_shape=tuple(target.tolist()))
    last = layers[-1]
    classes = last.bias.size
    logits = Quantization(*quantize.activation(*quantize.observed_range(observed[-1], TAIL)))
    builder.weighted("FULLY_CONNECTED", "logits", last.weights, last.bias, 0, (1, classes), logits)
    # TensorFlow Lite demands this quantisation of a softmax.
    result = builder.activation("probabilities", (1, classes), Quantization(np.float32(1 / 256), -128))
    builder.operator("SOFTMAX", [], result, beta=1.0)
    builder.model.outputs = [result]
    return builder.model


def multiplications(model: tflite.Model) -> int:
    """Multiply-accumulates of one inference in convolutions and fully connected layers."""
    total = 0
    for operator in model.operators:
        if operator.kind in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
            weights = model.tensors[operator.inputs[1]].shape
            positions = int(np.prod(model.tensors[operator.outputs[0]].shape[1:-1]))
            total += positions * int(np.prod(weights))
    return total


def parameters(model: tflite.Model) -> int:
    """Weights and biases, counted."""
    operators = [op for op in model.operators if op.kind != "RESHAPE"]
    return sum(model.tensors[i].data.size for op in operators for i in op.inputs[1:])
