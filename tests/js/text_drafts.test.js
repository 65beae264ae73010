import assert from "node:assert/strict";
import { test } from "node:test";

import { textDrafts } from "../../apps/static/js/text_drafts.js";

function storageOf(entries = {}) {
  const map = new Map(Object.entries(entries));
  return { map, getItem: (key) => map.get(key) ?? null, setItem: (key, value) => map.set(key, value), removeItem: (key) => map.delete(key) };
}

test("drafts are kept with every change, each task's apart", () => {
  const storage = storageOf();
  const one = textDrafts("one", assert.fail, storage);
  one.keep({ code: "x" });
  one.keep({ question: "why" });
  assert.deepEqual(textDrafts("one", assert.fail, storage).read(), { code: "x", question: "why" });
  assert.deepEqual(textDrafts("two", assert.fail, storage).read(), {});
});

test("a draft that is emptied leaves nothing behind", () => {
  const storage = storageOf();
  const drafts = textDrafts("one", assert.fail, storage);
  drafts.keep({ code: "x" });
  drafts.keep({ code: "" });
  assert.equal(storage.map.size, 0);
});

test("a storage that is full is told of, and one that holds something else is read as empty", () => {
  const full = { getItem: () => "not JSON", setItem: () => { throw new Error("full"); }, removeItem: () => {} };
  const failures = [];
  const drafts = textDrafts("one", (error) => failures.push(error.message), full);
  assert.deepEqual(drafts.read(), {});
  drafts.keep({ code: "x" });
  assert.deepEqual(failures, ["full"]);
});
