/**
 * Files in and out. Out: a task (the ARC format), traces (as in traces_store.json), or all of one's own work:
 * {"format": "arc2-work", "username", "drafts", "solutions", "traces", "variations", "flaws", "tasks"}.
 * In: any of these, a dataset.json, or a single ARC task. `readFile` is pure.
 */

import { taskFault } from "./grid.js";

const WORK = "arc2-work";
const STORES = ["solutions", "solved", "traces", "variations", "flaws", "tasks"];

/** What a file holds: {kind: "work" | "tasks" | "traces", ...}. Throws RangeError with a sentence when it is none of ours. */
export function readFile(name, text) {
  const value = parsed(name, text);
  if (value?.format === WORK) return { kind: "work", work: value };
  const tasks = tasksOf(name, value);
  if (tasks) return { kind: "tasks", tasks };
  const traces = tracesOf(value);
  if (traces) return { kind: "traces", traces };
  throw new RangeError(`${name} is neither an ARC task, a dataset, a traces file nor exported work.`);
}

function parsed(name, text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new RangeError(`${name} is not JSON.`);
  }
}

/** The tasks of a file; null when it holds none. Throws RangeError for a file of tasks of which one is broken. */
function tasksOf(name, value) {
  const isOne = looksLikeTask(value);
  const given = Array.isArray(value) ? value : named(value);
  const tasks = isOne ? [{ ...value, task_id: String(value.task_id ?? name.replace(/\.json$/i, "")) }] : given;
  if (!tasks.some(looksLikeTask)) return null;
  const index = tasks.findIndex(taskFault);
  if (index < 0) return tasks;
  const which = isOne ? name : `${name}: ${tasks[index]?.task_id ?? `item ${index + 1}`}`;
  throw new RangeError(`${which} ${taskFault(tasks[index])}.`);
}

const looksLikeTask = (value) => Array.isArray(value?.train) || Array.isArray(value?.test);

/** The tasks of a file in which ids are the keys. */
function named(value) {
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).map(([taskId, task]) => ({ ...task, task_id: taskId }));
}

function tracesOf(value) {
  if (value === null || typeof value !== "object") return null;
  const traces = Object.entries(value).flatMap(([taskId, list]) =>
    (Array.isArray(list) ? list.map((trace) => ({ ...trace, task_id: taskId })) : [null]));
  const isTrace = (trace) => typeof trace?.text === "string" && typeof trace.trace_id === "string";
  return traces.length && traces.every(isTrace) ? traces : null;
}

/** A task as other ARC tools read it. */
export const taskFile = ({ train, test }) => JSON.stringify({ train, test });

/** Traces as in traces_store.json. */
export function tracesFile(traces) {
  const byTask = {};
  for (const { my_vote: _vote, client_id: _id, isWaiting: _waiting, ...trace } of traces) {
    if (!Object.hasOwn(byTask, trace.task_id)) byTask[trace.task_id] = [];
    byTask[trace.task_id].push(trace);
  }
  return JSON.stringify(byTask, null, 2);
}

/** All of one's own work: what this browser holds, and what a server has of `more`, {traces, variations, flaws}. */
export async function workFile(database, drafts, username, more = {}) {
  const stores = await Promise.all(STORES.map((store) => database.all(store)));
  const kept = Object.fromEntries(STORES.map((store, place) => [store, [...stores[place], ...(more[store] ?? [])]]));
  const exported_at = new Date().toISOString();
  return JSON.stringify({ format: WORK, ...(username ? { username } : {}), exported_at, drafts: await drafts.all(), ...kept });
}

/** Take exported work in; what is here already stays. Resolves to the number of things that are new. */
export async function takeWorkIn(database, drafts, work) {
  let added = await drafts.takeIn(work.drafts ?? {});
  for (const store of STORES) {
    for (const value of Array.isArray(work[store]) ? work[store] : []) added += await takeIn(database, store, value);
  }
  return added;
}

const KEYS = {
  solved: ({ username, task_id, version, test_index }) => [username, task_id, version, test_index],
  solutions: (value) => value.solution_id, traces: (value) => value.trace_id, flaws: (value) => value.flaw_id,
  variations: (value) => [value.task_id, value.version], tasks: (value) => value.task_id,
};

async function takeIn(database, store, value) {
  const isSound = store === "tasks" || store === "variations" ? taskFault(value) === null : typeof value?.task_id === "string";
  if (!isSound || (await database.get(store, KEYS[store](value)))) return 0;
  await database.put(store, value);
  return 1;
}

/** Offer `text` as a file. */
export function save(page, name, text) {
  const link = page.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
