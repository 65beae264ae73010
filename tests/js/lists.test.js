import assert from "node:assert/strict";
import { test } from "node:test";

import { PALETTES, inkOn } from "../../apps/static/js/palettes.js";
import { filtered, neighbour, randomTask, tagsOf } from "../../apps/static/js/task_list.js";

const row = (task_id, side, more = {}) => (
  { task_id, max_height: side, max_width: 1, versions: 1, traces: 0, solved_by_me: false, tags: [], ...more });
const ROWS = [row("00ab", 3, { solved_by_me: true }), row("11AB", 15, { traces: 2, tags: ["x"] }), row("22cd", 30, { versions: 2, tags: ["y", "x"] })];
const ids = (rows) => rows.map((one) => one.task_id);

test("filters work one by one and together", () => {
  assert.deepEqual(ids(filtered(ROWS)), ["00ab", "11AB", "22cd"]);
  assert.deepEqual(ids(filtered(ROWS, { query: " aB" })), ["00ab", "11AB"]);
  assert.deepEqual(ids(filtered(ROWS, { state: "solved" })), ["00ab"]);
  assert.deepEqual(ids(filtered(ROWS, { state: "unsolved" })), ["11AB", "22cd"]);
  assert.deepEqual(ids(filtered(ROWS, { state: "traced" })), ["11AB"]);
  assert.deepEqual(ids(filtered(ROWS, { state: "varied" })), ["22cd"]);
  assert.deepEqual(["small", "medium", "large"].map((size) => ids(filtered(ROWS, { size }))[0]), ids(ROWS));
  assert.deepEqual(ids(filtered(ROWS, { tag: "x", size: "large", state: "nonsense" })), ["22cd"]);
  assert.deepEqual(tagsOf(ROWS), ["x", "y"]);
});

test("neighbours go round, and a random task is another one", () => {
  assert.equal(neighbour(ROWS, "22cd", 1), "00ab");
  assert.equal(neighbour(ROWS, "00ab", -1), "22cd");
  assert.equal(neighbour(ROWS, "gone", 1), "00ab");
  assert.equal(neighbour([], "00ab", 1), null);
  assert.deepEqual([0, 0.49, 0.99].map((random) => randomTask(ROWS, "11AB", random)), ["00ab", "00ab", "22cd"]);
  assert.equal(randomTask(ROWS.slice(0, 1), "00ab", 0.5), "00ab");
  assert.equal(randomTask([], null), null);
});

test("numbers on cells can be read on every colour of every palette (WCAG contrast 4.5)", () => {
  const light = (hex) => {
    const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  for (const { colours } of Object.values(PALETTES)) {
    assert.equal(new Set(colours).size, 10);
    for (const colour of colours) {
      const [one, other] = [light(colour), light(inkOn(colour))].sort((a, b) => b - a);
      assert.ok(one / other >= 4.5, colour);
    }
  }
});
