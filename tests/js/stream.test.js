import assert from "node:assert/strict";
import { test } from "node:test";

import { parser } from "../../apps/static/js/stream.js";

const STREAM = ": hello\n\nid: 7\nevent: trace\ndata: {\"a\":1}\n\ndata: one\ndata: two\n\n: beat\nid: 8\nevent:vote\ndata:x\n\nevent: empty\n\ndata: torn";
const EVENTS = [
  { event: "trace", data: '{"a":1}', id: "7" },
  { event: "message", data: "one\ntwo", id: "7" },
  { event: "vote", data: "x", id: "8" },
];

test("events are read however the text is cut into pieces, with any line ends", () => {
  for (const stream of [STREAM, STREAM.replaceAll("\n", "\r\n")]) {
    for (const size of [1, 2, 3, 7, 1000]) {
      const parse = parser();
      const events = [];
      for (let at = 0; at < stream.length; at += size) events.push(...parse(stream.slice(at, at + size)));
      assert.deepEqual(events, EVENTS);
    }
  }
});
