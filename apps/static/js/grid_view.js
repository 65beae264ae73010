/**
 * A grid on a canvas: sharp at every size and pixel ratio, with numbers if wanted, and marks on top.
 * A mark is {area, kind}: "wrong", "link", "select", "cursor" or "piece"; marks are drawn above the cells on a second canvas.
 * Not here: which cell a pointer means to whom (cellAt only says which it is over).
 */

import { h } from "./element.js";
import { COLOUR_NAMES, gridText, height, sameShape, sizeText, width } from "./grid.js";
import { coloursOf, inkOn } from "./palettes.js";

const LINE = "#4d4d4d";
const LARGEST_CELL = 56;
const SMALLEST_CELL_WITH_LINES = 5;
const MARKS = {
  wrong: { colours: ["#ffffff", "#e00000"], inset: 1, cross: true },
  link: { colours: ["#ffffff", "#6a3de8"], widths: [6, 3], inset: 0 },
  select: { colours: ["#ffffff", "#1c1c1c"], inset: 0, dash: [5, 4] },
  piece: { colours: ["#ffffff", "#4263eb"], inset: 0, dash: [5, 4] },
  cursor: { colours: ["#1c1c1c", "#ffffff"], widths: [5, 2], inset: 1 },
};

/** The largest cell, in whole CSS pixels, with which `rows` x `columns` fit into a box. */
export function cellSize(rows, columns, boxHeight, boxWidth, largest = LARGEST_CELL) {
  return Math.max(2, Math.min(largest, Math.floor((boxHeight - 1) / rows), Math.floor((boxWidth - 1) / columns)));
}

/** Paint `grid` on a context whose unit is one CSS pixel; with `before` (same shape) only what differs. */
function paintCells(context, grid, { cell, palette, numbers, before }) {
  const colours = coloursOf(palette);
  const gap = cell >= SMALLEST_CELL_WITH_LINES ? 1 : 0;
  if (!before) {
    context.fillStyle = LINE;
    context.fillRect(0, 0, width(grid) * cell + gap, height(grid) * cell + gap);
  }
  if (numbers) prepareNumbers(context, cell);
  for (let r = 0; r < height(grid); r += 1) {
    for (let c = 0; c < width(grid); c += 1) {
      const colour = grid[r][c];
      if (before?.[r][c] === colour) continue;
      context.fillStyle = colours[colour];
      context.fillRect(c * cell + gap, r * cell + gap, cell - gap, cell - gap);
      if (numbers) paintNumber(context, colour, inkOn(colours[colour]), c * cell + cell / 2, r * cell + cell / 2);
    }
  }
}

function prepareNumbers(context, cell) {
  context.font = `${Math.max(5, Math.round(cell * 0.5))}px ui-monospace, monospace`;
  context.textAlign = "center";
  context.textBaseline = "middle";
}

function paintNumber(context, number, ink, x, y) {
  context.fillStyle = ink;
  context.fillText(number, x + 0.5, y + 1);
}

function paintMark(context, { area, kind }, cell) {
  const { colours, inset, dash, cross, widths = [2, 2] } = MARKS[kind];
  const x = area.left * cell + inset + 0.5;
  const y = area.top * cell + inset + 0.5;
  const w = (area.right - area.left + 1) * cell - 2 * inset;
  const h = (area.bottom - area.top + 1) * cell - 2 * inset;
  for (const [pass, colour] of colours.entries()) {
    context.lineWidth = Math.max(1, (cell > 10 ? widths[pass] : widths[pass] - 1));
    context.strokeStyle = colour;
    context.setLineDash(pass && dash ? dash : []);
    context.strokeRect(x, y, w, h);
    if (cross) crossOut(context, x + w * 0.3, y + h * 0.3, w * 0.4, h * 0.4, pass);
  }
}

function crossOut(context, x, y, w, h, pass) {
  const before = context.lineWidth;
  context.lineWidth = pass ? before : before + 2;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + w, y + h);
  context.moveTo(x + w, y);
  context.lineTo(x, y + h);
  context.stroke();
  context.lineWidth = before;
}

function sized(canvas, wide, high) {
  const ratio = globalThis.devicePixelRatio || 1;
  canvas.width = Math.round(wide * ratio);
  canvas.height = Math.round(high * ratio);
  canvas.style.width = `${wide}px`;
  canvas.style.height = `${high}px`;
  const context = canvas.getContext("2d", { alpha: canvas.classList.contains("marks") });
  context.setTransform(canvas.width / wide, 0, 0, canvas.height / high, 0, 0);
  return context;
}

export class GridView {
  /** What `show` got last. */
  shown = null;
  #label;
  #isDescribed;
  #cells;
  #marks;
  #paint = null;
  #paintMarks = null;

  /** `label` names the grid for screen readers; a described one is also read out row by row. */
  constructor({ label = "", isDescribed = true } = {}) {
    this.#label = label;
    this.#isDescribed = isDescribed;
    this.#cells = h("canvas", { class: "cells", role: "img", "aria-label": label });
    this.#marks = h("canvas", { class: "marks", "aria-hidden": "true" });
    this.element = h("div", { class: "grid" }, this.#cells, this.#marks);
  }

  /** Paint {grid, cell (CSS pixels), palette, numbers, marks}: what differs from the last call. */
  show(wanted) {
    const before = this.shown;
    const isSameSize = before !== null && before.cell === wanted.cell && before.ratio === devicePixelRatio && sameShape(before.grid, wanted.grid);
    if (!isSameSize) this.#resize(wanted);
    const isSameLook = isSameSize && before.palette === wanted.palette && before.numbers === wanted.numbers;
    if (!isSameLook || before.grid !== wanted.grid) this.#showCells(wanted, isSameLook ? before.grid : null);
    if (!isSameSize || before.marks !== wanted.marks) this.#showMarks(wanted);
    this.shown = { ...wanted, ratio: devicePixelRatio };
  }

  #resize({ grid, cell }) {
    const gap = cell >= SMALLEST_CELL_WITH_LINES ? 1 : 0;
    const wide = width(grid) * cell + gap;
    const high = height(grid) * cell + gap;
    this.#paint = sized(this.#cells, wide, high);
    this.#paintMarks = sized(this.#marks, wide, high);
    this.element.style.width = `${wide}px`;
    this.element.style.height = `${high}px`;
  }

  #showCells(wanted, before) {
    paintCells(this.#paint, wanted.grid, { ...wanted, before });
    if (this.#isDescribed) this.#cells.setAttribute("aria-label", `${this.#label}, ${spoken(wanted.grid)}`);
  }

  #showMarks({ grid, cell, marks = [] }) {
    this.#paintMarks.clearRect(0, 0, width(grid) * cell + 1, height(grid) * cell + 1);
    for (const mark of marks) paintMark(this.#paintMarks, mark, cell);
  }

  /** The cell [row, column] at client coordinates; it may lie outside of the grid. */
  cellAt(x, y) {
    const box = this.#cells.getBoundingClientRect();
    return [Math.floor((y - box.top) / this.shown.cell), Math.floor((x - box.left) / this.shown.cell)];
  }

  /** The colour of a cell, undefined outside of the grid. */
  colourAt([row, column]) {
    return this.shown?.grid[row]?.[column];
  }
}

/** A grid for a screen reader: its size, then its rows as digits. */
export const spoken = (grid) => `${sizeText(grid)}: ${gridText(grid).replaceAll("\n", ", ")}`;

/** "row 2, column 3, red". */
export const spokenCell = (grid, [row, column]) => `row ${row + 1}, column ${column + 1}, ${COLOUR_NAMES[grid[row][column]]}`;

/** A small picture of a grid, without marks: what galleries and lists show. */
export function paintThumbnail(canvas, grid, side, palette) {
  const cell = cellSize(height(grid), width(grid), side, side, 16);
  const context = sized(canvas, width(grid) * cell + 1, height(grid) * cell + 1);
  paintCells(context, grid, { cell, palette, numbers: false });
}

