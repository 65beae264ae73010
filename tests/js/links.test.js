import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { galleryAddress, parseAddress, taskAddress } from "../../apps/static/js/address.js";
import { decodeAttempt, encodeAttempt } from "../../apps/static/js/attempt_link.js";
import { cellsOf, linkText, partsOf } from "../../apps/static/js/cell_links.js";

const vectors = JSON.parse(readFileSync(new URL("../vectors/attempt_links.json", import.meta.url), "utf8"));

test("an address is read as it was written, also with ids that need quoting", () => {
  for (const id of ["007bbfb7", "a/b c%20", "<b>", "ünï?#&"]) {
    const { page, taskId, version, test: index, parameters } = parseAddress(
      taskAddress(id, { version: 2, test: 1, trace: "t&1", attempt: null }),
    );
    assert.deepEqual([page, taskId, version, index, parameters], ["task", id, 2, 1, { trace: "t&1" }]);
  }
  assert.equal(taskAddress("007bbfb7"), "#/task/007bbfb7");
  assert.deepEqual(parseAddress(galleryAddress({ query: "a", state: "" })).parameters, { query: "a" });
});

test("addresses that are none are told apart", () => {
  assert.equal(parseAddress("").page, "start");
  for (const hash of ["#/task", "#/task/", "#/task/a/v/x", "#/nowhere", "#x"]) assert.equal(parseAddress(hash).page, "unknown");
  assert.equal(parseAddress("#/task/%E0%A4%A").taskId, "%E0%A4%A");
});

test("attempts are written as the vectors say, and come back", () => {
  for (const { grid, attempt } of vectors) {
    assert.equal(encodeAttempt(grid), attempt);
    assert.deepEqual(decodeAttempt(attempt), grid);
  }
});

test("an attempt that is none is refused", () => {
  const none = ["", "x", "-", "12-3", "12--34", "12-34-", "1".repeat(31), Array(31).fill("1").join("-"), "1 2", "<b>", "1".repeat(5000)];
  for (const text of none) assert.equal(decodeAttempt(text), null, text);
});

test("links to cells are found in text, with the text around them", () => {
  const area = { top: 1, left: 2, bottom: 3, right: 4 };
  const link = linkText({ kind: "train", index: 0, side: "input" }, area);
  assert.equal(link, "[train 1 input r2c3:r4c5]");
  const parts = partsOf(`See ${link}, not [train 1] or <b>`);
  assert.deepEqual([parts[0], parts[1].area, parts[2]], ["See ", area, ", not [train 1] or <b>"]);
  const single = linkText({ kind: "test", index: 1, side: "output" }, { top: 0, left: 0, bottom: 0, right: 0 });
  assert.deepEqual(cellsOf(single), [{ grid: "test-1-output", top: 0, left: 0, bottom: 0, right: 0 }]);
});
