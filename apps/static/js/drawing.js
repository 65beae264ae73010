/**
 * Drawing on a grid: lines, rectangles, floods, resizing, and pieces that lie on top. Pure: each function gives new values.
 * A cell is [row, column]; an area is {top, left, bottom, right}, both ends included; a piece is {row, column, grid},
 * whose corner may lie outside of the grid under it.
 */

import { blank, height, width } from "./grid.js";

/** The cells of a straight line (Bresenham, 1965), both ends included. */
export function lineCells([row, column], [toRow, toColumn]) {
  const cells = [];
  const down = Math.abs(toRow - row);
  const across = Math.abs(toColumn - column);
  const steps = Math.max(down, across);
  for (let step = 0; step <= steps; step += 1) {
    const part = steps === 0 ? 0 : step / steps;
    cells.push([Math.round(row + (toRow - row) * part), Math.round(column + (toColumn - column) * part)]);
  }
  return cells;
}

/** The area between two opposite corners. */
export function areaBetween([row, column], [otherRow, otherColumn]) {
  return {
    top: Math.min(row, otherRow),
    left: Math.min(column, otherColumn),
    bottom: Math.max(row, otherRow),
    right: Math.max(column, otherColumn),
  };
}

export const areaOf = (grid) => ({ top: 0, left: 0, bottom: height(grid) - 1, right: width(grid) - 1 });

export function isInside(area, [row, column]) {
  return row >= area.top && row <= area.bottom && column >= area.left && column <= area.right;
}

/** The part of `area` that lies on `grid`; null when nothing does. */
export function clipped(area, grid) {
  const top = Math.max(area.top, 0);
  const left = Math.max(area.left, 0);
  const bottom = Math.min(area.bottom, height(grid) - 1);
  const right = Math.min(area.right, width(grid) - 1);
  return top <= bottom && left <= right ? { top, left, bottom, right } : null;
}

export function areaCells({ top, left, bottom, right }) {
  const cells = [];
  for (let r = top; r <= bottom; r += 1) for (let c = left; c <= right; c += 1) cells.push([r, c]);
  return cells;
}

/** The cells of a rectangle: its outline, or all of it. */
export function rectangleCells(area, filled) {
  const { top, left, bottom, right } = area;
  const onEdge = ([r, c]) => r === top || r === bottom || c === left || c === right;
  return areaCells(area).filter((cell) => filled || onEdge(cell));
}

/** The cells of one colour that hang together, by their sides, with `start`. */
export function floodCells(grid, start) {
  const colour = grid[start[0]][start[1]];
  const seen = new Set();
  const waiting = [start];
  const cells = [];
  while (waiting.length) {
    const [r, c] = waiting.pop();
    if (grid[r]?.[c] !== colour || seen.has(r * 100 + c)) continue;
    seen.add(r * 100 + c);
    cells.push([r, c]);
    waiting.push([r - 1, c], [r + 1, c], [r, c - 1], [r, c + 1]);
  }
  return cells;
}

/** `grid` with `changes`, [row, column, colour] each; changes outside of it are left out. */
export function painted(grid, changes) {
  const rows = [...grid];
  const own = new Set();
  for (const [r, c, colour] of changes) {
    if (grid[r]?.[c] === undefined) continue;
    if (!own.has(r)) {
      own.add(r);
      rows[r] = [...grid[r]];
    }
    rows[r][c] = colour;
  }
  return rows;
}

/** [row, column, colour] of those `cells` that painting them would change. */
export function changesTo(grid, cells, colour) {
  return cells
    .filter(([r, c]) => grid[r]?.[c] !== undefined && grid[r][c] !== colour)
    .map(([r, c]) => [r, c, colour]);
}

/** The same grid with other sides: cut at the right and bottom, or filled up with background. */
export function resized(grid, [rows, columns]) {
  return blank(rows, columns).map((row, r) => row.map((cell, c) => grid[r]?.[c] ?? cell));
}

export function cropped(grid, { top, left, bottom, right }) {
  return grid.slice(top, bottom + 1).map((row) => row.slice(left, right + 1));
}

/** `grid` with `piece` on it; what hangs over the edge is not shown. */
export function stamped(grid, piece) {
  if (!piece) return grid;
  const changes = piece.grid.flatMap((cells, r) =>
    cells.map((colour, c) => [piece.row + r, piece.column + c, colour]),
  );
  return painted(grid, changes);
}

export function pieceArea({ row, column, grid }) {
  return { top: row, left: column, bottom: row + height(grid) - 1, right: column + width(grid) - 1 };
}
