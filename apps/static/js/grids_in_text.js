/** Grids that somebody wrote in a text: as JSON, or as rows of digits, with or without blanks or commas. Pure. */

import { isGrid } from "./grid.js";

const MOST = 24;
const ROW = /^\s*\[?\s*\d(?:[\s,|]*\d)*\s*\]?,?\s*$/;
const JSON_GRID = /\[\s*\[[\d\s,]*\](?:\s*,\s*\[[\d\s,]*\])*\s*\]/g;
const CAPTION = /^[A-Za-z][\w\s,.#×-]{0,40}:?$/;

/** The grids in `text`, in their order; at most 24. */
export function gridsIn(text) {
  const written = [...text.matchAll(JSON_GRID)].map(([found]) => parsed(found)).filter(Boolean);
  return (written.length ? written : gridsOfRows(text)).slice(0, MOST);
}

/** True when `text` is grids and nothing else but short captions ("Output:"). */
export function isAllGrids(text) {
  const rest = text.replace(JSON_GRID, "").split("\n").filter((line) => line.trim() && !ROW.test(line));
  return gridsIn(text).length > 0 && rest.every((line) => CAPTION.test(line.trim()));
}

function parsed(text) {
  try {
    const value = JSON.parse(text);
    return isGrid(value) ? value : null;
  } catch {
    return null; // brackets that do not fit
  }
}

/** Neighbouring lines of digits that are equally long. A single line is a grid only where its digits stand apart. */
function gridsOfRows(text) {
  const grids = [];
  let rows = [];
  let isApart = false;
  const end = () => {
    if ((rows.length > 1 || (isApart && rows[0]?.length > 2)) && isGrid(rows)) grids.push(rows);
    rows = [];
  };
  for (const line of text.split("\n")) {
    const row = ROW.test(line) ? cellsOf(line) : null;
    if (rows.length && row?.length !== rows[0].length) end();
    if (row) rows.push(row);
    isApart = /\d[\s,|]+\d/.test(line);
  }
  end();
  return grids;
}

/** The cells of a line; null when a number has two digits among others that stand apart, as 10 is no colour. */
function cellsOf(line) {
  const numbers = line.match(/\d+/g);
  if (numbers.length > 1) return numbers.every((number) => number.length === 1) ? numbers.map(Number) : null;
  return numbers[0].length > 2 ? [...numbers[0]].map(Number) : null;
}
