/**
 * The answer editor without its looks: the tools, the cursor, the selection, pieces, and one timeline of all of it.
 * `grid` is what a person sees: the grid of the present state, the piece on top of it, and the stroke under way.
 * A selection is {area} on the answer. Tells its listener after each change what kind it was: "timeline" (with the action),
 * "stroke", "selection", "cursor" or "tool".
 * Not here: pixels and pointers (grid_editor.js), keys (keyboard.js), where timelines are kept (drafts.js).
 */

import { areaBetween, areaOf, clipped, isInside, painted, pieceArea, resized, stamped } from "./drawing.js";
import { blank, height, sameGrid, width } from "./grid.js";
import { acted, canRedo, canUndo, started } from "./history.js";
import * as pieces from "./pieces.js";
import { continued, strokeAt, strokeChanges } from "./strokes.js";

export const TOOLS = ["edit", "select", "fill", "line", "rect", "eyedropper"];

export class Editor {
  timeline = started(blank(3, 3));
  tool = "edit";
  colour = 1;
  filled = false;
  cursor = [0, 0];
  selection = null;
  clipboard = null;
  readOnly = false;
  #stroke = null;
  #move = null;
  #lastTool = "edit";
  #began = 0;
  #listener;
  #clock;

  constructor(listener, clock = () => Date.now()) {
    this.#listener = listener;
    this.#clock = clock;
  }

  /** Show another timeline; what was under way on the one before is dropped. */
  open(timeline) {
    this.timeline = timeline;
    this.#stroke = this.#move = this.selection = null;
    this.cursor = [0, 0];
    this.#began = this.#clock() - (timeline.log.at(-1)?.at ?? 0);
    this.#listener("timeline", null);
  }

  get state() {
    return this.timeline.present;
  }

  get piece() {
    return this.#move ? this.#move.piece : this.state.piece;
  }

  /** The answer as it would be submitted: the piece is part of it. */
  get grid() {
    const grid = stamped(this.#move ? this.#move.grid : this.state.grid, this.piece);
    return this.#stroke ? painted(grid, this.#strokeChanges(grid)) : grid;
  }

  #strokeChanges(grid) {
    return strokeChanges(this.#stroke, grid, this.colour, this.filled);
  }

  /** Do `change` and log it as `action`; null changes nothing. */
  #act(action, change) {
    if (this.readOnly || !change) return;
    const item = { action, at: Math.max(0, Math.round(this.#clock() - this.#began)), ...change };
    this.timeline = acted(this.timeline, item);
    this.#keepInside();
    this.#listener("timeline", item);
  }

  #keepInside() {
    const { grid } = this.state;
    this.cursor = [Math.min(this.cursor[0], height(grid) - 1), Math.min(this.cursor[1], width(grid) - 1)];
    if (this.selection) this.selection = clipped(this.selection, grid);
  }

  // --- tools

  setTool(tool) {
    if (tool === this.tool) return;
    if (tool !== "eyedropper") this.settle();
    this.#lastTool = this.tool === "eyedropper" ? this.#lastTool : this.tool;
    this.tool = tool;
    this.#listener("tool");
  }

  setColour(colour) {
    this.colour = colour;
    this.#listener("tool");
  }

  setFilled(filled) {
    this.filled = filled;
    this.#listener("tool");
  }

  /** Take the colour of a cell, and go back to the tool of before. */
  pick(colour) {
    this.colour = colour;
    if (this.tool === "eyedropper") this.tool = this.#lastTool;
    this.#listener("tool");
  }

  // --- a pointer, or a key that stands for one

  press(cell, { duplicate = false } = {}) {
    this.cursor = this.#onGrid(cell);
    if (this.tool === "eyedropper") this.pick(this.grid[this.cursor[0]][this.cursor[1]]);
    else if (this.readOnly) this.#listener("cursor");
    else if (this.tool === "select") this.#pressSelect(this.cursor, duplicate);
    else this.#pressDraw(this.cursor);
  }

  #onGrid([row, column]) {
    const { grid } = this.state;
    return [Math.min(Math.max(row, 0), height(grid) - 1), Math.min(Math.max(column, 0), width(grid) - 1)];
  }

  #pressDraw(cell) {
    this.settle();
    this.#stroke = strokeAt(this.tool, cell);
    this.#listener("stroke");
  }

  #pressSelect(cell, duplicate) {
    const area = this.piece ? pieceArea(this.piece) : this.selection;
    if (area && isInside(area, cell)) {
      const { grid, piece } = pieces.lifted(this.state, this.selection, duplicate);
      this.#move = { grid, piece, from: cell, start: piece };
      return;
    }
    this.settle();
    this.#stroke = null;
    this.#move = null;
    this.selection = areaBetween(cell, cell);
    this.selecting = cell;
    this.#listener("selection");
  }

  drag(cell) {
    if (this.#move) {
      const { from, start } = this.#move;
      this.#move.piece = { ...start, row: start.row + cell[0] - from[0], column: start.column + cell[1] - from[1] };
      this.#listener("stroke");
    } else if (this.selecting) {
      this.cursor = this.#onGrid(cell);
      this.selection = areaBetween(this.selecting, this.cursor);
      this.#listener("selection");
    } else if (this.#stroke) {
      this.cursor = this.#onGrid(cell);
      this.#stroke = continued(this.#stroke, this.#stroke.tool === "edit" ? cell : this.cursor);
      this.#listener("stroke");
    }
  }

  release() {
    this.selecting = null;
    if (this.#move) this.#releaseMove();
    if (!this.#stroke) return;
    const cells = this.#strokeChanges(this.state.grid);
    const { tool } = this.#stroke;
    this.#stroke = null;
    if (cells.length) this.#act(tool === "edit" ? "paint" : tool, { cells });
    else this.#listener("stroke");
  }

  #releaseMove() {
    const { grid, piece, start } = this.#move;
    this.#move = null;
    if (piece.row === start.row && piece.column === start.column) return this.#listener("stroke");
    this.selection = null;
    return this.#act("move", sameGrid(grid, this.state.grid) ? { piece } : { grid, piece });
  }

  /** The pointer was taken away (a second finger, a system gesture): as if the stroke had never begun. */
  cancel() {
    this.#stroke = this.#move = this.selecting = null;
    this.#listener("stroke");
  }

  // --- the keyboard's way

  /** One cell further; with `extend` the selection grows with the cursor; a piece moves instead of the cursor. */
  step(down, right, extend = false) {
    if (this.state.piece && !extend) return this.movePiece(down, right);
    const from = this.cursor;
    this.cursor = this.#onGrid([from[0] + down, from[1] + right]);
    if (!extend) return this.#listener("cursor");
    this.anchor = this.selection && this.anchor ? this.anchor : from;
    this.selection = areaBetween(this.anchor, this.cursor);
    return this.#listener("selection");
  }

  /** Use the tool at the cursor. A line or rectangle starts at the first use and ends at the second. */
  use() {
    if (this.state.piece) return this.settle();
    const twoEnded = this.tool === "line" || this.tool === "rect";
    if (this.#stroke && twoEnded) {
      this.drag(this.cursor);
      return this.release();
    }
    this.press(this.cursor);
    return twoEnded ? undefined : this.release();
  }

  get isDrawing() {
    return this.#stroke !== null;
  }

  /** Carry a line or rectangle that was begun with a key on to the cursor. */
  followCursor() {
    if (this.#stroke) this.drag(this.cursor);
  }

  // --- selections and pieces

  select(area) {
    this.settle();
    this.selection = area && clipped(area, this.state.grid);
    this.anchor = this.selection && [this.selection.top, this.selection.left];
    this.#listener("selection");
  }

  selectAll() {
    this.select(areaOf(this.state.grid));
  }

  /** The cells that a copy would take, or null. */
  get selected() {
    return pieces.copied(this.state, this.selection);
  }

  copy(grid = this.selected) {
    if (grid) this.clipboard = grid;
    this.#listener("selection");
    return grid;
  }

  cut() {
    if (this.copy()) this.erase("cut");
  }

  /** The copied cells as a piece, at the selection or the cursor. */
  paste(grid = this.clipboard) {
    if (!grid) return;
    this.clipboard = grid;
    this.settle();
    const [row, column] = this.selection ? [this.selection.top, this.selection.left] : this.cursor;
    this.selection = null;
    this.tool = "select";
    this.#act("paste", { piece: { row, column, grid } });
    this.#listener("tool");
  }

  /** Make the selection a piece that arrow keys move. */
  lift() {
    if (this.state.piece || !this.selection) return;
    this.#actOnSelection("move", pieces.lifted(this.state, this.selection));
  }

  movePiece(down, right) {
    this.#act("move", pieces.moved(this.state, down, right));
  }

  erase(action = "erase") {
    this.#act(action, pieces.erased(this.state, this.#area));
  }

  /** The current colour on the piece, the selection or, with neither, the cell at the cursor. */
  recolour() {
    this.#act("recolour", pieces.recoloured(this.state, this.#area, this.colour));
  }

  turn(name) {
    this.#actOnSelection(name, pieces.turned(this.state, this.selection, name));
  }

  crop() {
    this.#actOnSelection("crop", pieces.croppedTo(this.state, this.selection));
  }

  get #area() {
    return this.selection ?? areaBetween(this.cursor, this.cursor);
  }

  /** A change after which the selected cells are no longer where the selection is. */
  #actOnSelection(action, change) {
    this.selection = null;
    this.#act(action, change);
  }

  /** Lay the piece down for good. */
  settle() {
    this.#act("place", pieces.placed(this.state));
  }

  /** One step out of whatever is under way: the stroke, the piece, the selection. True when there was something. */
  escape() {
    if (this.#stroke || this.#move) this.cancel();
    else if (this.state.piece) this.settle();
    else if (this.selection) this.select(null);
    else return false;
    return true;
  }

  // --- the whole answer

  resize(size) {
    const { grid } = this.state;
    if (size[0] === height(grid) && size[1] === width(grid)) return;
    this.settle();
    this.#act("resize", { grid: resized(this.state.grid, size) });
  }

  replaceGrid(action, grid) {
    this.selection = null;
    if (this.state.piece || !sameGrid(grid, this.state.grid)) this.#act(action, { grid, piece: null });
  }

  /** Preview `steps` on the task; the answer goes along with those that are done on grids. */
  setTransform(steps, grid) {
    this.selection = null;
    this.#act("transform", { transform: steps, grid, piece: null });
  }

  undo() {
    if (this.#stroke || this.#move) return this.cancel();
    return canUndo(this.timeline) ? this.#act("undo", {}) : undefined;
  }

  redo() {
    if (canRedo(this.timeline)) this.#act("redo", {});
  }
}
