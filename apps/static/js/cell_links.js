/**
 * Links from text to cells. In a trace or a flaw report "[train 1 input r2c3:r4c5]" means the cells from row 2, column 3 to
 * row 4, column 5 of the input of the first train pair; "[test 1 output r1c1]" is a single cell. Counting starts at 1.
 * The text stays plain, so links survive every export; the server is also sent them as data (`cellsOf`). Pure.
 */

const LINK = /\[(train|test) (\d{1,2}) (input|output) r(\d{1,2})c(\d{1,2})(?::r(\d{1,2})c(\d{1,2}))?\]/g;

/** The text of a link to `area` in the grid {kind: "train" | "test", index (from 0), side: "input" | "output"}. */
export function linkText({ kind, index, side }, { top, left, bottom, right }) {
  const corner = (row, column) => `r${row + 1}c${column + 1}`;
  const end = top === bottom && left === right ? "" : `:${corner(bottom, right)}`;
  return `[${kind} ${index + 1} ${side} ${corner(top, left)}${end}]`;
}

/** `text` in parts, in order: strings, and {text, grid, area} for the links. */
export function partsOf(text) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    if (match.index > from) parts.push(text.slice(from, match.index));
    parts.push(linkOf(match));
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}

function linkOf([text, kind, pair, side, ...corners]) {
  const [top, left, bottom = top, right = left] = corners.filter(Boolean).map((number) => Number(number) - 1);
  return { text, grid: { kind, index: Number(pair) - 1, side }, area: { top, left, bottom, right } };
}

/** The links of a text as data: {"grid": "train-0-input", "top", "left", "bottom", "right"} each, counted from 0. */
export function cellsOf(text) {
  return partsOf(text)
    .filter((part) => typeof part !== "string")
    .map(({ grid, area }) => ({ grid: `${grid.kind}-${grid.index}-${grid.side}`, ...area }));
}
