import assert from "node:assert/strict";
import { test } from "node:test";

import { BlockSplitter } from "../../apps/static/js/text_blocks.js";

const TEXT = `One *two*
three.

- a
- b

  still b

## Title

\`\`\`python
def f():

    return 1
\`\`\`
after

~~~
tilde \`\`\`
~~~
1. x

   \`\`\`
   inside
     more
   \`\`\`
end`;

/** The blocks of `text` when it comes in pieces of `size` characters. */
function blocksOf(text, size = text.length) {
  const splitter = new BlockSplitter();
  const blocks = [];
  for (let at = 0; at < text.length; at += size) blocks.push(...splitter.push(text.slice(at, at + size)));
  return [...blocks, ...splitter.finish()];
}

test("text is cut at blank lines and fences, and a list keeps what is indented", () => {
  assert.deepEqual(blocksOf(TEXT).map(({ kind, language = "", text }) => [kind, language, text.trim()]), [
    ["text", "", "One *two*\nthree."],
    ["text", "", "- a\n- b\n\n  still b"],
    ["text", "", "## Title"],
    ["code", "python", "def f():\n\n    return 1"],
    ["text", "", "after"],
    ["code", "", "tilde ```"],
    ["text", "", "1. x"],
    ["code", "", "inside\n  more"],
    ["text", "", "end"],
  ]);
});

test("it makes no difference in which pieces a text comes", () => {
  const whole = blocksOf(TEXT);
  for (const size of [1, 2, 3, 7, 50]) assert.deepEqual(blocksOf(TEXT, size), whole);
});

test("the open block is what has come of it, without a line that may become a fence", () => {
  const splitter = new BlockSplitter();
  splitter.push("open te");
  assert.deepEqual(splitter.open(), { kind: "text", text: "open te" });
  splitter.push("xt\n``");
  assert.equal(splitter.open().text, "open text\n");
  splitter.push("`py\nx = 1\n``");
  assert.deepEqual(splitter.open(), { kind: "code", language: "py", text: "x = 1\n" });
  splitter.push("`\n");
  assert.equal(splitter.open(), null);
});

test("a fence that is never closed ends with the text", () => {
  assert.deepEqual(blocksOf("```python\nx = 1"), [{ kind: "code", language: "python", text: "x = 1" }]);
  assert.deepEqual(blocksOf("```python\n```"), [{ kind: "code", language: "python", text: "" }]);
});

test("blocks of text stay short, whatever is written", () => {
  for (const text of ["word ".repeat(10_000), "line\n".repeat(10_000), "- item\n".repeat(10_000), "> ".repeat(20_000)]) {
    const blocks = blocksOf(text, 1000);
    assert.ok(blocks.every((block) => block.text.length <= 4001), String(Math.max(...blocks.map((block) => block.text.length))));
    assert.equal(blocks.map((block) => block.text).join("").trim(), text.trim());
  }
});

test("code of any length is one block", () => {
  const code = "x = 1\n".repeat(50_000);
  assert.deepEqual(blocksOf(`\`\`\`py\n${code}\`\`\`\n`, 999), [{ kind: "code", language: "py", text: code }]);
});
