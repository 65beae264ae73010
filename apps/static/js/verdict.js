/** What became of a submission: right, or which cells are wrong, with the expected answer on demand. */

import { counted, h, setAttribute } from "./element.js";
import { differingCells, distance, height, sameGrid, sameShape, sizeText, width } from "./grid.js";
import { cellSize, gridView } from "./grid_view.js";

const LARGEST = 240;

/** {correct, distance, wrong, submitted, expected}; `expected` null where the answer is not known: then correct is null. */
export function judge(submitted, expected) {
  if (!expected) return { correct: null, distance: null, wrong: [], submitted, expected: null };
  const correct = sameGrid(submitted, expected);
  return { correct, distance: distance(submitted, expected), wrong: differingCells(submitted, expected), submitted, expected };
}

/** "3 of 9 cells differ" and the like. */
export function verdictText({ correct, wrong, submitted, expected }) {
  if (correct === null) return "The expected answer to this test input is not known here.";
  if (correct) return "Correct.";
  if (!sameShape(submitted, expected)) return `The size differs: yours is ${sizeText(submitted)}, the answer is ${sizeText(expected)}.`;
  return `${wrong.length} of ${counted(height(expected) * width(expected), "cell")} differ${wrong.length === 1 ? "s" : ""}.`;
}

const single = ([row, column]) => ({ area: { top: row, left: column, bottom: row, right: column }, kind: "wrong" });

/** Marks for the submitted cells that were wrong and are still as submitted. */
export function wrongMarks(verdict, grid) {
  return verdict.wrong.filter(([r, c]) => grid[r]?.[c] === verdict.submitted[r][c]).map(single);
}

/** `show(verdict or null, {title, note, next})`; `looks` gives palette and numbers. */
export function mountVerdict(root, { looks, onNext, onClose }) {
  let comparison = null;

  function show(verdict, { title = "", note = "", next = null } = {}) {
    setAttribute(root, "data-correct", verdict && String(verdict.correct));
    root.replaceChildren(...(verdict ? parts(verdict, title, note, next) : []));
  }

  function parts(verdict, title, note, next) {
    comparison = null;
    const line = h("p", { class: "verdict-line" },
      h("strong", {}, title ? `${title} ` : ""), h("span", {}, verdictText(verdict)), note && h("span", { class: "faint" }, ` ${note}`));
    const details = verdict.correct === false && comparisonOf(verdict, title !== "");
    const buttons = h("span", { class: "verdict-buttons" },
      next && h("button", { type: "button", class: "primary", onclick: onNext }, next),
      h("button", { type: "button", class: "quiet", onclick: onClose, "aria-label": "Close the result" }, "Close"));
    return [h("div", { class: "verdict-head" }, line, buttons), details].filter(Boolean);
  }

  /** Yours and the expected one, the wrong cells marked in both. */
  function comparisonOf(verdict, isOpen) {
    const figures = h("div", { class: "comparison" });
    const details = h("details", { open: isOpen, ontoggle: () => details.open && draw() },
      h("summary", {}, "Compare with the expected answer"), figures);
    const draw = comparison = () => {
      figures.replaceChildren(figure("Yours", verdict.submitted, verdict), figure("Expected", verdict.expected, verdict));
    };
    if (isOpen) draw();
    return details;
  }

  function figure(caption, grid, verdict) {
    const view = gridView({ label: caption });
    const cell = cellSize(height(grid), width(grid), LARGEST, LARGEST, 24);
    view.show({ ...looks(), grid, cell, marks: verdict.wrong.map(single) });
    return h("figure", {}, view.element, h("figcaption", { class: "size-text" }, `${caption}, ${sizeText(grid)}`));
  }

  return { show, redraw: () => root.querySelector("details[open]") && comparison?.() };
}
