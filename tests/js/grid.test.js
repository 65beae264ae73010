import assert from "node:assert/strict";
import { test } from "node:test";

import { blank, differingCells, distance, gridFault, isGrid, parseSize } from "../../apps/static/js/grid.js";
import { floodCells, lineCells, resized } from "../../apps/static/js/drawing.js";

test("only rectangles of 1 to 30 by 1 to 30 whole numbers from 0 to 9 are grids", () => {
  for (const good of [[[0]], [[9, 1]], blank(30, 30)]) assert.equal(gridFault(good), null);
  const bad = [null, 3, "x", [], [[]], [[1], [1, 2]], [[10]], [[-1]], [[1.5]], [["1"]], [[true]], blank(31, 1), blank(1, 31)];
  for (const value of bad) assert.equal(isGrid(value), false, JSON.stringify(value));
});

test("distance is the number of differing cells, and null for another size", () => {
  assert.equal(distance([[1, 2]], [[1, 3]]), 1);
  assert.equal(distance([[1, 2]], [[1], [2]]), null);
  assert.deepEqual(differingCells([[1, 2], [3, 4]], [[1, 0]]), [[0, 1]]);
});

test("a size is read however people write it", () => {
  for (const text of ["3x4", "3X4", "3×4", " 3 x 4 ", "3,4", "3 4", "3*4"]) assert.deepEqual(parseSize(text), [3, 4], text);
  assert.deepEqual(parseSize("5"), [5, 5]);
  for (const text of ["", "x", "0x3", "3x0", "31x3", "3x31", "3x4x5", "-3x4", "3.5x2", "1e1x1"]) {
    assert.equal(parseSize(text), null, text);
  }
});

test("a line has no gaps and both its ends", () => {
  for (const [from, to] of [[[0, 0], [5, 2]], [[5, 9], [0, 0]], [[2, 2], [2, 2]], [[0, 7], [7, 0]]]) {
    const cells = lineCells(from, to);
    assert.deepEqual(cells[0], from);
    assert.deepEqual(cells.at(-1), to);
    for (let i = 1; i < cells.length; i += 1) {
      const gap = Math.max(Math.abs(cells[i][0] - cells[i - 1][0]), Math.abs(cells[i][1] - cells[i - 1][1]));
      assert.equal(gap, 1);
    }
  }
});

test("a flood does not go round corners, and fills 30 x 30", () => {
  assert.deepEqual(floodCells([[0, 1], [1, 0]], [0, 0]), [[0, 0]]);
  assert.equal(floodCells(blank(30, 30), [12, 3]).length, 900);
});

test("resizing keeps what fits", () => {
  assert.deepEqual(resized([[1, 2], [3, 4]], [1, 3]), [[1, 2, 0]]);
  assert.deepEqual(resized([[1, 2], [3, 4]], [3, 1]), [[1], [3], [0]]);
});
