/** The pairs of a task beside a discussion: all train pairs, and the test inputs without their outputs. */

import { h } from "./element.js";
import { height, sizeText, width } from "./grid.js";
import { GridView, cellSize } from "./grid_view.js";
import { Pairs } from "./shown_grids.js";

const TALLEST = 200;
const TALLEST_IN_STRIP = 60;
const STRIP_HEIGHT = 140; // on a phone, beside another panel, the pairs are one low row
const LARGEST_CELL = 26;
const MARGIN = 46;
const NOTHING = () => {};
const HANDLERS = { tool: () => "edit", onPick: NOTHING, onSelect: NOTHING, onHover: NOTHING };

export class TaskPairs {
  #root;
  #looks;
  #pairs;
  #version = null;

  /** `looks()` gives palette and numbers. */
  constructor(root, { looks }) {
    this.#root = root;
    this.#looks = looks;
    this.#pairs = new Pairs(root.querySelector(".pair-list"), HANDLERS);
    new ResizeObserver(() => this.redraw()).observe(root);
  }

  show(version) {
    this.#version = version;
    this.redraw();
  }

  /** Fit the grids in again. */
  redraw() {
    if (!this.#version || !this.#root.clientWidth) return;
    const box = { boxWidth: this.#root.clientWidth - MARGIN, boxHeight: this.#root.clientHeight < STRIP_HEIGHT ? TALLEST_IN_STRIP : TALLEST };
    this.#pairs.show(this.#version.train, { looks: this.#looks(), marksOf: () => [], ...box });
    this.#root.querySelector(".test-list").replaceChildren(...this.#version.test.map(({ input }, index) => this.#testInput(input, index, box)));
  }

  #testInput(grid, index, { boxHeight, boxWidth }) {
    const view = new GridView({ label: `Test input ${index + 1}` });
    view.show({ ...this.#looks(), grid, cell: cellSize(height(grid), width(grid), boxHeight, boxWidth, LARGEST_CELL) });
    return h("li", { class: "test-item", "data-testid": "test-input", "data-test": index },
      h("span", { class: "pair-number", "aria-hidden": "true" }, String(index + 1)),
      h("figure", { class: "shown-grid" }, view.element, h("figcaption", { class: "size-text" }, sizeText(grid))));
  }
}
