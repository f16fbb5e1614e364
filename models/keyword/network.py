# SPDX-License-Identifier: Apache-2.0
"""The keyword network (a depthwise-separable CNN), its training, and its float form without batch normalisation."""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass
from typing import Callable

import numpy as np
import torch
from torch import nn
from torch.nn import functional

FIRST_KERNEL, FIRST_STRIDE = (10, 4), (2, 2)
FIRST_PADDING = (1, 1, 4, 5)  # left, right, top, bottom: TensorFlow's SAME for 49 x 10, the odd one behind


class KeywordNet(nn.Module):
    """Input [n, 1, 49, 10]; output [n, classes] logits."""

    def __init__(self, channels: int, blocks: int, classes: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, channels, FIRST_KERNEL, FIRST_STRIDE, bias=False)
        self.first_norm = nn.BatchNorm2d(channels)
        self.depthwise = nn.ModuleList(
            nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False) for _ in range(blocks)
        )
        self.depthwise_norm = nn.ModuleList(nn.BatchNorm2d(channels) for _ in range(blocks))
        self.pointwise = nn.ModuleList(nn.Conv2d(channels, channels, 1, bias=False) for _ in range(blocks))
        self.pointwise_norm = nn.ModuleList(nn.BatchNorm2d(channels) for _ in range(blocks))
        self.dropout = nn.Dropout(0.2)
        self.classify = nn.Linear(channels, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = functional.relu(self.first_norm(self.first(functional.pad(x, FIRST_PADDING))))
        for k, _ in enumerate(self.depthwise):
            x = functional.relu(self.depthwise_norm[k](self.depthwise[k](x)))
            x = functional.relu(self.pointwise_norm[k](self.pointwise[k](x)))
        return self.classify(self.dropout(x.mean(dim=(2, 3))))


@dataclass
class Layer:
    """One layer without batch normalisation: `weights` as PyTorch orders them, and what follows."""

    kind: str  # 'first', 'depthwise', 'pointwise' or 'classify'
    weights: np.ndarray
    bias: np.ndarray


def _fold(convolution: nn.Conv2d, norm: nn.BatchNorm2d, kind: str) -> Layer:
    gain = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach().double()
    weights = convolution.weight.detach().double() * gain[:, None, None, None]
    bias = norm.bias.detach().double() - norm.running_mean.double() * gain
    return Layer(kind, weights.numpy(), bias.numpy())


def fold(model: KeywordNet) -> list[Layer]:
    """The trained network as plain convolutions: each batch normalisation is multiplied into the one before it."""
    layers = [_fold(model.first, model.first_norm, "first")]
    for k, _ in enumerate(model.depthwise):
        layers.append(_fold(model.depthwise[k], model.depthwise_norm[k], "depthwise"))
        layers.append(_fold(model.pointwise[k], model.pointwise_norm[k], "pointwise"))
    classify = model.classify
    weights, bias = classify.weight.detach().double(), classify.bias.detach().double()
    return layers + [Layer("classify", weights.numpy(), bias.numpy())]


def outputs(layers: list[Layer], maps: np.ndarray) -> list[np.ndarray]:
    """What each layer gives for [n, 49, 10] maps (after its ReLU; the last are the logits), in floating point."""
    x = torch.from_numpy(maps).float()[:, None]
    result = []
    with torch.no_grad():
        for layer in layers:
            weights, bias = torch.from_numpy(layer.weights).float(), torch.from_numpy(layer.bias).float()
            if layer.kind == "first":
                x = functional.relu(functional.conv2d(functional.pad(x, FIRST_PADDING), weights, bias, FIRST_STRIDE))
            elif layer.kind == "depthwise":
                x = functional.relu(functional.conv2d(x, weights, bias, padding=1, groups=x.shape[1]))
            elif layer.kind == "pointwise":
                x = functional.relu(functional.conv2d(x, weights, bias))
            else:
                x = functional.linear(x.mean(dim=(2, 3)), weights, bias)
            result.append(x.numpy())
    return result


def predict(layers: list[Layer], maps: np.ndarray, batch: int = 256) -> np.ndarray:
    """[n] class numbers."""
    parts = [outputs(layers, maps[i : i + batch])[-1].argmax(axis=1) for i in range(0, len(maps), batch)]
    return np.concatenate(parts)


@dataclass(frozen=True)
class Schedule:
    epochs: int = 24
    batch: int = 128
    rate: float = 4e-3  # the peak of one cycle of AdamW
    decay: float = 1e-3
    smoothing: float = 0.05
    time_shift: int = 2  # frames, either way


def _augment(batch: torch.Tensor, shift: int, rng: np.random.Generator) -> torch.Tensor:
    """Moves each map in time by up to `shift` frames and, half of the time, blanks up to 6 frames with the mean."""
    batch = batch.clone()
    for sample in batch:
        move = int(rng.integers(-shift, shift + 1))
        sample.copy_(torch.roll(sample, move, dims=1))
        if rng.uniform() < 0.5:
            start, width = int(rng.integers(0, 49)), int(rng.integers(1, 7))
            sample[:, start : start + width] = 0.0
    return batch


def train(
    maps: np.ndarray,
    labels: np.ndarray,
    validation: tuple[np.ndarray, np.ndarray],
    shape: tuple[int, int, int],
    schedule: Schedule,
    seed: int,
    report: Callable[[str], None],
) -> KeywordNet:
    """Trains on [n, 49, 10] maps and returns the epoch that did best on `validation`."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    model = KeywordNet(*shape)
    optimizer = torch.optim.AdamW(model.parameters(), schedule.rate, weight_decay=schedule.decay)
    steps = -(-len(maps) // schedule.batch)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, schedule.rate, total_steps=schedule.epochs * steps)
    x, y = torch.from_numpy(maps).float()[:, None], torch.from_numpy(labels)
    best, best_accuracy = copy.deepcopy(model), -1.0
    for epoch in range(schedule.epochs):
        start, total = time.monotonic(), 0.0
        model.train()
        for chosen in torch.randperm(len(x)).split(schedule.batch):
            optimizer.zero_grad()
            logits = model(_augment(x[chosen], schedule.time_shift, rng))
            loss = functional.cross_entropy(logits, y[chosen], label_smoothing=schedule.smoothing)
            loss.backward()
            optimizer.step()
            scheduler.step()
            total += loss.item() * len(chosen)
        model.eval()
        accuracy = float((predict(fold(model), validation[0]) == validation[1]).mean())
        if accuracy >= best_accuracy:
            best, best_accuracy = copy.deepcopy(model), accuracy
        report(
            f"epoch {epoch + 1:2}/{schedule.epochs}  loss {total / len(x):.4f}  validation {100 * accuracy:.2f} %  "
            f"{time.monotonic() - start:.0f} s"
        )
    return best
