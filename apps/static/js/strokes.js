/**
 * What each drawing tool does between press and release: from cells to changes of a grid. Pure.
 * A stroke is {tool, from, last, path}: where it began, where it is, and each cell it went over. Selecting and moving
 * pieces are not strokes (editor.js).
 */

import { areaBetween, changesTo, floodCells, lineCells, rectangleCells } from "./drawing.js";

export const strokeAt = (tool, cell) => ({ tool, from: cell, last: cell, path: [cell] });

/** The stroke carried on to `cell`; a fast pointer skips cells, a drawn path has none missing. */
export function continued(stroke, cell) {
  const path = stroke.tool === "edit" ? [...stroke.path, ...lineCells(stroke.last, cell).slice(1)] : stroke.path;
  return { ...stroke, last: cell, path };
}

const CELLS_OF = {
  edit: ({ path }) => path,
  fill: ({ last }, grid) => (grid[last[0]]?.[last[1]] === undefined ? [] : floodCells(grid, last)),
  line: ({ from, last }) => lineCells(from, last),
  rect: ({ from, last }, grid, filled) => rectangleCells(areaBetween(from, last), filled),
};

/** [row, column, colour] of each cell that the stroke changes on `grid`. */
export function strokeChanges(stroke, grid, colour, filled) {
  const cells = CELLS_OF[stroke.tool](stroke, grid, filled);
  const unique = new Map(cells.map((cell) => [cell[0] * 1000 + cell[1], cell]));
  return changesTo(grid, [...unique.values()], colour);
}
