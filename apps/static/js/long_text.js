/** Text of any length, appended to as it comes: in pieces that the browser lays out only where they are seen. */

import { h } from "./element.js";

const PIECE = 4000;

/** {append(text), length}; the pieces are put into `element`. */
export function longText(element) {
  let piece = null;
  let length = 0;

  function append(text) {
    length += text.length;
    let rest = text;
    while (rest) {
      if (!piece || piece.length >= PIECE) rest = begin(rest);
      const taken = rest.slice(0, Math.max(1, PIECE - piece.length));
      piece.appendData(taken);
      rest = rest.slice(taken.length);
    }
  }

  /** Begin a piece after the last line end, so that lines stay whole where they are not too long themselves. */
  function begin(rest) {
    const before = piece;
    piece = document.createTextNode("");
    element.append(h("span", { class: "piece" }, piece));
    const end = before ? before.data.lastIndexOf("\n") + 1 : 0;
    if (!end || end === before.length) return rest;
    const moved = before.data.slice(end);
    before.deleteData(end, moved.length);
    return moved + rest;
  }

  return { append, get length() { return length; } };
}
