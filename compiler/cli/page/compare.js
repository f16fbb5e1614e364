"use strict";
// Two runs, layer by layer.

// Pairs of layers of the same name and operator, in the order of the first run; then what only the second one has.
function pairs(one, two) {
  const key = (layer) => JSON.stringify([layer.name, layer.op]);
  const waiting = new Map();
  two.forEach((layer) => waiting.set(key(layer), [...(waiting.get(key(layer)) || []), layer]));
  const result = one.map((layer) => ({one: layer, two: (waiting.get(key(layer)) || []).shift()}));
  for (const rest of waiting.values()) rest.forEach((layer) => result.push({two: layer}));
  return result;
}

// To the left where the second run takes fewer cycles, to the right where it takes more.
function differenceBar(difference, most, text) {
  const bar = shape("svg", {viewBox: "0 0 1000 10", preserveAspectRatio: "none", role: "img", "aria-label": text});
  const width = most > 0 ? (500 * Math.abs(difference)) / most : 0;
  bar.append(
    shape("title", {}, text),
    shape("rect", {x: difference < 0 ? 500 - width : 500, y: 0, width, height: 10, class: difference < 0 ? "c0" : "c7"}),
    shape("rect", {x: 499, y: 0, width: 2, height: 10, class: "c9"}));
  return bar;
}

function signed(value) {
  return value === 0 ? "0" : `${value > 0 ? "+" : "−"}${grouped(Math.abs(value))}`;
}

function drawDifference(content, one, two) {
  content.replaceChildren();
  if (!one.detail || !two.detail) {
    content.append(element("p", {}, "One of these runs failed; there is nothing to compare."));
    return;
  }
  if (!one.detail.cycles || !two.detail.cycles) {
    content.append(element("p", {}, "One of these runs has no cycles: it ran on the CPU."));
    return;
  }
  const all = pairs(one.detail.layers, two.detail.layers).filter((pair) => (pair.one || pair.two).where === "npu" || (pair.two && pair.two.where === "npu"));
  if (!all.some((pair) => pair.one && pair.two && pair.one.op)) {
    content.append(element("p", {}, "These runs have no layer of the same name and operator in common; choose two runs of one network."));
    return;
  }
  const cycles = (layer) => (layer ? layer.cycles : 0);
  const rows = all.map((pair) => ({...pair, difference: cycles(pair.two) - cycles(pair.one)}));
  const most = Math.max(...rows.map((row) => Math.abs(row.difference)));
  const whole = two.detail.cycles - one.detail.cycles;
  const unmatched = rows.filter((row) => !row.one || !row.two).length;
  content.append(element("p", {}, `${grouped(one.detail.cycles)} cycles, then ${grouped(two.detail.cycles)}: ${signed(whole)}, that is ${(two.detail.cycles / one.detail.cycles).toFixed(3)} times as many.`));
  if (unmatched > 0) content.append(element("p", {class: "note"}, `${unmatched} rows have no layer of the same name and operator in the other run.`));
  content.append(
    legend([{className: "c0", text: "fewer in the second"}, {className: "c7", text: "more in the second"}]),
    table("Cycles by layer", [
      {title: "layer", heads: true}, {title: "first", number: true, wide: true}, {title: "second", number: true, wide: true},
      {title: "difference", number: true}, {title: "", className: "bar"},
    ], rows.map((row) => [
      layerCell(row.one || row.two), row.one ? grouped(row.one.cycles) : "–", row.two ? grouped(row.two.cycles) : "–",
      signed(row.difference), differenceBar(row.difference, most, `${signed(row.difference)} cycles`),
    ]), "bars", rows.map(() => ({"data-pair": ""}))));
}

// The first two runs of one model that have cycles, or just the first two.
function comparable(runs) {
  const able = (run) => run.detail && run.detail.cycles > 0;
  for (let one = 0; one < runs.length; ++one) {
    const two = runs.findIndex((run, i) => i > one && able(run) && able(runs[one]) && run.detail.model === runs[one].detail.model);
    if (two > 0) return [one, two];
  }
  return [0, 1];
}

function drawComparison(runs) {
  const content = contentOf("compare");
  if (runs.length < 2) {
    content.append(element("p", {}, "There is only one run; give auklet report several results, or auklet bench several settings."));
    return;
  }
  const choices = element("div", {class: "selects"});
  const result = element("div");
  const selects = ["first", "second"].map((name) => {
    const select = element("select", {id: `compare-${name}`});
    runs.forEach((run, i) => select.append(element("option", {value: i}, run.label)));
    choices.append(element("label", {for: select.id}, `${name} run`, select));
    select.addEventListener("change", draw);
    return select;
  });
  function draw() {
    drawDifference(result, ...selects.map((select) => runs[Number(select.value)]));
  }
  comparable(runs).forEach((run, i) => { selects[i].value = String(run); });
  content.append(choices, result);
  draw();
}
