"use strict";
// Cycles by cause, layer by layer; and what runs on the CPU.

// Of the row that belongs to no layer, all cycles are the driver's.
function causeParts(layer) {
  if (!layer.causes) return [{value: layer.cycles, className: "c10"}];
  return CAUSES.map((cause, i) => ({value: layer.causes[cause] || 0, className: `c${i}`}));
}

function layerText(layer, row, whole) {
  const where = layer.causes ? `: ${listed(layer.causes, grouped)}` : "";
  return `${row} ${layerName(layer.name)}: ${grouped(layer.cycles)} cycles, ${percent(layer.cycles / (whole || 1))} of the run${where}`;
}

function drawLayers(run) {
  const content = contentOf("layers");
  const layers = run.detail ? run.detail.layers : [];
  const shown = layers.map((layer, row) => ({layer, row})).filter(({layer}) => layer.where === "npu");
  if (shown.length === 0) {
    content.append(element("p", {}, "Nothing of this run is on the NPU: there are no cycles to show."));
    return;
  }
  const whole = run.detail.cycles;
  const occurring = CAUSES.map((cause, i) => ({cause, i})).filter(({cause}) => run.detail.causes[cause] > 0);
  const readout = element("p", {class: "readout", "aria-live": "polite"},
    `All layers: ${listed(run.detail.causes, (cycles) => percent(cycles / (whole || 1)))} of ${grouped(whole)} cycles.`);
  content.append(legend([
    ...occurring.map(({cause, i}) => ({className: `c${i}`, text: cause.toLowerCase()})),
    {className: "c10", text: "driver (start and end)"},
  ]), readout);
  const most = Math.max(...shown.map(({layer}) => layer.cycles));
  const texts = shown.map(({layer, row}) => layerText(layer, row, whole));
  const rows = shown.map(({layer, row}, i) => [
    layer.op ? String(row) : "",
    layerCell(layer),
    grouped(layer.cycles),
    layer.op ? grouped(layer.macs) : "",
    layer.macs ? percent(layer.utilisation) : "",
    layer.op ? grouped(layer.bytes) : "",
    stackedBar(causeParts(layer), most, texts[i]),
  ]);
  const body = table(`${run.label}: ${grouped(whole)} cycles in ${shown.length} rows`, [
    {title: "#", number: true}, {title: "layer", heads: true}, {title: "cycles", number: true},
    {title: "MACs", number: true, wide: true}, {title: "array used", number: true, wide: true},
    {title: "bytes", number: true, wide: true}, {title: "where they went", className: "bar"},
  ], rows, "bars", shown.map(({row}) => ({"data-layer": row})));
  content.append(body);
  explainRows(body, texts, readout);
}

// Rows that say more when they are looked at.
function explainRows(body, texts, readout) {
  const marks = [...body.tBodies[0].rows].map((node, i) => ({node, text: texts[i]}));
  explain(marks, readout);
  // They are rows, and read as such.
  for (const {node} of marks) {
    node.removeAttribute("role");
    node.removeAttribute("aria-label");
  }
}

function drawSplit(run) {
  const content = contentOf("split");
  if (!run.detail) {
    content.append(element("p", {}, "This run failed."));
    return;
  }
  const operators = run.detail.layers.filter((layer) => layer.op);
  const cpu = operators.filter((layer) => layer.where !== "npu");
  const {macs, npu_macs: npuMacs} = run.detail;
  const unit = macs ? "multiply-accumulates" : "operators";
  const share = macs ? npuMacs / macs : operators.length ? 1 - cpu.length / operators.length : 0;
  const text = `${operators.length - cpu.length} of ${operators.length} operators and ${grouped(npuMacs)} of ${grouped(macs)} multiply-accumulates on the NPU`;
  content.append(element("p", {}, `${text}.`));
  if (cpu.length === 0) return;
  const bar = stackedBar([{value: share, className: "c0"}, {value: 1 - share, className: "c2"}], 1, text);
  content.append(element("div", {class: "bar"}, bar),
    legend([{className: "c0", text: `NPU: ${percent(share)} of the ${unit}`}, {className: "c2", text: `CPU: ${percent(1 - share)}`}]));
  content.append(scrolled("Operators on the CPU", table("Operators on the CPU",
    [{title: "layer", heads: true}, {title: "why"}, {title: "MACs", number: true}, {title: "bytes in and out", number: true}],
    cpu.map((layer) => [layerCell(layer), `it ${layer.reason}`, grouped(layer.macs), grouped(layer.cpu_bytes)]))));
}
