"use strict";

const UNITS = {
  layers: "layers", array: "array", vector: "vector unit", load: "load", store: "store", fetch: "fetch waits",
};
const TRACK_HEIGHT = 34;
const LEFT = 84;

class Timeline {
  constructor(run) {
    this.run = run;
    const {timeline} = run.detail;
    this.tracks = timeline.tracks.filter((track) => track.slices.length > 0);
    this.end = Math.max(1, ...timeline.jobs.map((job) => job[1]));
    this.from = 0;
    this.to = this.end;
  }

  // Shows `factor` of what is shown now, `shift` of it further on.
  move(factor, shift) {
    const span = Math.min(this.end, Math.max(64, (this.to - this.from) * factor));
    const middle = (this.from + this.to) / 2 + shift * (this.to - this.from);
    this.from = Math.max(0, Math.min(this.end - span, middle - span / 2));
    this.to = this.from + span;
    this.draw();
  }

  draw() {
    const content = this.content;
    content.replaceChildren();
    const {cpu} = this.run.detail.timeline;
    const height = (this.tracks.length + (cpu.length > 0 ? 1 : 0)) * TRACK_HEIGHT + 40;
    const chart = figure(content, `Timeline of ${this.run.label}, cycles ${grouped(this.from)} to ${grouped(this.to)}`, height);
    const {drawing, width} = chart;
    const x = linear(this.from, this.to, LEFT, width - 24);
    for (const at of ticks(this.from, this.to, Math.max(2, Math.floor(width / 160)))) {
      drawing.append(line(x(at), 0, x(at), height - 28, "grid"), label(x(at), height - 12, grouped(at), "middle", "quiet"));
    }
    const marks = [];
    this.tracks.forEach((track, i) => {
      const top = i * TRACK_HEIGHT + 6;
      drawing.append(label(LEFT - 8, top + 17, UNITS[track.unit] || track.unit, "end"));
      for (const slice of track.slices) marks.push(...this.drawSlice(drawing, track.unit, slice, x, top));
    });
    if (cpu.length > 0) drawing.append(label(LEFT - 8, height - 51, "CPU", "end"));
    for (const [cycle, row] of cpu) {
      if (cycle < this.from || cycle > this.to) continue;
      const node = shape("polygon", {points: `${x(cycle)},${height - 64} ${x(cycle) - 6},${height - 48} ${x(cycle) + 6},${height - 48}`, class: "c7 mark", "data-unit": "cpu"});
      drawing.append(node);
      marks.push({node, text: `${this.nameOf(row)} ran on the CPU at cycle ${grouped(cycle)}`});
    }
    explain(marks, chart.readout);
  }

  drawSlice(drawing, unit, [begin, end, row, busy, commands], x, top) {
    if (end <= this.from || begin >= this.to) return [];
    const left = x(Math.max(begin, this.from));
    const width = Math.max(1, x(Math.min(end, this.to)) - left);
    const cycles = end - begin;
    const node = shape("rect", {
      x: left, y: top, width, height: TRACK_HEIGHT - 10, class: `${tintOf(row)} ${width < 5 ? "thin" : "block"}`,
      "fill-opacity": Math.max(0.25, cycles ? busy / cycles : 1), "data-unit": unit,
    });
    drawing.append(node);
    const name = this.nameOf(row);
    const room = Math.floor((width - 8) / 7);
    if (room >= 2) drawing.append(shape("text", {x: left + 4, y: top + 16, "pointer-events": "none", "aria-hidden": "true"}, room >= name.length ? name : String(row)));
    const several = commands > 1 ? `, ${grouped(commands)} pieces` : "";
    const text = `${UNITS[unit] || unit}: ${name}, cycles ${grouped(begin)} to ${grouped(end)}, busy ${grouped(busy)}${several}`;
    return [{node, text}];
  }

  nameOf(row) {
    const layer = this.run.detail.layers[row];
    return layer ? `${row} ${clipped(layerName(layer.name), 40)}` : "?";
  }
}

function drawTimeline(run) {
  const content = contentOf("timeline");
  if (!run.detail || !run.detail.timeline.jobs.length) {
    content.append(element("p", {}, "Nothing of this run is on the NPU: there is no timeline."));
    return;
  }
  const timeline = new Timeline(run);
  const buttons = element("div", {class: "buttons", role: "group", "aria-label": "Part of the timeline"});
  for (const [text, factor, shift] of [["Zoom in", 0.5, 0], ["Zoom out", 2, 0], ["Earlier", 1, -0.5], ["Later", 1, 0.5]]) {
    const button = element("button", {type: "button"}, text);
    button.addEventListener("click", () => timeline.move(factor, shift));
    buttons.append(button);
  }
  timeline.content = element("div");
  content.append(buttons, timeline.content);
  timeline.draw();
  content.append(details("Values of the timeline", table("Cycles in which each unit was busy",
    [{title: "unit", heads: true}, {title: "busy cycles", number: true}, {title: "share of the run", number: true}, {title: "pieces", number: true}],
    timeline.tracks.map((track) => [UNITS[track.unit] || track.unit, grouped(track.busy), percent(track.busy / timeline.end), grouped(track.commands)]))));
}
