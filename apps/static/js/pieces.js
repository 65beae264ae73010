/**
 * What can be done with selected cells and with a piece, the cells that lie on top of an answer. Pure: each function takes
 * a state {grid, piece} and the selected area (or null) and gives the change that an action makes, for a timeline
 * (history.js); null where there is nothing to change.
 */

import { areaCells, changesTo, clipped, cropped, painted, pieceArea, stamped } from "./drawing.js";
import { blank, height, width } from "./grid.js";
import { transformGrid } from "./transforms.js";

/** The selected cells made a piece, with background where they were; with `duplicate` they stay there too. */
export function lifted({ grid, piece }, area, duplicate = false) {
  if (piece) return { grid: duplicate ? stamped(grid, piece) : grid, piece };
  const hole = changesTo(grid, areaCells(area), 0);
  const cells = { row: area.top, column: area.left, grid: cropped(grid, area) };
  return { grid: duplicate ? grid : painted(grid, hole), piece: cells };
}

/** The cells that a copy takes: the piece's, or the selected ones; null with neither. */
export function copied({ grid, piece }, area) {
  if (piece) return piece.grid;
  return area ? cropped(grid, area) : null;
}

/** The piece so far down and right; null when it would be out of sight. */
export function moved({ grid, piece }, down, right) {
  const there = { ...piece, row: piece.row + down, column: piece.column + right };
  return clipped(pieceArea(there), grid) ? { piece: there } : null;
}

/** The piece, the selected cells (which become a piece) or, with neither, the whole answer, turned by a transform's name. */
export function turned(state, area, name) {
  const turn = (grid) => transformGrid(grid, [{ name }]);
  if (!state.piece && !area) return { grid: turn(state.grid) };
  const { grid, piece } = lifted(state, area);
  return { grid, piece: { ...piece, grid: turn(piece.grid) } };
}

/** All cells of the piece, or of the selected area, in one colour. */
export function recoloured({ grid, piece }, area, colour) {
  if (piece) return { piece: { ...piece, grid: blank(height(piece.grid), width(piece.grid), colour) } };
  const cells = changesTo(grid, areaCells(area), colour);
  return cells.length ? { cells } : null;
}

/** Background where the selected area is; a piece is taken away. */
export const erased = (state, area) => (state.piece ? { piece: null } : recoloured(state, area, 0));

/** Only what lies under the piece or the selection; null with neither. */
export function croppedTo({ grid, piece }, area) {
  const kept = piece ? clipped(pieceArea(piece), grid) : area;
  return kept && { grid: cropped(stamped(grid, piece), kept), piece: null };
}

/** The piece laid down for good. */
export const placed = ({ grid, piece }) => (piece ? { grid: stamped(grid, piece), piece: null } : null);
