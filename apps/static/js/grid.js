/**
 * ARC grids: what one is, how far two are apart, and how a size is written. The twin of utilities/grid.py. And what a task of grids is.
 * A grid is H x W ints 0-9, 1 <= H, W <= 30, and is never changed in place.
 * Not here: drawing on a grid (drawing.js), whole-task transforms (transforms.js), showing one (grid_view.js).
 */

export const MAX_SIDE = 30;
export const COLOUR_NAMES = [
  "black", "blue", "red", "green", "yellow", "grey", "fuchsia", "orange", "teal", "brown",
];

/** What keeps `value` from being a grid, as a short phrase; null when it is one. */
export function gridFault(value) {
  if (!Array.isArray(value)) return "is not a list of rows";
  if (value.length === 0) return "has no rows";
  if (value.length > MAX_SIDE) return `has ${value.length} rows, more than ${MAX_SIDE}`;
  for (const [index, row] of value.entries()) {
    const fault = rowFault(row, value[0]);
    if (fault) return `row ${index + 1} ${fault}`;
  }
  return null;
}

function rowFault(row, first) {
  if (!Array.isArray(row)) return "is not a list of cells";
  if (row.length === 0) return "is empty";
  if (row.length > MAX_SIDE) return `has ${row.length} cells, more than ${MAX_SIDE}`;
  if (row.length !== first.length) return `has ${row.length} cells where row 1 has ${first.length}`;
  const isColour = (cell) => Number.isInteger(cell) && cell >= 0 && cell <= 9;
  return row.every(isColour) ? null : "holds something other than a whole number from 0 to 9";
}

export const isGrid = (value) => gridFault(value) === null;

/** A grid of one colour. */
export function blank(height, width, colour = 0) {
  return Array.from({ length: height }, () => new Array(width).fill(colour));
}

export const height = (grid) => grid.length;
export const width = (grid) => grid[0].length;
export const sameShape = (one, other) => height(one) === height(other) && width(one) === width(other);

export function sameGrid(one, other) {
  return sameShape(one, other) && one.every((row, r) => row.every((cell, c) => cell === other[r][c]));
}

/** [row, column] of each cell that differs, within the part that both grids have. */
export function differingCells(one, other) {
  const cells = [];
  for (let r = 0; r < Math.min(height(one), height(other)); r += 1) {
    for (let c = 0; c < Math.min(width(one), width(other)); c += 1) {
      if (one[r][c] !== other[r][c]) cells.push([r, c]);
    }
  }
  return cells;
}

/** Number of cells that differ (Hamming distance); null when the shapes differ. */
export function distance(one, other) {
  return sameShape(one, other) ? differingCells(one, other).length : null;
}

/** "3 × 4", rows first. */
export const sizeText = (grid) => `${height(grid)} × ${width(grid)}`;

/** [height, width] of "3x4", "3X4", "3×4", "3 4" or "3,4"; a lone "3" is 3 x 3; null when it is no size. */
export function parseSize(text) {
  const match = /^\s*(\d{1,2})(?:\s*[xX×*,;\s]\s*(\d{1,2}))?\s*$/u.exec(text);
  if (!match) return null;
  const sides = [Number(match[1]), Number(match[2] ?? match[1])];
  return sides.every((side) => side >= 1 && side <= MAX_SIDE) ? sides : null;
}

/** A grid as lines of digits, the form in which it is read out and exported as text. */
export const gridText = (grid) => grid.map((row) => row.join("")).join("\n");

/** What keeps `value` from being a task {task_id, train, test}, as a phrase; null when it is one. Test outputs may be missing. */
export function taskFault(value) {
  if (typeof value?.task_id !== "string") return "has no task_id";
  for (const part of ["train", "test"]) {
    const pairs = value[part];
    if (!Array.isArray(pairs) || pairs.length === 0) return `has no ${part} pairs`;
    for (const [index, pair] of pairs.entries()) {
      const fault = pairFault(pair, part === "test");
      if (fault) return `is broken: ${part} pair ${index + 1}: ${fault}`;
    }
  }
  return null;
}

function pairFault(pair, isTest) {
  const input = gridFault(pair?.input);
  if (input) return `the input ${input}`;
  const output = isTest && pair.output == null ? null : gridFault(pair.output);
  return output && `the output ${output}`;
}
