/**
 * One timeline of everything a person does to an answer: undo, redo, the action log and its replay.
 *
 * The log is the truth: a list of actions, each `{action, at, ...change}` with `at` in ms since the start, and the timeline
 * is what follows from it. A change has any of `cells` ([row, column, colour] each), `grid` (the whole grid), `piece`
 * (what lies on top, or null) and `transform` (the steps of a previewed transform). `undo` and `redo` are actions too.
 * Pure: each function gives a new timeline. A change that does not fit its grid is left out, so any log can be read.
 * Not here: where logs are kept (drafts.js).
 */

import { isGrid } from "./grid.js";
import { painted } from "./drawing.js";

/** A timeline at its beginning. A state is {grid, piece, transform}. */
export function started(grid) {
  return { present: { grid, piece: null, transform: [] }, past: [], future: [], log: [] };
}

/** The timeline after `item`. */
export function acted(timeline, item) {
  const log = [...timeline.log, item];
  if (item.action === "undo") return { ...undone(timeline), log };
  if (item.action === "redo") return { ...redone(timeline), log };
  const present = changed(timeline.present, item);
  return { present, past: [...timeline.past, timeline.present], future: [], log };
}

function undone(timeline) {
  const { past, present, future } = timeline;
  if (!past.length) return timeline;
  return { present: past.at(-1), past: past.slice(0, -1), future: [present, ...future] };
}

function redone(timeline) {
  const { past, present, future } = timeline;
  if (!future.length) return timeline;
  return { present: future[0], past: [...past, present], future: future.slice(1) };
}

function changed(state, { cells, grid, piece, transform }) {
  const base = isGrid(grid) ? grid : state.grid;
  return {
    grid: Array.isArray(cells) ? painted(base, cells) : base,
    piece: piece === undefined ? state.piece : piece,
    transform: transform ?? state.transform,
  };
}

export const canUndo = (timeline) => timeline.past.length > 0;
export const canRedo = (timeline) => timeline.future.length > 0;

/** The timeline that follows from `log`. */
export function replayed(grid, log) {
  const timeline = started(grid);
  const { past, future } = timeline;
  let { present } = timeline;
  for (const item of log) {
    if (item.action === "undo") {
      if (past.length) [present] = [past.pop(), future.unshift(present)];
    } else if (item.action === "redo") {
      if (future.length) [present] = [future.shift(), past.push(present)];
    } else {
      past.push(present);
      present = changed(present, item);
      future.length = 0;
    }
  }
  return { present, past, future, log: [...log] };
}

/** Every state that a log went through, the start first: what a replay shows. */
export function statesOf(grid, log) {
  let timeline = started(grid);
  return [timeline.present, ...log.map((item) => {
    timeline = acted({ ...timeline, log: [] }, item);
    return timeline.present;
  })];
}
