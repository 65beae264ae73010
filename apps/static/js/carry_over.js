/**
 * Exported work taken to a server, under the name of who opens it: traces, signatures, flaws and solutions of whoever exported
 * it. Votes and what others wrote stay behind. Done twice, it changes nothing more.
 */

import { Refused } from "./api.js";
import { counted } from "./element.js";

const list = (value) => (Array.isArray(value) ? value.filter((thing) => typeof thing?.task_id === "string") : []);

/**
 * `api` is the server's; `knows(taskId)` says whether the task is there; `name` is who opens the work; `push(change)` sends a
 * change. Resolves to {taken: {trace, version, flaw, solution} in numbers, already, left, votes, mine}; `mine` is {drafts, solutions}
 * under the new name, for this browser. Rejects with Unreachable.
 */
export async function carryOver(work, { api, knows, name, push }) {
  const owner = work.username;
  const isOwn = ({ username }) => owner === undefined || username === owner || username === "";
  const result = { taken: { trace: 0, version: 0, flaw: 0, solution: 0 }, already: 0, left: 0, votes: votesOf(work, owner) };
  const numbers = await signAll(list(work.variations), { api, knows, owner, result });
  const numberOf = ({ task_id: taskId, version = 0 }) => (version ? numbers.get(`${taskId} ${version}`) : 0);

  async function send(thing, noun, call, body) {
    const version = numberOf(thing);
    if (!isOwn(thing) || !knows(thing.task_id) || version === undefined) return void (result.left += 1);
    await push({ call, taskId: thing.task_id, args: [thing.task_id, { ...body, version }] });
    result.taken[noun] += 1;
  }

  const isThere = thereAlready(api, name, numberOf);
  for (const trace of byTime(work.traces)) {
    if (knows(trace.task_id) && await isThere("traces", "trace_id", trace)) result.already += 1;
    else await send(trace, "trace", "addTrace", noteOf(trace, trace.trace_id));
  }
  for (const flaw of byTime(work.flaws)) {
    if (knows(flaw.task_id) && await isThere("flaws", "flaw_id", flaw)) result.already += 1;
    else await send(flaw, "flaw", "addFlaw", noteOf(flaw, flaw.flaw_id));
  }
  for (const { solution_id: client_id, test_index, grid, actions, seconds, ...place } of list(work.solutions)) {
    await send(place, "solution", "submit", { test_index, grid, actions, seconds, client_id });
  }
  const solutions = list(work.solutions).filter(isOwn).map((one) => ({ ...one, username: name, version: numberOf(one) ?? null }));
  const mine = { drafts: renamed(work.drafts ?? {}, { owner, name, numberOf }), solutions: solutions.filter(({ version }) => version !== null) };
  return { ...result, mine };
}

/** As they were written; a browser keeps them by their ids, which are drawn at random. */
const byTime = (notes) => [...list(notes)].sort((one, other) => `${one?.timestamp}`.localeCompare(`${other?.timestamp}`));

const noteOf = ({ text, cells }, client_id) => ({ text, client_id, ...(cells ? { cells } : {}) });

const votesOf = ({ traces }, owner) => list(traces).filter(({ voters }) => Object.hasOwn(voters ?? {}, owner)).length;

/** Sign what the owner stands by; Map of "<task> <version>" to the number that the version has on the server. */
async function signAll(variations, { api, knows, owner, result }) {
  const numbers = new Map();
  for (const { task_id: taskId, version, signed_by: names, removed } of variations) {
    const isOwn = owner === undefined || names?.includes(owner);
    const transform = stepsOf(variations, taskId, version);
    if (removed) continue;
    const number = isOwn && transform && knows(taskId) ? await signed(api, taskId, transform) : null;
    if (number === null) result.left += 1;
    else {
      result.taken.version += 1;
      numbers.set(`${taskId} ${version}`, number);
    }
  }
  return numbers;
}

/** The version's number; null when the server will not have it. */
async function signed(api, taskId, transform) {
  try {
    return (await api.sign(taskId, { base_version: 0, transform })).version;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return null;
  }
}

/** The steps that make a version from the original; null where they are not known. */
export function stepsOf(variations, taskId, version, depth = 0) {
  if (version === 0) return [];
  const found = variations.find((one) => one.task_id === taskId && one.version === version);
  if (!Array.isArray(found?.transform) || depth > variations.length) return null;
  const before = stepsOf(variations, taskId, found.base_version ?? 0, depth + 1);
  return before && [...before, ...found.transform];
}

/** Whether a note is on the server: itself, or the same words by the same person. */
function thereAlready(api, name, numberOf) {
  const read = new Map();
  return async (call, id, note) => {
    const key = `${call} ${note.task_id}`;
    if (!read.has(key)) read.set(key, await api[call](note.task_id));
    const isSame = ({ username, text, version }) => username === name && text === note.text && version === numberOf(note);
    return read.get(key).some((other) => other[id] === note[id] || isSame(other));
  };
}

/** The owner's drafts under another name, and under the numbers that versions have now. */
function renamed(drafts, { owner, name, numberOf }) {
  const entries = Object.entries(drafts).map(([draft, log]) => {
    const [username, task_id, version, ...rest] = JSON.parse(draft);
    const number = numberOf({ task_id, version });
    const isOwn = owner === undefined || username === owner || username === "";
    return isOwn && number !== undefined && [JSON.stringify([name, task_id, number, ...rest]), log];
  });
  return Object.fromEntries(entries.filter(Boolean));
}

/** What became of the work, in a sentence or three. */
export function carriedText({ taken, already, left, votes }) {
  const parts = Object.entries(taken).filter(([, number]) => number).map(([noun, number]) => counted(number, noun));
  const behind = [votes && counted(votes, "vote"), left && counted(left, "thing") + " of others, of tasks that are not here, or refused"].filter(Boolean);
  return [
    `Taken in under your name: ${parts.join(", ") || "nothing new"}.`,
    already ? `Here already: ${already}.` : "",
    behind.length ? `Not taken in: ${behind.join(" and ")}.` : "",
  ].filter(Boolean).join(" ");
}

/** What a server has of somebody's work: {traces, variations, flaws}. */
export async function workOn(api, username) {
  const work = { traces: [], variations: [], flaws: [] };
  const isOwn = (thing) => thing.username === username;
  for (const { task_id, traces, versions, tags } of (await api.tasks()).tasks) {
    if (traces) work.traces.push(...(await api.traces(task_id)).filter(isOwn));
    if (tags.includes("flaws")) work.flaws.push(...(await api.flaws(task_id)).filter(isOwn));
    if (versions > 1) work.variations.push(...(await signedBy(api, task_id, username)));
  }
  return work;
}

async function signedBy(api, task_id, username) {
  const { versions } = await api.task(task_id);
  return versions.filter(({ version, signed_by: names }) => version && names.includes(username))
    .map((version) => ({ task_id, base_version: 0, ...version }));
}
