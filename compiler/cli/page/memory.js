"use strict";

// Addresses that some block uses, as ranges one above the other: the rest of the memory would only be white.
class Addresses {
  constructor(blocks, bottom, top) {
    const sorted = [...blocks].sort((a, b) => a.address - b.address);
    this.ranges = [];
    for (const {address, bytes} of sorted) {
      const last = this.ranges[this.ranges.length - 1];
      if (last && address <= last.to) last.to = Math.max(last.to, address + bytes);
      else this.ranges.push({from: address, to: address + bytes});
    }
    const gap = 10;
    const used = this.ranges.reduce((sum, range) => sum + range.to - range.from, 0);
    const room = bottom - top - gap * (this.ranges.length - 1);
    let at = bottom;
    for (const range of this.ranges) {
      range.bottom = at;
      range.scale = room / used;
      at -= (range.to - range.from) * range.scale + gap;
    }
  }

  y(address, range = null) {
    const within = range || this.ranges.find((candidate) => address >= candidate.from && address <= candidate.to);
    return within.bottom - (address - within.from) * within.scale;
  }
}

function blockText(detail, block, steps) {
  const layer = detail.layers[block.layer];
  const owner = layer ? `${block.layer} ${layerName(layer.name)}` : "?";
  const what = {weights: `weights of ${owner}`, tiles: `tiles of ${owner}`}[block.content] ||
    (block.tensor ? `tensor ${layerName(block.tensor)}` : `an intermediate of ${owner}`);
  const layerOf = (step) => (steps[step] === undefined ? "?" : steps[step]);
  return `${what}: ${grouped(block.bytes)} bytes at ${grouped(block.address)}, from layer ${layerOf(block.first_step)} to ${layerOf(block.last_step)}`;
}

// In steps of the planner: a layer has one, or one for each part of its weights.
function drawMap(content, run, segment, title, blocks) {
  const {detail} = run;
  const steps = segment.step_layers;
  const chart = figure(content, `${title}: ${blocks.length} blocks; the table below has them all`, 360);
  const {drawing, width, height} = chart;
  const x = linear(0, steps.length, 72, width - 16);
  const addresses = new Addresses(blocks, height - 44, 12);
  let labelled = Infinity;
  // Of the SRAM, where its regions begin.
  const quarter = run.detail.hardware.sram_bytes / 4;
  const inner = blocks[0].place === "sram" ? [quarter, 2 * quarter, 3 * quarter] : [];
  for (const range of addresses.ranges) {
    for (const address of [range.from, ...inner.filter((at) => at > range.from && at < range.to), range.to]) {
      const at = addresses.y(address, range);
      drawing.append(line(72, at, width - 16, at, "grid"));
      if (labelled - at < 14) continue;
      labelled = at;
      drawing.append(label(66, at + 4, address < 10240 ? grouped(address) : `${grouped(address / 1024)} KiB`, "end", "quiet"));
    }
  }
  const every = Math.ceil(steps.length / Math.max(1, Math.floor((width - 88) / 28)));
  steps.forEach((row, step) => {
    if (step % every === 0) drawing.append(label(x(step + 0.5), height - 26, String(row), "middle", "quiet"));
  });
  drawing.append(label((72 + width - 16) / 2, height - 8, "layer that computes", "middle"));
  const marks = blocks.map((block) => {
    const top = addresses.y(block.address + block.bytes, addresses.ranges.find((r) => block.address >= r.from && block.address + block.bytes <= r.to));
    const node = shape("rect", {
      x: x(block.first_step), width: Math.max(1, x(block.last_step + 1) - x(block.first_step)),
      y: top, height: Math.max(1.5, addresses.y(block.address) - top),
      class: `${tintOf(block.layer)} ${block.content === "activation" ? "block" : "hatch"}`, "data-block": block.content,
    });
    drawing.append(node);
    return {node, text: blockText(detail, block, steps)};
  });
  explain(marks, chart.readout);
  content.append(details(`Values: ${title}`, table(title,
    [{title: "what", heads: true}, {title: "address", number: true}, {title: "bytes", number: true}, {title: "steps", number: true}],
    blocks.map((block) => [blockText(detail, block, steps).split(": ")[0], grouped(block.address), grouped(block.bytes), `${block.first_step} to ${block.last_step}`]))));
}

function drawSegment(content, run, segment, name) {
  const total = run.detail.hardware.sram_bytes;
  for (const [place, title] of [["sram", `SRAM of ${name}`], ["scratch", `Scratch memory of ${name}`]]) {
    const blocks = segment.blocks.filter((block) => block.place === place && block.bytes > 0);
    if (blocks.length === 0) continue;
    const size = place === "sram" ? `highest address in use ${bytesText(segment.sram_bytes)} of ${bytesText(total)}` : bytesText(segment.scratch_bytes);
    content.append(element("h3", {}, `${title}: ${size}`));
    drawMap(content, run, segment, title, blocks);
  }
}

function drawMemory(run) {
  const content = contentOf("memory");
  const segments = run.detail ? run.detail.memory : [];
  if (segments.length === 0) {
    content.append(element("p", {}, "The compiler's memory plan is not known: nothing of this run is on the NPU, or the model was compiled before."));
    return;
  }
  content.append(element("p", {class: "note"},
    "Which bytes hold what while which layer computes, from left to right. Solid outlines are activations, dotted ones weights, or the room that an operator has for its tiles. Addresses that nothing uses are left out. The colour is that of the layer that makes a block, or needs it first."));
  const maps = element("div");
  const draw = (i) => {
    maps.replaceChildren();
    drawSegment(maps, run, segments[i], segments.length > 1 ? `segment ${i}` : "the NPU");
  };
  if (segments.length > 1) {
    const select = element("select", {id: "segment"});
    segments.forEach((_, i) => select.append(element("option", {value: i}, `segment ${i}`)));
    select.addEventListener("change", () => draw(Number(select.value)));
    content.append(element("div", {class: "selects"}, element("label", {for: "segment"}, "Each job has a map of its own:", select)));
  }
  content.append(maps);
  draw(0);
}
