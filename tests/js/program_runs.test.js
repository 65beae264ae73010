import assert from "node:assert/strict";
import { test } from "node:test";

import { failureText, gridJson, lineOf, outcomeOf, outcomeText, pairsOf, summaryOf } from "../../apps/static/js/program_runs.js";

const VERSION = { train: [{ input: [[1]], output: [[2]] }, { input: [[3]], output: [[4]] }], test: [{ input: [[5]], output: [[6]] }, { input: [[7]] }] };
const made = (grid) => ({ success: true, output_grid: grid, error: null, error_type: null });
const failed = (error, type = "exception") => ({ success: false, output_grid: null, error, error_type: type });

test("pairs are named as the page and its tests call them", () => {
  assert.deepEqual(pairsOf(VERSION).map(({ name, expected }) => [name, expected]), [
    ["train-0", [[2]]], ["train-1", [[4]]], ["test-0", [[6]]], ["test-1", null],
  ]);
});

test("a pair is passed, failed, or unknown where nobody knows the answer", () => {
  const results = [made([[2]]), made([[9]]), failed("boom"), made([[1]])];
  const outcomes = pairsOf(VERSION).map((pair, place) => outcomeOf(pair, results[place]));
  assert.deepEqual(outcomes.map(({ passed }) => passed), [true, false, false, null]);
  assert.deepEqual(summaryOf(outcomes), { text: "Passes 1 of 2 train pairs and 0 of 1 test pair", isAll: false });
  assert.equal(outcomeText(outcomes[1]), "1 of 1 cell differs.");
});

test("a failure is a sentence, and a time-out says that the program was stopped", () => {
  assert.equal(failureText(failed("IndexError: list index out of range (line 4)")), "IndexError: list index out of range (line 4)");
  assert.equal(outcomeText({ verdict: null, result: failed("IndexError: list index out of range (line 4)") }), "IndexError: list index out of range.");
  assert.equal(failureText(failed("the program defines no function solve_task", "no_solve_task")), "The program defines no function solve_task.");
  assert.equal(failureText(failed("the program ran longer than its time limit", "timeout")), "Stopped: the program ran longer than its time limit.");
});

test("the line of an error is the one at its end", () => {
  assert.equal(lineOf(failed("ValueError: (line 3) is not a number (line 12)")), 12);
  assert.equal(lineOf(failed("no line here")), null);
  assert.equal(lineOf(made([[1]])), null);
});

test("a grid as JSON can be read back", () => {
  const grid = [[1, 2], [3, 4]];
  assert.equal(gridJson(grid), "[[1, 2],\n [3, 4]]");
  assert.deepEqual(JSON.parse(gridJson(grid)), grid);
});
