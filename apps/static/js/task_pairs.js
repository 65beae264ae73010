/** The pairs of a task beside a discussion: all train pairs, and the test inputs without their outputs. */

import { h } from "./element.js";
import { height, sizeText, width } from "./grid.js";
import { cellSize, gridView } from "./grid_view.js";
import { mountPairs } from "./shown_grids.js";

const TALLEST = 200;
const TALLEST_IN_STRIP = 60;
const STRIP_HEIGHT = 140; // on a phone, beside another panel, the pairs are one low row
const MARGIN = 46;
const NOTHING = () => {};
const HANDLERS = { tool: () => "edit", onPick: NOTHING, onSelect: NOTHING, onHover: NOTHING };

/** {show(version, test), redraw()}; `looks()` gives palette and numbers. */
export function mountTaskPairs(root, { looks }) {
  const pairs = mountPairs(root.querySelector(".pair-list"), HANDLERS);
  const tests = root.querySelector(".test-list");
  let shown = null;

  function redraw() {
    if (!shown || !root.clientWidth) return;
    const boxWidth = root.clientWidth - MARGIN;
    const boxHeight = root.clientHeight < STRIP_HEIGHT ? TALLEST_IN_STRIP : TALLEST;
    pairs.show(shown.version.train, { looks: looks(), marksOf: () => [], boxWidth, boxHeight });
    tests.replaceChildren(...shown.version.test.map(({ input }, index) => testInput(input, index, boxHeight, boxWidth)));
  }

  function testInput(grid, index, boxHeight, boxWidth) {
    const view = gridView({ label: `Test input ${index + 1}` });
    view.show({ ...looks(), grid, cell: cellSize(height(grid), width(grid), boxHeight, boxWidth, 26) });
    return h("li", { class: "test-item", "data-testid": "test-input", "data-test": index },
      h("span", { class: "pair-number", "aria-hidden": "true" }, String(index + 1)), view.element, h("span", { class: "size-text" }, sizeText(grid)));
  }

  new ResizeObserver(redraw).observe(root);
  return {
    redraw,
    show(version, test) {
      shown = { version, test };
      redraw();
    },
  };
}
