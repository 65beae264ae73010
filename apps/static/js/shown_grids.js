/**
 * The grids of a task that are looked at, not changed: train pairs and the test input. Cells can be selected in them, to
 * be copied or linked to, and the eyedropper takes colours from them.
 * A grid is named as in links: {kind: "train" | "test", index, side: "input" | "output"}.
 */

import { areaBetween, clipped, cropped } from "./drawing.js";
import { arrange, h, setText } from "./element.js";
import { height, sizeText, width } from "./grid.js";
import { cellSize, gridView } from "./grid_view.js";

const PAIR_GAP = 36;

export const nameOf = ({ kind, index, side }) => `${kind}-${index}-${side}`;

/**
 * Pointers on a shown grid. `tool()` is the tool in use; `onPick(colour)` and `onSelect({name, area, grid} or null)` are told.
 * A finger scrolls the page unless the tool is for selecting or taking colours.
 */
function followPointer(view, name, { tool, onPick, onSelect, onHover }) {
  let from = null;
  const cellOf = (event) => view.cellAt(event.clientX, event.clientY);
  const tell = (cell) => {
    const { grid } = view.shown;
    const area = clipped(areaBetween(from, cell), grid);
    onSelect(area && { name, area, grid: cropped(grid, area) });
  };
  view.element.addEventListener("pointerdown", (event) => {
    const isFinger = event.pointerType === "touch" && !["select", "eyedropper"].includes(tool());
    if (event.button !== 0 || isFinger) return;
    const cell = cellOf(event);
    const colour = view.shown.grid[cell[0]]?.[cell[1]];
    if (colour === undefined) return;
    event.preventDefault();
    if (tool() === "eyedropper" || event.altKey) return void onPick(colour);
    from = cell;
    view.element.setPointerCapture(event.pointerId);
    tell(cell);
  });
  view.element.addEventListener("pointermove", (event) => {
    const cell = cellOf(event);
    onHover(view.shown?.grid[cell[0]]?.[cell[1]] === undefined ? null : { cell, grid: view.shown.grid });
    if (from) tell(cell);
  });
  for (const end of ["pointerup", "pointercancel"]) view.element.addEventListener(end, () => (from = null));
  view.element.addEventListener("pointerleave", () => onHover(null));
}

/** One grid, with its size under it if wanted. */
function shownGrid(name, label, handlers, { hasSize = false } = {}) {
  const view = gridView({ label });
  const size = hasSize && h("figcaption", { class: "size-text" });
  const element = h("figure", { class: "shown-grid", "data-grid-name": nameOf(name) }, view.element, size);
  followPointer(view, name, handlers);
  return {
    element,
    show(grid, looks, marks) {
      if (size) setText(size, sizeText(grid));
      view.show({ ...looks, grid, marks });
    },
  };
}

/** The list of train pairs. `show(pairs, {looks, marksOf, width, height})` fits them in. */
export function mountPairs(list, handlers) {
  const rows = [];

  function row(index) {
    const grids = ["input", "output"].map((side) =>
      shownGrid({ kind: "train", index, side }, `Train pair ${index + 1}, ${side}`, handlers, { hasSize: true }));
    const element = h("li", { class: "pair", "data-testid": "train-pair", "data-pair": `train-${index}` },
      h("span", { class: "pair-number", "aria-hidden": "true" }, String(index + 1)),
      grids[0].element, h("span", { class: "arrow", "aria-hidden": "true" }, "→"), grids[1].element);
    return { element, grids };
  }

  function show(pairs, { looks, marksOf, boxWidth, boxHeight }) {
    while (rows.length < pairs.length) rows.push(row(rows.length));
    arrange(list, rows.slice(0, pairs.length).map(({ element }) => element));
    pairs.forEach(({ input, output }, index) => {
      const tallest = Math.max(height(input), height(output));
      const cell = cellSize(tallest, width(input) + width(output), boxHeight, boxWidth - PAIR_GAP, 26);
      for (const [place, side] of ["input", "output"].entries()) {
        const name = nameOf({ kind: "train", index, side });
        rows[index].grids[place].show(side === "input" ? input : output, { ...looks, cell }, marksOf(name));
      }
    });
  }

  return { show };
}

/** The test input. `show(grid, index, {looks, marksOf, cell})`. */
export function mountTestInput(stage, handlers) {
  const views = new Map();

  function show(grid, index, { looks, marksOf, cell }) {
    const name = { kind: "test", index, side: "input" };
    if (!views.has(index)) views.set(index, shownGrid(name, `Test input ${index + 1}`, handlers));
    arrange(stage, [views.get(index).element]);
    views.get(index).show(grid, { ...looks, cell }, marksOf(nameOf(name)));
  }

  return { show };
}
