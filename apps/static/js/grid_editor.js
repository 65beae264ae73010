/**
 * The editor on the page: shows an Editor (editor.js) on a canvas and takes pointers (mouse, touch, pen) and edge handles.
 * Its element is focusable and carries the answer as data: `data-grid` (JSON), `data-height`, `data-width`.
 * Not here: keys (keyboard.js), tools and palette (tools.js).
 */

import { pieceArea } from "./drawing.js";
import { h, setAttribute } from "./element.js";
import { MAX_SIDE, height, width } from "./grid.js";
import { gridView } from "./grid_view.js";

const HANDLES = ["right", "bottom", "corner"];

/** `editor` is drawn by `draw({cell, palette, numbers, marks})`; `onHover(cell or null)` follows the pointer. */
export function gridEditor(editor, { onHover }) {
  const view = gridView({ label: "Answer", described: false });
  const handles = HANDLES.map((edge) => h("span", { class: `handle handle-${edge}`, "data-edge": edge, "aria-hidden": "true" }));
  const element = h("div", {
    class: "editor",
    tabindex: "0",
    role: "application",
    "aria-roledescription": "grid editor",
    "aria-label": "Answer. Arrow keys move, Space draws, 0 to 9 choose a colour, question mark shows all keys.",
    "data-testid": "output-grid",
  }, view.element, ...handles);
  setAttribute(view.element.firstChild, "aria-hidden", "true");
  let looks = null;
  let frame = 0;
  let serialised = null;

  /** Take in a change of the editor: the data at once, the picture in the next frame. */
  function changed() {
    const { grid } = editor;
    if (serialised !== grid) {
      serialised = grid;
      element.dataset.grid = JSON.stringify(grid);
      element.dataset.height = height(grid);
      element.dataset.width = width(grid);
    }
    frame ||= requestAnimationFrame(paint);
  }

  function paint() {
    frame = 0;
    if (looks) view.show({ ...looks, grid: editor.grid, marks: [...looks.marks, ...ownMarks()] });
  }

  function ownMarks() {
    const marks = [];
    if (editor.piece) marks.push({ area: pieceArea(editor.piece), kind: "piece" });
    else if (editor.selection) marks.push({ area: editor.selection, kind: "select" });
    const [row, column] = editor.cursor;
    const hasKeys = element.matches(":focus-visible") || editor.isDrawing;
    if (hasKeys) marks.push({ area: { top: row, left: column, bottom: row, right: column }, kind: "cursor" });
    return marks;
  }

  function draw(wanted) {
    looks = wanted;
    frame ||= requestAnimationFrame(paint);
  }

  followPointer(view, element, editor, onHover);
  for (const handle of handles) followHandle(handle, editor, () => looks.cell);
  for (const event of ["focus", "blur"]) element.addEventListener(event, () => (frame ||= requestAnimationFrame(paint)));
  return { element, changed, draw };
}

function followPointer(view, element, editor, onHover) {
  let pointer = null;
  const cellOf = (event) => view.cellAt(event.clientX, event.clientY);
  const inside = ([row, column]) => editor.grid[row]?.[column] !== undefined;

  view.element.addEventListener("pointerdown", (event) => {
    if (pointer !== null) return editor.cancel(); // a second finger: no drawing
    const cell = cellOf(event);
    if (event.button === 2 || (event.altKey && editor.tool !== "select")) return inside(cell) && editor.pick(editor.grid[cell[0]][cell[1]]);
    if (event.button !== 0) return undefined;
    event.preventDefault();
    element.focus({ preventScroll: true, focusVisible: false });
    pointer = event.pointerId;
    view.element.setPointerCapture(pointer);
    return editor.press(cell, { duplicate: event.altKey });
  });
  view.element.addEventListener("pointermove", (event) => {
    const cell = cellOf(event);
    onHover(inside(cell) ? cell : null);
    if (event.pointerId !== pointer) return;
    for (const each of event.getCoalescedEvents?.() ?? []) editor.drag(cellOf(each));
    editor.drag(cell);
  });
  const ended = (finish) => (event) => {
    if (event.pointerId !== pointer) return;
    pointer = null;
    finish();
  };
  view.element.addEventListener("pointerup", ended(() => editor.release()));
  view.element.addEventListener("pointercancel", ended(() => editor.cancel()));
  view.element.addEventListener("pointerleave", () => onHover(null));
  view.element.addEventListener("contextmenu", (event) => event.preventDefault());
}

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
