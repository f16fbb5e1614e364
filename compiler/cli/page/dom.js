"use strict";
// Elements. Text only ever becomes text: names in models come from strangers.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

function element(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function shape(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

// The part of a section that is drawn anew.
function contentOf(section) {
  const content = document.querySelector(`#${section} .content`);
  content.replaceChildren();
  return content;
}

// A table of columns {title, number, wide} and rows of cells: text, or nodes. The first cell that is not a number heads
// its row. `rowAttributes`, if any, has the attributes of each row.
function table(caption, columns, rows, className = "", rowAttributes = null) {
  const head = element("tr");
  const classes = (column) => [column.number && "number", column.wide && "wide", column.className].filter(Boolean).join(" ");
  for (const column of columns) head.append(element("th", {scope: "col", class: classes(column)}, column.title));
  const body = element("tbody");
  rows.forEach((cells, i) => {
    const row = element("tr", rowAttributes ? rowAttributes[i] : {});
    cells.forEach((cell, at) => {
      const heads = columns[at].heads;
      row.append(element(heads ? "th" : "td", {scope: heads ? "row" : null, class: classes(columns[at])}, cell));
    });
    body.append(row);
  });
  return element("table", {class: className}, element("caption", {}, caption), element("thead", {}, head), body);
}

// A table that may be wider than the page.
function scrolled(label, node) {
  return element("div", {class: "scroll", role: "region", "aria-label": label, tabindex: "0"}, node);
}

function details(title, node) {
  return element("details", {}, element("summary", {}, title), scrolled(title, node));
}

// Text that may go on in the next line behind a slash or an underscore.
function breakable(text) {
  return text.split(/(?<=[/_])/).flatMap((part) => [part, element("wbr")]);
}

// A layer's name and operator.
function layerCell(layer) {
  const cell = element("span", {class: "name", title: layer.name}, ...breakable(clipped(layerName(layer.name), 48)));
  if (layer.op) cell.append(element("span", {class: "operator"}, ...breakable(layer.op)));
  return cell;
}
