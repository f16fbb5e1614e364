"use strict";
// Picojoules by layer and kind, as the program has worked them out.

const ENERGY_COLOURS = {
  mac: "c0", accumulator: "c1", requantisation: "c5", vector: "c3", sram_read: "c2", sram_write: "c7", memory: "c4",
  flash: "c8", cycle: "c6",
};

function kindName(kind) {
  return kind.replace("_", " ");
}

function drawTableOfKinds(content, energyTable) {
  content.append(details(`The table: ${energyTable.name}`, table(`Picojoules of each operation: ${energyTable.name}`,
    [{title: "operation", heads: true}, {title: "pJ", number: true}, {title: "of a"}, {title: "process"}, {title: "source"}],
    energyTable.entries.map((entry) => [kindName(entry.kind), short(entry.pj), entry.per, entry.node, entry.source]))));
}

function drawEnergy(run, energyTable) {
  const content = contentOf("energy");
  const kinds = energyTable.entries.map((entry) => entry.kind);
  const energies = run.energy || [];
  const sums = kinds.map((_, i) => energies.reduce((sum, layer) => sum + layer[i], 0));
  const total = sums.reduce((sum, value) => sum + value, 0);
  if (total === 0) {
    content.append(element("p", {}, "Nothing of this run is on the NPU: there is nothing to estimate."));
    drawTableOfKinds(content, energyTable);
    return;
  }
  const totalOf = (layer) => layer.reduce((sum, value) => sum + value, 0);
  const named = (layer) => Object.fromEntries(kinds.map((kind, i) => [kindName(kind), layer[i]]));
  content.append(element("p", {}, `${run.label}: ${energyText(total)} for one inference, estimated. `,
    `${listed(named(sums), (value) => percent(value / total))}.`));
  const rows = run.detail.layers.map((layer, row) => ({layer, row, energy: energies[row]})).filter(({energy}) => totalOf(energy) > 0);
  const most = Math.max(...rows.map(({energy}) => totalOf(energy)));
  const readout = element("p", {class: "readout", "aria-live": "polite"}, "Point at a layer, or reach it with Tab and the arrow keys.");
  const texts = rows.map(({layer, row, energy}) => `${row} ${layerName(layer.name)}: ${energyText(totalOf(energy))}: ${listed(named(energy), energyText)}`);
  const body = table("Estimated energy by layer", [
    {title: "#", number: true}, {title: "layer", heads: true}, {title: "energy", number: true},
    {title: "per MAC", number: true, wide: true}, {title: "by operation", className: "bar"},
  ], rows.map(({layer, row, energy}, i) => [
    String(row), layerCell(layer), energyText(totalOf(energy)), layer.macs ? energyText(totalOf(energy) / layer.macs) : "",
    stackedBar(kinds.map((kind, k) => ({value: energy[k], className: ENERGY_COLOURS[kind]})), most, texts[i]),
  ]), "bars", rows.map(({row}) => ({"data-energy": row})));
  content.append(
    legend(kinds.filter((_, i) => sums[i] > 0).map((kind) => ({className: ENERGY_COLOURS[kind], text: kindName(kind)}))), readout, body);
  explainRows(body, texts, readout);
  drawTableOfKinds(content, energyTable);
}
