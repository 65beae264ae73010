import assert from "node:assert/strict";
import { test } from "node:test";

import { gridsIn, isAllGrids } from "../../apps/static/js/grids_in_text.js";

const GRID = [[0, 1, 2], [3, 4, 5]];

test("grids are read in every spelling", () => {
  for (const text of ["[[0,1,2],[3,4,5]]", "[[0, 1, 2],\n [3, 4, 5]]", "0 1 2\n3 4 5", "0,1,2\n3,4,5", "012\n345", "  0 1 2  \n  3 4 5  ", "[0, 1, 2]\n[3, 4, 5]", "0 | 1 | 2\n3 | 4 | 5"]) {
    assert.deepEqual(gridsIn(text), [GRID], text);
    assert.ok(isAllGrids(text), text);
  }
});

test("several grids are told apart by what is between them", () => {
  const text = "Input:\n1 2\n3 4\n\nOutput:\n5 6\n7 8\n";
  assert.deepEqual(gridsIn(text), [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]);
  assert.ok(isAllGrids(text));
});

test("what is no grid is left alone", () => {
  for (const text of ["", "1", "12", "see 3 of 4", "[[1, 2], [3]]", "[[10]]", "10 20 30\n40 50 60", "[[1, 2", "2024\nabc", "x = [[y]]", "[[]]"]) {
    assert.deepEqual(gridsIn(text), [], text);
  }
});

test("a grid within a sentence is found and the sentence stays a sentence", () => {
  const text = "The answer is `[[1, 2], [3, 4]]`, because every row of the input is repeated.";
  assert.deepEqual(gridsIn(text), [[[1, 2], [3, 4]]]);
  assert.equal(isAllGrids(text), false);
});

test("a program is not all grids", () => {
  assert.equal(isAllGrids("def solve_task(g):\n    return [[1, 2], [3, 4]]\n"), false);
});

test("a text full of brackets is read at once and gives a limited number of grids", () => {
  const begun = Date.now();
  gridsIn("[[".repeat(20_000));
  gridsIn("[[1],".repeat(20_000));
  assert.equal(gridsIn("[[1]] ".repeat(500)).length, 24);
  assert.ok(Date.now() - begun < 5000);
});
