import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { TRANSFORMS, contentOf, describe, inverse, transformGrid, transformTask } from "../../apps/static/js/transforms.js";

const vectors = JSON.parse(readFileSync(new URL("../vectors/transforms.json", import.meta.url), "utf8"));

test("the same names as in Python", () => {
  assert.deepEqual(Object.keys(TRANSFORMS), vectors.names);
});

test("grids and tasks come out as in Python, and the inverse takes them back", () => {
  for (const { grid, transform, result } of vectors.grids) {
    assert.deepEqual(transformGrid(grid, transform), result);
    assert.deepEqual(transformGrid(result, inverse(transform)), grid);
  }
  for (const { task, transform, result } of vectors.tasks) {
    assert.deepEqual(transformTask(task, transform), result);
    assert.deepEqual(transformTask(result, inverse(transform)), { train: task.train, test: task.test });
  }
});

test("what Python refuses is refused", () => {
  const [{ task }] = vectors.tasks;
  for (const { transform } of vectors.errors) {
    assert.throws(() => transformTask(task, transform), RangeError, JSON.stringify(transform));
  }
  for (const { task: other, transform } of vectors.task_errors) {
    assert.throws(() => transformTask(other, transform), RangeError);
  }
});

test("the same pairs in any order are the same content", () => {
  for (const { case: name, one, other, same } of vectors.same_content) {
    assert.equal(contentOf(one) === contentOf(other), same, name);
  }
});

test("a transform is described in words", () => {
  assert.equal(describe([]), "as it is");
  const steps = [{ name: "rotate_90" }, { name: "permute_colours", permutation: [0, 2, 1, 3, 4, 5, 6, 7, 8, 9] }, { name: "swap_train_test", k: 1 }];
  assert.equal(describe(steps), "rotate 90°, then colours 1→2 2→1, then swap train 2 with test 1");
});
