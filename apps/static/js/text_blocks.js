/**
 * Markdown that arrives piece by piece, cut into blocks: those that are complete will not change any more, so only the last
 * one has to be shown again. A block is {kind: "text", text} or {kind: "code", language, text}. Pure.
 * Not here: what is inside a text block (rendered_text.js). Blocks are short even where the writer never ends one, because
 * the time to show a block grows with its length.
 */

const LONGEST_TEXT = 4000;
const FENCE = /^\s*(`{3,}|~{3,})\s*([^`\n]*?)\s*$/;
const LIST_ITEM = /^\s*(?:[-*+]|\d{1,9}[.)])\s/;
const BEGUN_FENCE = /^\s*(?:`{1,}|~{1,})[^`\n]*$/;

/** {push(text), open(), finish()}: `push` and `finish` return the blocks that are complete now, `open` the one that is not. */
export function blockSplitter() {
  let block = null;
  let fence = null; // {mark, indent} of the code block that is open
  let line = "";
  let afterBlank = false;

  const close = () => {
    const closed = block;
    block = fence = null;
    afterBlank = false;
    return closed && (closed.kind === "code" || closed.text.trim()) ? [closed] : [];
  };

  function take(whole) {
    const match = FENCE.exec(whole);
    if (fence) return takeCode(whole, match);
    if (match) return openFence(whole, match);
    return takeText(whole);
  }

  function openFence(whole, [, mark, info]) {
    const closed = close();
    fence = { mark, indent: whole.search(/\S/) };
    block = { kind: "code", language: info.split(/\s/)[0].toLowerCase(), text: "" };
    return closed;
  }

  function takeCode(whole, match) {
    const isEnd = match && !match[2] && match[1][0] === fence.mark[0] && match[1].length >= fence.mark.length;
    if (isEnd) return close();
    block.text += unindented(whole);
    return [];
  }

  const unindented = (whole) => whole.slice(Math.min(fence.indent, Math.max(0, whole.search(/\S|$/))));

  function takeText(whole) {
    const isBlank = whole.trim() === "";
    const goesOn = block && afterBlank && LIST_ITEM.test(block.text) && /^\s{2,}/.test(whole);
    const isFull = block && block.text.length + whole.length > LONGEST_TEXT;
    const closed = !isBlank && block && ((afterBlank && !goesOn) || isFull) ? close() : [];
    block ??= { kind: "text", text: "" };
    block.text += whole;
    afterBlank = isBlank;
    return closed;
  }

  return {
    push(text) {
      const lines = (line + text).split("\n");
      line = lines.pop();
      const closed = lines.flatMap((whole) => take(`${whole}\n`));
      while (line.length > LONGEST_TEXT) {
        closed.push(...take(line.slice(0, LONGEST_TEXT)));
        line = line.slice(LONGEST_TEXT);
      }
      return closed;
    },

    /** What is to be seen of the block that is not complete. A line that may become a fence is held back. */
    open() {
      const shown = BEGUN_FENCE.test(line) ? "" : line;
      if (fence) return { ...block, text: block.text + (shown && unindented(shown)) };
      const text = (block?.text ?? "") + shown;
      return text.trim() ? { kind: "text", text } : null;
    },

    finish() {
      const closed = line ? take(line) : [];
      line = "";
      return [...closed, ...close()];
    },
  };
}
