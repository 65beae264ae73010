/**
 * A reply as it comes: blocks that are complete are made once, only the last one is shown again. The work is done in short
 * stretches, with pauses that grow with what a stretch costs, so that the page stays responsive while a long reply comes.
 */

import { CodeBlock } from "./code_block.js";
import { h } from "./element.js";
import { gridPictures } from "./grid_pictures.js";
import { gridsIn } from "./grids_in_text.js";
import { safeMarkdown } from "./safe_markdown.js";
import { BlockSplitter } from "./text_blocks.js";

const STRETCH_MS = 6;
const SHORTEST_PAUSE_MS = 60;
const PIECE = 2000;
const SHOWN_AT_ONCE = 400_000;
const BLOCKS_IN_A_PART = 20; // parts that are not seen are not laid out

export class RenderedText {
  element = h("div", { class: "prose" });
  #actions;
  #source = "";
  #isOver = false;
  #taken = 0; // characters of the source that the splitter has
  #limit = SHOWN_AT_ONCE;
  #splitter = new BlockSplitter();
  #waiting = []; // complete blocks that are not made yet
  #tail = null; // the view of the block that is not complete
  #isEnded = false;
  #timer = null;

  /** `actions` as in code_block.js. */
  constructor(actions) {
    this.#actions = actions;
  }

  /** Show `text`, which goes on from what was shown before or begins anew; `isOver`: nothing more comes. */
  show(text, isOver) {
    if (!text.startsWith(this.#source) || (this.#isEnded && text !== this.#source)) this.#reset();
    if (text === this.#source && isOver === this.#isOver) return;
    this.#source = text;
    this.#isOver = isOver;
    this.#timer ??= setTimeout(() => this.#stretch(), 0);
  }

  #reset() {
    this.element.replaceChildren();
    this.#splitter = new BlockSplitter();
    this.#waiting = [];
    this.#tail = null;
    this.#taken = 0;
    this.#isEnded = this.#isOver = false;
    this.#source = "";
  }

  // --- stretches

  #stretch() {
    const begun = performance.now();
    while (this.#step() && performance.now() - begun < STRETCH_MS);
    if (!this.#waiting.length) this.#showTail();
    const cost = performance.now() - begun;
    const pause = this.#isBehind ? cost : Math.max(SHORTEST_PAUSE_MS, 4 * cost);
    this.#timer = setTimeout(() => this.#goOn(), pause);
  }

  /** What came in a pause is shown together. */
  #goOn() {
    this.#timer = null;
    if (this.#isBehind || (this.#isOver && !this.#isEnded)) this.#stretch();
  }

  get #end() {
    return Math.min(this.#source.length, this.#limit);
  }

  get #isBehind() {
    return this.#waiting.length > 0 || this.#taken < this.#end;
  }

  /** Do one small thing; false when there is nothing to do. */
  #step() {
    if (this.#waiting.length) this.#complete(this.#nextBlock());
    else if (this.#taken < this.#end) this.#takePiece();
    else if (this.#isOver && !this.#isEnded) this.#finish();
    else return false;
    return true;
  }

  #takePiece() {
    const piece = this.#source.slice(this.#taken, Math.min(this.#end, this.#taken + PIECE));
    this.#taken += piece.length;
    this.#waiting = this.#splitter.push(piece);
  }

  #finish() {
    this.#isEnded = true;
    if (this.#taken < this.#source.length) this.#offerRest();
    else this.#waiting = this.#splitter.finish();
  }

  // --- blocks

  /** The next block that is complete; short texts that follow each other are made as one, which costs less. */
  #nextBlock() {
    const waiting = this.#waiting;
    const block = waiting.shift();
    while (block.kind === "text" && waiting[0]?.kind === "text" && block.text.length + waiting[0].text.length < PIECE) {
      block.text += waiting.shift().text;
    }
    return block;
  }

  #complete(block) {
    this.#viewOf(block).close(block);
    this.#tail = null;
  }

  #showTail() {
    const block = this.#isEnded ? null : this.#splitter.open();
    if (block) this.#viewOf(block).show(block);
    else this.#dropTail();
  }

  /** The view at the end, if it is of that kind, or a new one. */
  #viewOf({ kind }) {
    const View = kind === "code" ? CodeBlock : TextBlock;
    if (this.#tail instanceof View) return this.#tail;
    this.#dropTail();
    this.#tail = new View(this.#actions);
    this.#lastPart().append(this.#tail.element);
    return this.#tail;
  }

  #dropTail() {
    this.#tail?.element.remove();
    this.#tail = null;
  }

  #lastPart() {
    const last = this.element.lastElementChild;
    if (last && last.childElementCount < BLOCKS_IN_A_PART) return last;
    const part = h("div", { class: "part" });
    this.element.append(part);
    return part;
  }

  #offerRest() {
    const left = Math.round((this.#source.length - this.#taken) / 1000).toLocaleString("en-GB");
    const button = h("button", { type: "button", class: "show-rest", onclick: () => this.#showMore(button) }, `Show more (${left} thousand characters are left)`);
    this.#dropTail();
    this.element.append(button);
  }

  #showMore(button) {
    button.remove();
    this.#limit += SHOWN_AT_ONCE;
    this.#isEnded = false;
    this.#timer ??= setTimeout(() => this.#stretch(), 0);
  }
}

class TextBlock {
  element = h("div", { class: "text-block" });
  #actions;

  constructor(actions) {
    this.#actions = actions;
  }

  show({ text }) {
    this.element.replaceChildren(safeMarkdown(text));
  }

  close(block) {
    this.show(block);
    const grids = gridsIn(block.text);
    if (grids.length) this.element.append(gridPictures(grids, this.#actions));
  }
}
