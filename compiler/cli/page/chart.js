"use strict";
// What the charts have in common.

const CAUSES = ["ARRAY", "VECTOR", "WEIGHTS", "DRAIN", "BANK", "WINDOW", "FILL", "LOAD", "STORE", "COMMAND"];
const LAYER_TINTS = 6;

function tintOf(row) {
  return `l${row % LAYER_TINTS}`;
}

// Maps [from, to] to [begin, end].
function linear(from, to, begin, end) {
  return (value) => begin + ((value - from) / (to - from || 1)) * (end - begin);
}

function logarithmic(from, to, begin, end) {
  const map = linear(Math.log10(from), Math.log10(to), begin, end);
  return (value) => map(Math.log10(value));
}

// About `count` round numbers from `from` to `to`, and no more than one above that, whatever these are.
function ticks(from, to, count) {
  const rough = (to - from) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough);
  const result = [];
  const first = Math.ceil(from / step);
  for (let i = 0; i <= count; ++i) {
    const at = (first + i) * step;
    if (at <= to) result.push(at);
  }
  return result;
}

// Powers of ten from `from` to `to`, and 2 and 5 times them where there is room for more.
function decades(from, to) {
  const factors = Math.log10(to / from) < 3 ? [1, 2, 5] : [1];
  const first = Math.floor(Math.log10(from));
  const powers = Math.floor(Math.log10(to)) - first + 1;
  const result = [];
  if (!Number.isFinite(powers)) return result;
  for (let i = 0; i < powers; ++i) {
    result.push(...factors.map((factor) => factor * 10 ** (first + i)).filter((at) => at >= from && at <= to));
  }
  return result;
}

function line(x1, y1, x2, y2, className) {
  return shape("line", {x1, y1, x2, y2, class: className});
}

function label(x, y, text, anchor = "start", className = "") {
  return shape("text", {x, y, "text-anchor": anchor, class: className}, text);
}

// A figure with an empty drawing of the page's width. What the marks say when they are looked at stands below it.
function figure(parent, description, height) {
  const width = Math.max(320, Math.min(1200, Math.floor(parent.clientWidth)));
  const drawing = shape("svg", {
    class: "chart", viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": description,
  });
  const readout = element("p", {class: "readout", "aria-live": "polite"}, "Point at a mark, or reach it with Tab and the arrow keys.");
  parent.append(element("figure", {}, drawing, readout));
  return {drawing, readout, width, height};
}

// Makes marks say what they are, to the mouse and to the keyboard: one stop of the Tab key, arrows from mark to mark.
function explain(marks, readout) {
  const nodes = marks.map((mark) => mark.node);
  marks.forEach(({node, text}, i) => {
    const say = () => { readout.textContent = text; };
    node.setAttribute("tabindex", i === 0 ? "0" : "-1");
    node.setAttribute("role", "img");
    node.setAttribute("aria-label", text);
    node.addEventListener("mouseenter", say);
    node.addEventListener("focus", say);
    node.addEventListener("keydown", (event) => {
      const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
      const next = event.key === "Home" ? 0 : event.key === "End" ? nodes.length - 1 : step ? i + step : -1;
      if (next < 0 || next >= nodes.length) return;
      event.preventDefault();
      node.setAttribute("tabindex", "-1");
      nodes[next].setAttribute("tabindex", "0");
      nodes[next].focus();
    });
  });
}

function swatch(draw) {
  return shape("svg", {viewBox: "0 0 16 16", "aria-hidden": "true"}, draw);
}

// Items {className, text}.
function legend(items) {
  const list = element("ul", {class: "legend"});
  for (const {className, text, draw} of items) {
    const sample = draw || shape("rect", {x: 1, y: 1, width: 14, height: 14, class: `${className} block`});
    list.append(element("li", {}, swatch(sample), text));
  }
  return list;
}

// A bar of parts {value, className} that is as long as its sum is of `most`.
function stackedBar(parts, most, text) {
  const bar = shape("svg", {viewBox: "0 0 1000 10", preserveAspectRatio: "none", role: "img", "aria-label": text});
  bar.append(shape("title", {}, text));
  let at = 0;
  for (const {value, className} of parts) {
    const width = most > 0 ? (1000 * value) / most : 0;
    if (value > 0) bar.append(shape("rect", {x: at, y: 0, width, height: 10, class: className}));
    at += width;
  }
  return bar;
}
