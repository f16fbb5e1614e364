"use strict";

(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const select = document.getElementById("run");
  data.runs.forEach((run, i) => select.append(element("option", {value: i}, run.label)));
  document.getElementById("choice").hidden = false;

  function draw() {
    const run = data.runs[Number(select.value)];
    drawRoofline(run);
    drawLayers(run);
    drawTimeline(run);
    drawMemory(run);
    drawSplit(run);
    drawEnergy(run, data.energy_table);
  }
  select.addEventListener("change", draw);
  draw();
  drawComparison(data.runs);

  // Drawings are as wide as the page.
  let width = document.body.clientWidth;
  window.addEventListener("resize", () => {
    if (document.body.clientWidth === width) return;
    width = document.body.clientWidth;
    draw();
  });
})();
