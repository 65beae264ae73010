/** Text of any length, appended to as it comes: in pieces that the browser lays out only where they are seen. */

import { h } from "./element.js";

const PIECE = 4000;

export class LongText {
  length = 0;
  #element;
  #piece = null;

  constructor(element) {
    this.#element = element;
  }

  append(text) {
    this.length += text.length;
    let rest = text;
    while (rest) {
      if (!this.#piece || this.#piece.length >= PIECE) rest = this.#begin(rest);
      const taken = rest.slice(0, Math.max(1, PIECE - this.#piece.length));
      this.#piece.appendData(taken);
      rest = rest.slice(taken.length);
    }
  }

  /** Begin a piece after the last line end, so that lines stay whole where they are not too long themselves. */
  #begin(rest) {
    const before = this.#piece;
    this.#piece = document.createTextNode("");
    this.#element.append(h("span", { class: "piece" }, this.#piece));
    const end = before ? before.data.lastIndexOf("\n") + 1 : 0;
    if (!end || end === before.length) return rest;
    const moved = before.data.slice(end);
    before.deleteData(end, moved.length);
    return moved + rest;
  }
}
