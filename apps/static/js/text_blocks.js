/**
 * Markdown that arrives piece by piece, cut into blocks: those that are complete will not change any more, so only the last
 * one has to be shown again. A block is {kind: "text", text} or {kind: "code", language, text}. Pure.
 * Not here: what is inside a text block (rendered_text.js). Blocks of text are short even where the writer never ends one,
 * because the time to show a block grows with its length.
 */

const LONGEST_TEXT = 4000;
const FENCE = /^\s*(`{3,}|~{3,})\s*([^`\n]*?)\s*$/;
const LIST_ITEM = /^\s*(?:[-*+]|\d{1,9}[.)])\s/;
const BEGUN_FENCE = /^\s*(?:`{1,}|~{1,})[^`\n]*$/;

export class BlockSplitter {
  #block = null;
  #fence = null; // {mark, indent} of the code block that is open
  #line = ""; // what has come of a line that is not ended
  #isAfterBlank = false;

  /** Take more text in; returns the blocks that are complete now. */
  push(text) {
    const lines = (this.#line + text).split("\n");
    this.#line = lines.pop();
    const closed = lines.flatMap((line) => this.#take(`${line}\n`));
    while (this.#line.length > LONGEST_TEXT) {
      closed.push(...this.#take(this.#line.slice(0, LONGEST_TEXT)));
      this.#line = this.#line.slice(LONGEST_TEXT);
    }
    return closed;
  }

  /** What is to be seen of what is not complete, or null. A line that may become a fence is held back. */
  open() {
    const line = BEGUN_FENCE.test(this.#line) ? "" : this.#line;
    if (this.#fence) return { ...this.#block, text: this.#block.text + (line && this.#unindented(line)) };
    const text = (this.#block?.text ?? "") + line;
    return text.trim() ? { kind: "text", text } : null;
  }

  /** Nothing more comes; returns the blocks that were left. */
  finish() {
    const closed = this.#line ? this.#take(this.#line) : [];
    this.#line = "";
    return [...closed, ...this.#close()];
  }

  #take(line) {
    const match = FENCE.exec(line);
    if (this.#fence) return this.#takeCode(line, match);
    return match ? this.#openFence(line, match) : this.#takeText(line);
  }

  #openFence(line, [, mark, info]) {
    const closed = this.#close();
    this.#fence = { mark, indent: line.search(/\S/) };
    this.#block = { kind: "code", language: info.split(/\s/)[0].toLowerCase(), text: "" };
    return closed;
  }

  #takeCode(line, match) {
    const { mark } = this.#fence;
    if (match && !match[2] && match[1][0] === mark[0] && match[1].length >= mark.length) return this.#close();
    this.#block.text += this.#unindented(line);
    return [];
  }

  #unindented(line) {
    return line.slice(Math.min(this.#fence.indent, Math.max(0, line.search(/\S|$/))));
  }

  #takeText(line) {
    const isBlank = line.trim() === "";
    const closed = !isBlank && this.#endsBefore(line) ? this.#close() : [];
    this.#block ??= { kind: "text", text: "" };
    this.#block.text += line;
    this.#isAfterBlank = isBlank;
    return closed;
  }

  /** A blank line ends a block, but for a list that goes on indented. */
  #endsBefore(line) {
    if (!this.#block) return false;
    const goesOn = LIST_ITEM.test(this.#block.text) && /^\s{2,}/.test(line);
    return (this.#isAfterBlank && !goesOn) || this.#block.text.length + line.length > LONGEST_TEXT;
  }

  #close() {
    const closed = this.#block;
    this.#block = this.#fence = null;
    this.#isAfterBlank = false;
    return closed && (closed.kind === "code" || closed.text.trim()) ? [closed] : [];
  }
}
