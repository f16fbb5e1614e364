"use strict";

const MARKS = {
  CONV_2D: ["circle", "c0"],
  DEPTHWISE_CONV_2D: ["square", "c2"],
  FULLY_CONNECTED: ["triangle", "c5"],
};

function markOf(kind, className, x, y, size) {
  const half = size / 2;
  const points = {
    triangle: `${x},${y - half} ${x + half},${y + half} ${x - half},${y + half}`,
    diamond: `${x},${y - half} ${x + half},${y} ${x},${y + half} ${x - half},${y}`,
  }[kind];
  if (points) return shape("polygon", {points, class: `${className} mark`});
  if (kind === "square") return shape("rect", {x: x - half, y: y - half, width: size, height: size, class: `${className} mark`});
  return shape("circle", {cx: x, cy: y, r: half, class: `${className} mark`});
}

function kindOf(operator) {
  return MARKS[operator] || ["diamond", "c4"];
}

// The layers that have a place in the chart, and the network.
function rooflinePoints(detail) {
  const points = [];
  let bytes = 0;
  detail.layers.forEach((layer, row) => {
    bytes += layer.bytes;
    if (layer.where !== "npu" || !layer.macs || !layer.bytes || !layer.cycles) return;
    points.push({name: `${row} ${layerName(layer.name)}`, op: layer.op, x: layer.macs / layer.bytes, y: layer.macs / layer.cycles});
  });
  if (detail.npu_macs && bytes && detail.cycles) {
    points.push({name: "the whole network", op: "", x: detail.npu_macs / bytes, y: detail.npu_macs / detail.cycles});
  }
  return points;
}

// The memory's roofs: bytes a cycle, and of what.
function memoryRoofs(hardware) {
  const data = Math.min(hardware.memory.data.bytes_per_cycle, hardware.bus_bytes);
  const weights = Math.min(hardware.memory.weights.bytes_per_cycle, hardware.bus_bytes);
  const roofs = [{bytes: data, text: data === weights ? "memory" : "activations", className: "roof", first: true}];
  if (weights !== data) roofs.push({bytes: weights, text: "weights", className: "roof second"});
  return roofs;
}

function drawRoofs(chart, x, y, area, hardware) {
  const peak = hardware.macs;
  for (const roof of memoryRoofs(hardware)) {
    const knee = peak / roof.bytes;
    const from = Math.max(area.x[0], area.y[0] / roof.bytes);
    const to = Math.min(knee, area.x[1]);
    if (from >= to) continue;
    chart.drawing.append(shape("polyline", {
      class: roof.className,
      points: `${x(from)},${y(from * roof.bytes)} ${x(to)},${y(to * roof.bytes)} ${x(area.x[1])},${y(Math.min(peak, to * roof.bytes))}`,
    }));
    // Beside the slope's upper end few points are; below a second slope, beside its lower end.
    const [at, side] = roof.first ? [from ** 0.2 * to ** 0.8, -1] : [from ** 0.9 * to ** 0.1, 1];
    chart.drawing.append(label(x(at) + 8 * side, y(at * roof.bytes) + 6 * side, `${chart.width < 600 ? "" : `${roof.text}: `}${roof.bytes} B/cycle`, side < 0 ? "end" : "start"));
  }
  chart.drawing.append(label(x(area.x[1]) - 4, y(peak) - 6, `array: ${grouped(peak)} MACs a cycle`, "end"));
}

function drawRoofline(run) {
  const content = contentOf("roofline");
  const points = run.detail ? rooflinePoints(run.detail) : [];
  if (points.length === 0) {
    content.append(element("p", {}, "No layer of this run multiplies on the NPU."));
    return;
  }
  const {hardware} = run.detail;
  const knee = hardware.macs / memoryRoofs(hardware)[0].bytes;
  const xs = points.map((point) => point.x);
  const area = {
    x: [Math.min(knee, ...xs) / 2, 2 * Math.max(2 * knee, ...xs)],
    y: [Math.min(hardware.macs / 8, ...points.map((point) => point.y)) / 1.5, 1.6 * hardware.macs],
  };
  const chart = figure(content, `Roofline of ${run.label}: ${points.length} points; the table below has their values`, 420);
  const {drawing, width, height} = chart;
  const x = logarithmic(...area.x, 56, width - 16);
  const y = logarithmic(...area.y, height - 48, 16);
  for (const at of decades(...area.x)) {
    drawing.append(line(x(at), y(area.y[0]), x(at), y(area.y[1]), "grid"), label(x(at), height - 30, short(at), "middle", "quiet"));
  }
  for (const at of decades(...area.y)) {
    drawing.append(line(x(area.x[0]), y(at), x(area.x[1]), y(at), "grid"), label(48, y(at) + 4, short(at), "end", "quiet"));
  }
  drawing.append(
    label((56 + width - 16) / 2, height - 10, "MACs per byte moved", "middle"),
    shape("text", {"text-anchor": "middle", transform: `translate(14 ${(height - 32) / 2}) rotate(-90)`}, "MACs a cycle"));
  drawRoofs(chart, x, y, area, hardware);
  const marks = points.map((point) => {
    const [kind, className] = point.op ? kindOf(point.op) : ["diamond", "c7"];
    const node = markOf(kind, className, x(point.x), y(point.y), point.op ? 10 : 18);
    node.setAttribute("data-point", point.op ? "layer" : "network");
    drawing.append(node);
    const text = `${point.name}${point.op ? ` (${point.op})` : ""}: ${short(point.x)} MACs per byte, ${short(point.y)} MACs a cycle (${percent(point.y / hardware.macs)} of the array)`;
    return {node, text};
  });
  explain(marks, chart.readout);
  const operators = new Set(points.map((point) => (MARKS[point.op] ? point.op : point.op && "other operators")));
  content.append(legend([...operators].map((op) => {
    const [kind, className] = op ? kindOf(op) : ["diamond", "c7"];
    return {text: op || "the whole network", draw: markOf(kind, className, 8, 8, op ? 12 : 15)};
  })));
  content.append(details("Values of the roofline", table("Values of the roofline",
    [{title: "layer", heads: true}, {title: "MACs per byte", number: true}, {title: "MACs a cycle", number: true}],
    points.map((p) => [p.name, short(p.x), short(p.y)]))));
}
