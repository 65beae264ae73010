/**
 * The grids of a task that are looked at, not changed: train pairs and the test input. Cells can be selected in them, to
 * be copied or linked to, and the eyedropper takes colours from them.
 * A grid is named as in links: {kind: "train" | "test", index, side: "input" | "output"}.
 */

import { areaBetween, clipped, cropped } from "./drawing.js";
import { arrange, h, setText } from "./element.js";
import { height, sizeText, width } from "./grid.js";
import { GridView, cellSize } from "./grid_view.js";

const PAIR_GAP = 36;
const LARGEST_CELL = 26;

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
    const colour = view.colourAt(cell);
    if (colour === undefined) return;
    event.preventDefault();
    if (tool() === "eyedropper" || event.altKey) return void onPick(colour);
    from = cell;
    view.element.setPointerCapture(event.pointerId);
    tell(cell);
  });
  view.element.addEventListener("pointermove", (event) => {
    const cell = cellOf(event);
    onHover(view.colourAt(cell) === undefined ? null : { cell, grid: view.shown.grid });
    if (from) tell(cell);
  });
  for (const end of ["pointerup", "pointercancel"]) view.element.addEventListener(end, () => (from = null));
  view.element.addEventListener("pointerleave", () => onHover(null));
}

/** One grid, with its size under it if wanted. */
class ShownGrid {
  #view;
  #size;

  constructor(name, label, handlers, { hasSize = false } = {}) {
    this.#view = new GridView({ label });
    this.#size = hasSize && h("figcaption", { class: "size-text" });
    this.element = h("figure", { class: "shown-grid", "data-grid-name": nameOf(name) }, this.#view.element, this.#size);
    followPointer(this.#view, name, handlers);
  }

  show(grid, looks, marks) {
    if (this.#size) setText(this.#size, sizeText(grid));
    this.#view.show({ ...looks, grid, marks });
  }
}

/** The list of train pairs. */
export class Pairs {
  #list;
  #handlers;
  #rows = [];

  constructor(list, handlers) {
    this.#list = list;
    this.#handlers = handlers;
  }

  /** Show `pairs`, fitted into boxes of this size; `marksOf(name)` are the marks of a grid. */
  show(pairs, { looks, marksOf, boxWidth, boxHeight }) {
    while (this.#rows.length < pairs.length) this.#rows.push(this.#row(this.#rows.length));
    arrange(this.#list, this.#rows.slice(0, pairs.length).map(({ element }) => element));
    for (const [index, { input, output }] of pairs.entries()) {
      const tallest = Math.max(height(input), height(output));
      const cell = cellSize(tallest, width(input) + width(output), boxHeight, boxWidth - PAIR_GAP, LARGEST_CELL);
      for (const [side, grid] of Object.entries({ input, output })) {
        this.#rows[index][side].show(grid, { ...looks, cell }, marksOf(nameOf({ kind: "train", index, side })));
      }
    }
  }

  #row(index) {
    const shown = (side) => new ShownGrid({ kind: "train", index, side }, `Train pair ${index + 1}, ${side}`, this.#handlers, { hasSize: true });
    const [input, output] = [shown("input"), shown("output")];
    const element = h("li", { class: "pair", "data-testid": "train-pair", "data-pair": `train-${index}` },
      h("span", { class: "pair-number", "aria-hidden": "true" }, String(index + 1)),
      input.element, h("span", { class: "arrow", "aria-hidden": "true" }, "→"), output.element);
    return { element, input, output };
  }
}

/** The test input that is shown. */
export class TestInput {
  #stage;
  #handlers;
  #grids = new Map();

  constructor(stage, handlers) {
    this.#stage = stage;
    this.#handlers = handlers;
  }

  show(grid, index, { looks, marksOf, cell }) {
    const name = { kind: "test", index, side: "input" };
    if (!this.#grids.has(index)) this.#grids.set(index, new ShownGrid(name, `Test input ${index + 1}`, this.#handlers));
    const shown = this.#grids.get(index);
    arrange(this.#stage, [shown.element]);
    shown.show(grid, { ...looks, cell }, marksOf(nameOf(name)));
  }
}
