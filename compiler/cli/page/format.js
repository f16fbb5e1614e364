"use strict";
// Numbers and names as people read them.

// 12,345,678
function grouped(value) {
  return Math.round(value).toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

// 38.9 %
function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}

// Three digits that count: 1,234 or 12.3 or 0.0123
function short(value) {
  if (value === 0) return "0";
  if (Math.abs(value) >= 1000) return grouped(value);
  return Number(value.toPrecision(3)).toString();
}

function bytesText(bytes) {
  if (bytes < 10240) return `${grouped(bytes)} bytes`;
  return `${grouped(bytes / 1024)} KiB`;
}

// Picojoules, in the unit that suits.
function energyText(picojoules) {
  for (const [unit, size] of [["mJ", 1e9], ["µJ", 1e6], ["nJ", 1e3]]) {
    if (picojoules >= size) return `${(picojoules / size).toPrecision(3)} ${unit}`;
  }
  return `${short(picojoules)} pJ`;
}

// A tensor's name as people know the layer: of names that a converter joined by ';' the first, of its path the last two
// parts.
function layerName(tensor) {
  const path = tensor.split(";")[0].split("/");
  return path.slice(-2).join("/");
}

function clipped(text, most) {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

// A word for each value of an object, the largest first, values of 0 left out.
function listed(values, text) {
  const parts = Object.entries(values).filter(([, value]) => value > 0);
  parts.sort((a, b) => b[1] - a[1]);
  return parts.map(([key, value]) => `${key.toLowerCase()} ${text(value)}`).join(", ");
}
