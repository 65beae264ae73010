/**
 * A model's answer in an address, so that a report can link a failed attempt: `#/task/<id>/test/<index>?attempt=<rows>`.
 *
 * `<rows>` are the rows of the grid as digits, joined by "-": [[1, 2], [3, 5]] is "12-35". At most 929 characters. In Python:
 *
 *     "-".join("".join(map(str, row)) for row in grid)
 *
 * `&label=...` (a model's name) may follow; the page shows it as plain text. utilities/report/page.js writes such links, and
 * tests/vectors/attempt_links.json has examples. Pure.
 */

import { isGrid } from "./grid.js";

export const encodeAttempt = (grid) => grid.map((row) => row.join("")).join("-");

/** The grid of `text`; null when it is none. */
export function decodeAttempt(text) {
  if (!/^[\d-]{1,1000}$/.test(text)) return null;
  const grid = text.split("-").map((row) => [...row].map(Number));
  return isGrid(grid) ? grid : null;
}
