import assert from "node:assert/strict";
import { test } from "node:test";

import { readFile } from "../../apps/static/js/exchange.js";

const pair = (input, output) => ({ input, output });
const TASK = { train: [pair([[1]], [[2]])], test: [pair([[3]], [[4]])] };
const read = (value, name = "abc.json") => readFile(name, JSON.stringify(value));

test("a task, a list and an object of tasks are tasks", () => {
  assert.deepEqual(read(TASK).tasks.map((task) => task.task_id), ["abc"]);
  assert.deepEqual(read({ ...TASK, task_id: "own" }).tasks.map((task) => task.task_id), ["own"]);
  assert.deepEqual(read([{ ...TASK, task_id: "one" }]).tasks.map((task) => task.task_id), ["one"]);
  assert.deepEqual(read({ k1: TASK, k2: TASK }).tasks.map((task) => task.task_id), ["k1", "k2"]);
  assert.equal(read({ ...TASK, test: [{ input: [[3]] }] }).kind, "tasks");
});

test("a broken task is refused with the place of its fault", () => {
  const coloured = { train: [TASK.train[0], pair([[1]], [[22]])], test: TASK.test };
  const cases = [
    [coloured, "abc.json is broken: train pair 2: the output row 1 holds something other than a whole number from 0 to 9."],
    [{ train: TASK.train }, "abc.json has no test pairs."],
    [{ ...TASK, train: [{ input: [[1]] }] }, "abc.json is broken: train pair 1: the output is not a list of rows."],
    [{ ...TASK, test: [null] }, "abc.json is broken: test pair 1: the input is not a list of rows."],
    [{ good: TASK, bad: coloured }, "abc.json: bad is broken: train pair 2: the output row 1 holds something other than a whole number from 0 to 9."],
    [[{ ...TASK, task_id: "x" }, 7], "abc.json: item 2 has no task_id."],
    [[TASK], "abc.json: item 1 has no task_id."],
  ];
  for (const [value, message] of cases) assert.throws(() => read(value), { name: "RangeError", message });
});

test("other files are told apart", () => {
  assert.equal(read({ format: "arc2-work" }).kind, "work");
  assert.equal(read({ abc: [{ trace_id: "t", text: "x" }] }).kind, "traces");
  for (const value of [null, 7, [], {}, { a: 1 }, "x"]) assert.throws(() => read(value), /neither an ARC task/);
  assert.throws(() => readFile("a.json", "{"), /a\.json is not JSON/);
});
