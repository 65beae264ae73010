/**
 * The editor on the page: shows an Editor (editor.js) on a canvas and takes pointers (mouse, touch, pen) and edge handles.
 * Its element is focusable and carries the answer as data: `data-grid` (JSON), `data-height`, `data-width`.
 * Not here: keys (keyboard.js), tools and palette (tools.js).
 */

import { pieceArea } from "./drawing.js";
import { h, setAttribute } from "./element.js";
import { MAX_SIDE, height, width } from "./grid.js";
import { GridView } from "./grid_view.js";

const HANDLES = ["right", "bottom", "corner"];

export class GridEditor {
  #editor;
  #view = new GridView({ label: "Answer", isDescribed: false });
  #looks = null;
  #frame = 0;
  #serialised = null;

  /** `onHover(cell or null)` follows the pointer. */
  constructor(editor, { onHover }) {
    this.#editor = editor;
    setAttribute(this.#view.element.firstChild, "aria-hidden", "true");
    const handles = HANDLES.map((edge) => h("span", { class: `handle handle-${edge}`, "data-edge": edge, "aria-hidden": "true" }));
    this.element = h("div", {
      class: "editor",
      tabindex: "0",
      role: "application",
      "aria-roledescription": "grid editor",
      "aria-label": "Answer. Arrow keys move, Space draws, 0 to 9 choose a colour, question mark shows all keys.",
      "data-testid": "output-grid",
      onfocus: () => this.#paintSoon(),
      onblur: () => this.#paintSoon(),
    }, this.#view.element, ...handles);
    followPointer(this.#view, this.element, editor, onHover);
    for (const handle of handles) followHandle(handle, editor, () => this.#looks.cell);
  }

  /** Take in a change of the editor: the data at once, the picture in the next frame. */
  changed() {
    const { grid } = this.#editor;
    if (this.#serialised !== grid) {
      this.#serialised = grid;
      this.element.dataset.grid = JSON.stringify(grid);
      this.element.dataset.height = height(grid);
      this.element.dataset.width = width(grid);
    }
    this.#paintSoon();
  }

  /** Draw from now on with {cell, palette, numbers, marks}. */
  draw(looks) {
    this.#looks = looks;
    this.#paintSoon();
  }

  #paintSoon() {
    this.#frame ||= requestAnimationFrame(() => this.#paint());
  }

  #paint() {
    this.#frame = 0;
    if (!this.#looks) return;
    this.#view.show({ ...this.#looks, grid: this.#editor.grid, marks: [...this.#looks.marks, ...this.#ownMarks()] });
  }

  #ownMarks() {
    const { piece, selection, cursor: [row, column], isDrawing } = this.#editor;
    const marks = [];
    if (piece) marks.push({ area: pieceArea(piece), kind: "piece" });
    else if (selection) marks.push({ area: selection, kind: "select" });
    const hasKeys = this.element.matches(":focus-visible") || isDrawing;
    if (hasKeys) marks.push({ area: { top: row, left: column, bottom: row, right: column }, kind: "cursor" });
    return marks;
  }
}

/** Mouse, pen or finger on the answer; a second finger means that nobody wants to draw. */
function followPointer(view, element, editor, onHover) {
  let pointer = null;
  const cellOf = (event) => view.cellAt(event.clientX, event.clientY);
  const on = (name, listener) => view.element.addEventListener(name, listener);
  const ended = (finish) => (event) => {
    if (event.pointerId !== pointer) return;
    pointer = null;
    finish();
  };

  on("pointerdown", (event) => {
    if (pointer !== null) return editor.cancel();
    if (takesColour(event, editor)) return pick(view.colourAt(cellOf(event)));
    if (event.button !== 0) return undefined;
    event.preventDefault();
    element.focus({ preventScroll: true, focusVisible: false });
    pointer = event.pointerId;
    view.element.setPointerCapture(pointer);
    return editor.press(cellOf(event), { duplicate: event.altKey });
  });
  on("pointermove", (event) => {
    const cell = cellOf(event);
    onHover(view.colourAt(cell) === undefined ? null : cell);
    if (event.pointerId !== pointer) return;
    for (const each of event.getCoalescedEvents?.() ?? []) editor.drag(cellOf(each));
    editor.drag(cell);
  });
  on("pointerup", ended(() => editor.release()));
  on("pointercancel", ended(() => editor.cancel()));
  on("pointerleave", () => onHover(null));
  on("contextmenu", (event) => event.preventDefault());

  function pick(colour) {
    if (colour !== undefined) editor.pick(colour);
  }
}

/** The right button, or Alt, takes a colour; with the selecting tool Alt drags a copy. */
const takesColour = (event, editor) => event.button === 2 || (event.altKey && editor.tool !== "select");

/** Drag the right or bottom edge, or the corner, to another size; the answer follows when it is let go. */
function followHandle(handle, editor, cell) {
  let start = null;
  const ghost = h("span", { class: "ghost", "aria-hidden": "true" });
  const sizeAt = (event) => {
    const { edge } = handle.dataset;
    const within = (side) => Math.min(MAX_SIDE, Math.max(1, side));
    const down = edge === "right" ? 0 : Math.round((event.clientY - start.y) / cell());
    const across = edge === "bottom" ? 0 : Math.round((event.clientX - start.x) / cell());
    return [within(height(editor.grid) + down), within(width(editor.grid) + across)];
  };
  handle.addEventListener("pointerdown", (event) => {
    if (editor.readOnly) return;
    event.preventDefault();
    start = { x: event.clientX, y: event.clientY };
    handle.setPointerCapture(event.pointerId);
    handle.parentElement.append(ghost);
    ghost.textContent = "";
  });
  handle.addEventListener("pointermove", (event) => {
    if (!start) return;
    const [rows, columns] = sizeAt(event);
    ghost.textContent = `${rows} × ${columns}`;
    ghost.style.height = `${rows * cell()}px`;
    ghost.style.width = `${columns * cell()}px`;
  });
  const end = (event, size) => {
    if (!start) return;
    start = null;
    ghost.remove();
    if (size) editor.resize(size);
  };
  handle.addEventListener("pointerup", (event) => end(event, start && sizeAt(event)));
  handle.addEventListener("pointercancel", (event) => end(event, null));
}
