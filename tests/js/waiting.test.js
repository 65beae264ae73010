import assert from "node:assert/strict";
import { test } from "node:test";

import { sorted, withReply, withWaiting } from "../../apps/static/js/waiting.js";

const trace = (trace_id, more = {}) => ({ trace_id, task_id: "t", text: trace_id, score: 0, my_vote: 0, timestamp: "2026-01-01T00:00:00+00:00", ...more });
const ids = (traces) => traces.map((one) => one.trace_id);

test("waiting changes are shown on top of what the server has", () => {
  const waiting = [
    { call: "addTrace", args: ["t", { text: "new", client_id: "c1", version: 0 }] },
    { call: "addTrace", args: ["another task", { text: "x", client_id: "c2", version: 0 }] },
    { call: "vote", args: ["a", -1] },
    { call: "editTrace", args: ["b", { text: "edited", revision: 1 }] },
    { call: "removeTrace", args: ["c"] },
    { call: "submit", args: ["t", {}] },
  ];
  const shown = withWaiting([trace("a", { score: 3, my_vote: 1 }), trace("b"), trace("c")], waiting, "t", "ada");
  assert.deepEqual(ids(shown), ["a", "b", "c1"]);
  assert.deepEqual([shown[0].score, shown[0].my_vote], [1, -1]);
  assert.deepEqual([shown[1].text, shown[1].isWaiting], ["edited", true]);
  assert.deepEqual([shown[2].username, shown[2].isWaiting], ["ada", true]);
});

test("a reply takes the place of the change, and nothing is shown twice", () => {
  const change = { call: "addTrace", args: ["t", { text: "new", client_id: "c1", version: 0 }] };
  const traces = withReply([trace("a")], change, { trace: trace("server id") });
  assert.deepEqual(ids(traces), ["a", "server id"]);
  assert.deepEqual(ids(withWaiting(traces, [change], "t", "ada")), ["a", "server id"]);
  const edit = { call: "editTrace", args: ["a", { text: "x" }] };
  assert.deepEqual(ids(withReply(traces, edit, { trace: trace("a", { text: "x" }) })), ["a", "server id"]);
});

test("orders are stable where times and scores are equal", () => {
  const traces = [trace("a"), trace("b", { score: 2 }), trace("c"), trace("d", { timestamp: null })];
  assert.deepEqual(ids(sorted(traces, "score")), ["b", "d", "c", "a"]);
  assert.deepEqual(ids(sorted(traces, "newest")), ["d", "c", "b", "a"]);
  assert.deepEqual(ids(sorted(traces, "oldest")), ["a", "b", "c", "d"]);
});
