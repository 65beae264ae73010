/** What the program made of each pair: passed or not, with the cells that differ. */

import { h } from "./element.js";
import { height, width } from "./grid.js";
import { cellSize, gridView } from "./grid_view.js";
import { lineOf, outcomeText } from "./program_runs.js";
import { wrongMarks } from "./verdict.js";

const SIDE = 120;
const SMALL_SIDE = 34;

/** {show(outcomes), redraw()}; outcomes as in program_runs.js. */
export function mountPairResults(list, { looks, goTo }) {
  let shown = [];

  function show(outcomes) {
    shown = outcomes;
    list.replaceChildren(...outcomes.map((outcome) => row(outcome)));
  }

  function row(outcome) {
    const { name, label, passed, result, verdict } = outcome;
    const line = lineOf(result);
    return h("li", { class: "pair-result", "data-testid": "pair-result", "data-pair": name, "data-passed": String(passed) },
      h("div", { class: "pair-result-head" },
        h("span", { class: "badge" }, passed === null ? "?" : passed ? "✓" : "✗", h("span", { class: "hidden" }, passed ? " passed" : " not passed")),
        h("strong", {}, label),
        passed && figure("", verdict.submitted, []),
        h("span", { class: "pair-result-text" }, passed ? "" : outcomeText(outcome)),
        line && h("button", { type: "button", class: "quiet small", onclick: () => goTo(line) }, `Line ${line}`),
        h("span", { class: "faint" }, `${result.duration_ms < 10 ? result.duration_ms.toFixed(1) : Math.round(result.duration_ms)} ms`)),
      verdict && !passed && h("div", { class: "comparison" },
        figure("Input", outcome.input, []),
        figure("Output", verdict.submitted, wrongMarks(verdict, verdict.submitted)),
        outcome.expected && figure("Expected", outcome.expected, [])));
  }

  function figure(caption, grid, marks) {
    const view = gridView({ label: caption || "Output" });
    const side = caption ? SIDE : SMALL_SIDE;
    view.show({ ...looks(), grid, marks, cell: cellSize(height(grid), width(grid), side, side, 16) });
    return h("figure", {}, view.element, caption && h("figcaption", { class: "size-text" }, caption));
  }

  return { show, redraw: () => show(shown) };
}
