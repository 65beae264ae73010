/** What the program made of each pair: passed or not, with the cells that differ. */

import { h } from "./element.js";
import { height, width } from "./grid.js";
import { GridView, cellSize } from "./grid_view.js";
import { lineOf, outcomeText } from "./program_runs.js";
import { wrongMarks } from "./verdict.js";

const SIDE = 120;
const SMALL_SIDE = 34;
const LARGEST_CELL = 16;

/** {show(outcomes), redraw()}; outcomes as in program_runs.js. */
export function mountPairResults(list, { looks, goTo }) {
  let shown = [];

  function show(outcomes) {
    shown = outcomes;
    list.replaceChildren(...outcomes.map((outcome) => row(outcome, { looks: looks(), goTo })));
  }

  return { show, redraw: () => show(shown) };
}

function row(outcome, { looks, goTo }) {
  const { name, passed, verdict } = outcome;
  return h("li", { class: "pair-result", "data-testid": "pair-result", "data-pair": name, "data-passed": String(passed) },
    head(outcome, { looks, goTo }), verdict && !passed && comparison(outcome, looks));
}

function head(outcome, { looks, goTo }) {
  const { label, passed, result, verdict } = outcome;
  const line = lineOf(result);
  const milliseconds = result.duration_ms < 10 ? result.duration_ms.toFixed(1) : Math.round(result.duration_ms);
  return h("div", { class: "pair-result-head" },
    h("span", { class: "badge" }, passed === null ? "?" : passed ? "✓" : "✗", h("span", { class: "hidden" }, passed ? " passed" : " not passed")),
    h("strong", {}, label),
    passed && picture("Output", verdict.submitted, { looks, side: SMALL_SIDE }),
    h("span", { class: "pair-result-text" }, passed ? "" : outcomeText(outcome)),
    line && h("button", { type: "button", class: "quiet small", onclick: () => goTo(line) }, `Line ${line}`),
    h("span", { class: "faint" }, `${milliseconds} ms`));
}

function comparison({ input, expected, verdict }, looks) {
  const figure = (caption, grid, marks = []) => h("figure", {}, picture(caption, grid, { looks, marks }), h("figcaption", { class: "size-text" }, caption));
  return h("div", { class: "comparison" },
    figure("Input", input),
    figure("Output", verdict.submitted, wrongMarks(verdict, verdict.submitted)),
    expected && figure("Expected", expected));
}

function picture(label, grid, { looks, marks = [], side = SIDE }) {
  const view = new GridView({ label });
  view.show({ ...looks, grid, marks, cell: cellSize(height(grid), width(grid), side, side, LARGEST_CELL) });
  return view.element;
}
