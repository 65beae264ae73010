/**
 * The server's API without a server: tasks from a dataset.json or files, everything that people write in this browser.
 * Same functions and replies as api.js, so the page does not know the difference; changes tell other tabs through a
 * BroadcastChannel. Also serves tasks that were opened from a file while a server is there.
 */

import { Refused, Unreachable } from "./api.js";
import { storage } from "./browser_storage.js";
import { distance, height, sameGrid, taskFault, width } from "./grid.js";
import { contentTags } from "./task_list.js";
import { contentOf, transformTask } from "./transforms.js";

const NAME_KEY = "arc2.username";
const NO_NAME = "Type your name first.";

/** `datasetUrl` null: only tasks from files. `onEvent` gets {event, data} from other tabs. */
export function localApi(database, { datasetUrl = null, onEvent = () => {} } = {}) {
  const tabs = new BroadcastChannel("arc2.local");
  tabs.addEventListener("message", ({ data }) => onEvent(data));
  const tell = (event, taskId) => {
    tabs.postMessage({ event, data: { task_id: taskId } });
    onEvent({ event, data: { task_id: taskId } });
  };
  const me = () => storage.getItem(NAME_KEY);
  const book = new Book(database, datasetUrl);
  return {
    isLocal: true,
    events: null,
    session: async () => ({ success: true, username: me() }),
    signIn: async ({ username }) => {
      storage.setItem(NAME_KEY, username);
      return { success: true, username };
    },
    signOut: async () => storage.removeItem(NAME_KEY),
    keepTask: (task) => database.put("tasks", task),
    holds: async (taskId) => (await database.get("tasks", taskId)) !== undefined,
    ...taskCalls(database, book, me, tell),
    ...traceCalls(database, me, tell),
    ...flawCalls(database, me, tell),
  };
}

/** The tasks: the dataset, tasks from files, and the variations signed here. */
class Book {
  #database;
  #datasetUrl;
  #dataset = null;

  constructor(database, datasetUrl) {
    this.#database = database;
    this.#datasetUrl = datasetUrl;
  }

  /** Map of task id to its versions, as in a dataset.json. */
  async versions() {
    this.#dataset ??= this.#datasetUrl ? this.#load() : Promise.resolve([]);
    const dataset = await this.#dataset.catch((error) => {
      this.#dataset = null;
      throw error;
    });
    const all = [...dataset, ...(await this.#database.all("tasks")), ...(await this.#database.all("variations"))];
    const byTask = new Map();
    for (const version of all) {
      if (!byTask.has(version.task_id)) byTask.set(version.task_id, new Map());
      byTask.get(version.task_id).set(version.version ?? 0, version);
    }
    return byTask;
  }

  async #load() {
    const reply = await fetch(this.#datasetUrl).catch(() => null);
    if (!reply) throw new Unreachable("no connection");
    if (!reply.ok) throw new Refused(reply.status, { error: "There is no dataset here yet: python auxiliary_utilities/build_dataset.py makes one. Or open a task file." });
    return (await reply.json()).filter((task) => typeof task?.task_id === "string" && task.train?.length && task.test?.length);
  }

  async versionsOf(taskId) {
    const versions = (await this.versions()).get(taskId);
    if (!versions) throw new Refused(404, { error: `There is no task ${taskId} here.` });
    const fault = [...versions.values()].map(taskFault).find(Boolean);
    if (fault) throw new Refused(422, { error: `Task ${taskId} of the dataset ${fault}.` });
    return [...versions.values()].sort((one, other) => (one.version ?? 0) - (other.version ?? 0));
  }
}

function taskCalls(database, book, me, tell) {
  return {
    async tasks() {
      const [byTask, traces, mine] = await Promise.all([book.versions(), database.all("traces"), database.all("solved", "username", me() ?? "")]);
      const solved = new Set(mine.filter((one) => !one.version).map((one) => `${one.test_index} ${one.task_id}`));
      const traced = new Map();
      for (const { task_id: taskId } of traces) traced.set(taskId, (traced.get(taskId) ?? 0) + 1);
      return { tasks: [...byTask].map(([taskId, versions]) => row(taskId, versions, traced.get(taskId) ?? 0, solved)), event_id: null };
    },
    async task(taskId) {
      const versions = (await book.versionsOf(taskId)).filter((version) => !version.removed);
      return { success: true, task_id: taskId, versions: versions.map((version) => ({ version: 0, signed_by: [], transform: null, ...version })) };
    },
    async submit(taskId, { version, test_index: index, grid }) {
      const found = (await book.versionsOf(taskId)).find((one) => (one.version ?? 0) === version);
      const expected = found?.test[index]?.output ?? null;
      const correct = expected && sameGrid(grid, expected);
      return { success: true, correct, distance: expected && distance(grid, expected), expected };
    },
    async sign(taskId, { base_version: base, transform }) {
      if (!me()) throw new Refused(401, { error: NO_NAME });
      const versions = await book.versionsOf(taskId);
      const signed = signedVersion(versions, taskId, base, transform, me());
      await database.put("variations", signed);
      tell("variation", taskId);
      return { success: true, version: signed.version, signed_by: signed.signed_by };
    },
    async unsign(taskId, version) {
      const kept = await database.get("variations", [taskId, version]);
      if (!kept?.signed_by.includes(me())) throw new Refused(403, { error: "You have not signed this version." });
      const left = kept.signed_by.filter((name) => name !== me());
      await database.put("variations", { ...kept, signed_by: left, removed: left.length === 0 });
      tell("variation", taskId);
      return { success: true };
    },
  };
}

/** The version that signing makes: a new one, or one with the same content with one more signature. */
function signedVersion(versions, taskId, base, transform, name) {
  const found = versions.find((one) => (one.version ?? 0) === base);
  if (!found) throw new Refused(404, { error: `Task ${taskId} has no version ${base}.` });
  const result = transformTask(found, transform);
  const content = contentOf(result);
  const same = versions.find((one) => contentOf(one) === content);
  if (same && !same.version) throw new Refused(409, { error: "This is the original task again." });
  if (same) return { ...same, removed: false, signed_by: [...new Set([...(same.removed ? [] : same.signed_by ?? []), name])] };
  const version = Math.max(...versions.map((one) => one.version ?? 0)) + 1;
  return { task_id: taskId, version, ...result, signed_by: [name], base_version: base, transform };
}

function row(taskId, versions, traces, solved) {
  const [task] = versions.values();
  const grids = [...task.train, ...task.test].flatMap(({ input, output }) => (output ? [input, output] : [input]));
  return {
    task_id: taskId,
    versions: [...versions.values()].filter((version) => !version.removed).length,
    traces,
    solved_by_me: task.test.every((_, index) => solved.has(`${index} ${taskId}`)),
    tags: contentTags(task),
    max_height: Math.max(...grids.map(height)),
    max_width: Math.max(...grids.map(width)),
  };
}

function traceCalls(database, me, tell) {
  const shown = ({ voters, ...trace }) => ({ ...trace, voters, score: score(voters), my_vote: Object.hasOwn(voters, me()) ? voters[me()] : 0 });
  const score = (voters) => Object.values(voters).reduce((sum, vote) => sum + vote, 0);
  const own = async (traceId) => {
    const trace = await database.get("traces", traceId);
    if (!trace) throw new Refused(404, { error: "This trace is gone." });
    return trace;
  };
  return {
    traces: async (taskId) => (await database.all("traces", "task_id", taskId)).map(shown),
    async addTrace(taskId, { text, version = 0, cells = null, client_id: id }) {
      if (!me()) throw new Refused(401, { error: NO_NAME });
      const trace = {
        trace_id: id, task_id: taskId, username: me(), text, timestamp: new Date().toISOString(),
        voters: {}, revision: 1, version, origin: "person", verified: null, cells,
      };
      await database.put("traces", trace);
      tell("trace", taskId);
      return { success: true, trace: shown(trace) };
    },
    async editTrace(traceId, { text, revision }) {
      const trace = await own(traceId);
      if (trace.username !== me()) throw new Refused(403, { error: "Only its author can change a trace." });
      if (trace.revision !== revision) throw new Refused(409, { error: "The trace has changed meanwhile.", trace: shown(trace) });
      const edited = { ...trace, text, revision: revision + 1 };
      await database.put("traces", edited);
      tell("trace", trace.task_id);
      return { success: true, trace: shown(edited) };
    },
    async removeTrace(traceId) {
      const trace = await own(traceId);
      if (trace.username !== me()) throw new Refused(403, { error: "Only its author can remove a trace." });
      await database.delete("traces", traceId);
      tell("trace_removed", trace.task_id);
      return { success: true };
    },
    async vote(traceId, vote) {
      if (!me()) throw new Refused(401, { error: NO_NAME });
      const trace = await own(traceId);
      const { [me()]: before, ...others } = trace.voters;
      const voters = vote ? { ...others, [me()]: vote } : others;
      await database.put("traces", { ...trace, voters });
      tell("vote", trace.task_id);
      return { success: true, score: score(voters), my_vote: vote };
    },
  };
}

function flawCalls(database, me, tell) {
  return {
    flaws: (taskId) => database.all("flaws", "task_id", taskId),
    async addFlaw(taskId, { text, version, cells = null, client_id: id }) {
      if (!me()) throw new Refused(401, { error: NO_NAME });
      const flaw = { flaw_id: id, task_id: taskId, version, text, cells, username: me(), timestamp: new Date().toISOString() };
      await database.put("flaws", flaw);
      tell("flaw", taskId);
      return { success: true, flaw };
    },
  };
}
