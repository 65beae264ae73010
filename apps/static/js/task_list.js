/** Searching, filtering and stepping through the list of tasks. Pure; a row is as in the reply of `GET api/tasks`. */

import { height, sameShape, width } from "./grid.js";

export const SIZES = {
  any: () => true,
  small: (side) => side <= 10,
  medium: (side) => side > 10 && side <= 20,
  large: (side) => side > 20,
};

export const STATES = {
  any: () => true,
  solved: (row) => row.solved_by_me,
  unsolved: (row) => !row.solved_by_me,
  traced: (row) => row.traces > 0,
  varied: (row) => row.versions > 1,
};

/** The rows that fit {query, state, size, tag}; an unknown filter lets everything through. */
export function filtered(rows, { query = "", state = "any", size = "any", tag = "" } = {}) {
  const wanted = query.trim().toLowerCase();
  const fitsSize = SIZES[size] ?? SIZES.any;
  const fitsState = STATES[state] ?? STATES.any;
  return rows.filter((row) =>
    row.task_id.toLowerCase().includes(wanted)
    && fitsState(row)
    && fitsSize(Math.max(row.max_height, row.max_width))
    && (!tag || row.tags.includes(tag)));
}

/** How outputs relate in size to inputs over all train pairs, and how many tests there are: the server's tags. */
export function contentTags({ train, test }) {
  const area = (grid) => height(grid) * width(grid);
  const tags = {
    "same size": train.every(({ input, output }) => sameShape(input, output)),
    "output smaller": train.every(({ input, output }) => area(output) < area(input)),
    "output larger": train.every(({ input, output }) => area(output) > area(input)),
    "one output size": train.every(({ output }) => sameShape(output, train[0].output)),
    "several tests": test.length > 1,
  };
  return Object.keys(tags).filter((tag) => tags[tag]);
}

export const tagsOf = (rows) => [...new Set(rows.flatMap((row) => row.tags))].sort();

/** The id `step` places from `taskId`, going round at the ends; the first where `taskId` is unknown. */
export function neighbour(rows, taskId, step) {
  if (!rows.length) return null;
  const place = rows.findIndex((row) => row.task_id === taskId);
  return rows[place < 0 ? 0 : (place + step + rows.length) % rows.length].task_id;
}

/** Another id than `taskId`, by chance; `random` is in [0, 1). */
export function randomTask(rows, taskId, random = Math.random()) {
  const others = rows.filter((row) => row.task_id !== taskId);
  return (others.length ? others : rows)[Math.floor(random * (others.length || rows.length))]?.task_id ?? null;
}
