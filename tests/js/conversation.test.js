import assert from "node:assert/strict";
import { test } from "node:test";

import { afterEvent, asMarkdown, underWay, wordsOf } from "../../apps/static/js/conversation.js";

const answer = (changes = {}) => ({ message_id: "a", role: "assistant", text: "", thinking: "", status: "streaming", model: "M", ...changes });
const delta = (text, at, more = {}) => ["delta", { message_id: "a", text, thinking: "", text_at: at, thinking_at: 0, restart: false, ...more }];
const follow = (messages, ...events) => events.reduce((sofar, [event, data]) => afterEvent(sofar, event, data), messages);

test("an answer grows with its deltas and ends with what the server kept", () => {
  const grown = follow([], ["message", { message: answer() }], delta("one ", 0), delta("two", 4));
  assert.equal(grown[0].text, "one two");
  assert.equal(underWay(grown), grown[0]);
  const done = follow(grown, ["done", { message: answer({ text: "one two.", status: "done" }) }]);
  assert.deepEqual([done[0].text, underWay(done)], ["one two.", null]);
});

test("events that come twice change nothing", () => {
  const events = [["message", { message: answer() }], delta("one ", 0), delta("two ", 4), delta("three", 8)];
  const once = follow([], ...events);
  assert.deepEqual(follow(once, ...events), once);
  assert.deepEqual(follow(once, ...events.slice(2)), once);
});

test("a page that has read a part goes on from any delta that it has in part", () => {
  const read = [answer({ text: "one tw" })];
  assert.equal(follow(read, delta("two three", 4))[0].text, "one two three");
});

test("where something is missing the conversation has to be read again", () => {
  assert.equal(afterEvent([answer({ text: "one" })], ...delta("three", 9)), null);
  assert.equal(afterEvent([], ...delta("one", 0)), null);
  assert.equal(afterEvent([], "done", { message: answer() }), null);
  assert.equal(afterEvent([answer()], "reset", {}), null);
});

test("a try that failed leaves nothing", () => {
  const again = follow([answer({ text: "half", thinking: "hm" })], delta("", 0, { restart: true }), delta("whole", 0), delta("", 5, { thinking: "aha" }));
  assert.deepEqual([again[0].text, again[0].thinking], ["whole", "aha"]);
});

test("what the page does not know changes nothing", () => {
  const messages = [answer()];
  assert.equal(afterEvent(messages, "something new", {}), messages);
});

test("the words of an answer are what is not code", () => {
  assert.equal(wordsOf("Turn it.\n\n```python\nx = 1\n```\n\nDone."), "Turn it.\n\nDone.");
  assert.equal(wordsOf("Turn it.\n```python\nnever closed"), "Turn it.");
  assert.equal(wordsOf("~~~\n```\n~~~\nwords"), "words");
});

test("the words of a huge answer are a beginning that can be read", () => {
  assert.ok(wordsOf("word ".repeat(1_000_000)).length <= 10_000);
});

test("a conversation as Markdown has every turn and every error", () => {
  const text = asMarkdown("t1", [
    { ...answer(), role: "user", text: "Why?" }, answer({ text: "Because.", thinking: "hm", error: "It broke off." }),
  ]);
  for (const part of ["# Task t1", "## Question\n\nWhy?", "## M", "Because.", "> It broke off.", "hm"]) assert.ok(text.includes(part), part);
});
