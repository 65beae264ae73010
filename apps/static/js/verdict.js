/** What became of a submission: right, or which cells are wrong, with the expected answer on demand. */

import { counted, h, setAttribute } from "./element.js";
import { differingCells, distance, height, sameGrid, sameShape, sizeText, width } from "./grid.js";
import { GridView, cellSize } from "./grid_view.js";

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

export class VerdictView {
  #root;
  #parts;
  #verdict = null;
  #figures = h("div", { class: "comparison" });

  /** `parts` has looks(), palette and numbers; onNext(); onClose(). */
  constructor(root, parts) {
    this.#root = root;
    this.#parts = parts;
  }

  /** Show a verdict, or none; `title` goes before it, `note` after it, `next` on a button when it is right. */
  show(verdict, { title = "", note = "", next = "" } = {}) {
    this.#verdict = verdict;
    setAttribute(this.#root, "data-correct", verdict && String(verdict.correct));
    this.#root.replaceChildren(...(verdict ? [this.#head(title, note, next), this.#details(title !== "")].filter(Boolean) : []));
  }

  #head(title, note, next) {
    const line = h("p", { class: "verdict-line" },
      title && h("strong", {}, `${title} `), h("span", {}, verdictText(this.#verdict)), note && h("span", { class: "faint" }, ` ${note}`));
    const buttons = h("span", { class: "verdict-buttons" },
      this.#verdict.correct && next && h("button", { type: "button", class: "primary", onclick: this.#parts.onNext }, next),
      h("button", { type: "button", class: "quiet", onclick: this.#parts.onClose, "aria-label": "Close the result" }, "Close"));
    return h("div", { class: "verdict-head" }, line, buttons);
  }

  /** Yours and the expected one, the wrong cells marked in both. */
  #details(isOpen) {
    if (this.#verdict.correct !== false) return null;
    const toggled = () => {
      this.redraw();
      if (details.open && !isOpen) details.scrollIntoView({ block: "nearest" }); // somebody wants to see it
    };
    const details = h("details", { open: isOpen, ontoggle: toggled }, h("summary", {}, "Compare with the expected answer"), this.#figures);
    if (isOpen) this.#draw();
    return details;
  }

  /** Draw the comparison again, if it is open: the colours may have changed. */
  redraw() {
    if (this.#verdict && this.#root.querySelector("details[open]")) this.#draw();
  }

  #draw() {
    const { submitted, expected } = this.#verdict;
    this.#figures.replaceChildren(this.#figure("Yours", submitted), this.#figure("Expected", expected));
  }

  #figure(caption, grid) {
    const view = new GridView({ label: caption });
    const cell = cellSize(height(grid), width(grid), LARGEST, LARGEST, 24);
    view.show({ ...this.#parts.looks(), grid, cell, marks: this.#verdict.wrong.map(single) });
    return h("figure", {}, view.element, h("figcaption", { class: "size-text" }, `${caption}, ${sizeText(grid)}`));
  }
}
