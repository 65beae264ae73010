import assert from "node:assert/strict";
import { test } from "node:test";

import { Editor } from "../../apps/static/js/editor.js";
import { blank } from "../../apps/static/js/grid.js";
import { replayed, started } from "../../apps/static/js/history.js";

function editorOn(grid) {
  let time = 0;
  const editor = new Editor(() => {}, () => (time += 10));
  editor.open(started(grid));
  return editor;
}

function stroke(editor, ...cells) {
  editor.press(cells[0]);
  for (const cell of cells.slice(1)) editor.drag(cell);
  editor.release();
}

const NUMBERED = [[1, 2, 3], [4, 5, 6], [7, 8, 9]];

test("a fast drag leaves no cell out, and is one step to undo", () => {
  const editor = editorOn(blank(3, 5));
  stroke(editor, [1, 0], [1, 4]);
  assert.deepEqual(editor.grid[1], [1, 1, 1, 1, 1]);
  editor.undo();
  assert.deepEqual(editor.grid, blank(3, 5));
  editor.redo();
  assert.deepEqual(editor.grid[1], [1, 1, 1, 1, 1]);
});

test("a drag that leaves the grid and comes back paints what it crossed and nothing else", () => {
  const editor = editorOn(blank(3, 3));
  stroke(editor, [0, 0], [-2, 0], [-2, 2], [0, 2]);
  assert.deepEqual(editor.grid, [[1, 0, 1], [0, 0, 0], [0, 0, 0]]);
});

test("fill, line and rectangles", () => {
  const editor = editorOn([[0, 0, 2], [0, 2, 0], [2, 0, 0]]);
  editor.setTool("fill");
  stroke(editor, [0, 0]);
  assert.deepEqual(editor.grid, [[1, 1, 2], [1, 2, 0], [2, 0, 0]]);
  editor.setTool("line");
  editor.setColour(3);
  stroke(editor, [0, 0], [2, 2]);
  assert.deepEqual(editor.grid, [[3, 1, 2], [1, 3, 0], [2, 0, 3]]);
  editor.setTool("rect");
  editor.setColour(4);
  stroke(editor, [2, 2], [0, 0]);
  assert.deepEqual(editor.grid, [[4, 4, 4], [4, 3, 4], [4, 4, 4]]);
  editor.setFilled(true);
  stroke(editor, [0, 0], [1, 1]);
  assert.deepEqual(editor.grid, [[4, 4, 4], [4, 4, 4], [4, 4, 4]]);
});

test("the eyedropper takes a colour and gives the tool before it back", () => {
  const editor = editorOn(NUMBERED);
  editor.setTool("fill");
  editor.setTool("eyedropper");
  stroke(editor, [2, 1]);
  assert.equal(editor.colour, 8);
  assert.equal(editor.tool, "fill");
});

test("a selection is moved as a piece; undo goes back step by step", () => {
  const editor = editorOn(NUMBERED);
  editor.setTool("select");
  stroke(editor, [0, 0], [0, 1]);
  stroke(editor, [0, 0], [2, 1]);
  assert.deepEqual(editor.grid, [[0, 0, 3], [4, 5, 6], [7, 1, 2]]);
  editor.turn("rotate_180");
  assert.deepEqual(editor.grid, [[0, 0, 3], [4, 5, 6], [7, 2, 1]]);
  editor.undo();
  editor.undo();
  assert.deepEqual(editor.grid, NUMBERED);
});

test("copy, cut and paste; a piece over the edge keeps its hidden cells until it is laid down", () => {
  const editor = editorOn(NUMBERED);
  editor.select({ top: 0, left: 0, bottom: 1, right: 1 });
  editor.cut();
  assert.deepEqual(editor.grid, [[0, 0, 3], [0, 0, 6], [7, 8, 9]]);
  editor.select({ top: 2, left: 2, bottom: 2, right: 2 });
  editor.paste();
  assert.deepEqual(editor.grid, [[0, 0, 3], [0, 0, 6], [7, 8, 1]]);
  editor.step(-1, -1);
  assert.deepEqual(editor.grid, [[0, 0, 3], [0, 1, 2], [7, 4, 5]]);
  editor.settle();
  assert.equal(editor.piece, null);
  assert.deepEqual(editor.grid, [[0, 0, 3], [0, 1, 2], [7, 4, 5]]);
});

test("a piece stays within reach", () => {
  const editor = editorOn(NUMBERED);
  editor.select({ top: 0, left: 0, bottom: 0, right: 0 });
  editor.lift();
  for (let step = 0; step < 9; step += 1) editor.step(-1, 0);
  assert.equal(editor.piece.row, 0);
});

test("crop, recolour, erase", () => {
  const editor = editorOn(NUMBERED);
  editor.select({ top: 1, left: 0, bottom: 2, right: 1 });
  editor.crop();
  assert.deepEqual(editor.grid, [[4, 5], [7, 8]]);
  editor.select({ top: 0, left: 0, bottom: 0, right: 1 });
  editor.setColour(2);
  editor.recolour();
  assert.deepEqual(editor.grid, [[2, 2], [7, 8]]);
  editor.erase();
  assert.deepEqual(editor.grid, [[0, 0], [7, 8]]);
});

test("keys: arrows and use paint; a line takes two uses; shift extends the selection", () => {
  const editor = editorOn(blank(3, 3));
  editor.use();
  editor.step(0, 1);
  editor.step(1, 0);
  editor.use();
  assert.deepEqual(editor.grid, [[1, 0, 0], [0, 1, 0], [0, 0, 0]]);
  editor.setTool("line");
  editor.setColour(5);
  editor.use();
  editor.step(1, 1);
  editor.followCursor();
  editor.use();
  assert.deepEqual(editor.grid, [[1, 0, 0], [0, 5, 0], [0, 0, 5]]);
  editor.step(-1, 0, true);
  editor.step(-1, 0, true);
  assert.deepEqual(editor.selection, { top: 0, left: 2, bottom: 2, right: 2 });
});

test("the log gives the same timeline again, with what was undone still there to redo", () => {
  const start = blank(3, 3);
  const editor = editorOn(start);
  stroke(editor, [0, 0], [0, 2]);
  editor.resize([2, 4]);
  editor.select({ top: 0, left: 0, bottom: 0, right: 0 });
  editor.copy();
  editor.paste();
  editor.step(1, 1);
  editor.turn("transpose");
  editor.settle();
  editor.undo();
  const again = replayed(start, JSON.parse(JSON.stringify(editor.timeline.log)));
  assert.deepEqual(again, editor.timeline);
});

test("nothing changes while it is read only", () => {
  const editor = editorOn(NUMBERED);
  editor.readOnly = true;
  stroke(editor, [0, 0], [2, 2]);
  editor.resize([1, 1]);
  editor.erase();
  assert.deepEqual(editor.grid, NUMBERED);
});
