/**
 * The tasks, wherever they are: the server's (or the dataset's) and those opened from files in this browser. Keeps what was
 * read, until told that it changed.
 */

import { createStore } from "./store.js";

/** `api` is the server's or local_api.js; `local` holds tasks from files. */
export function createLibrary(api, local) {
  const rows = createStore([]);
  const versions = new Map();
  const fromFiles = new Set();
  let firstEvent = null;

  async function load() {
    const [{ tasks: listed, event_id: eventId }, { tasks: own }] = await Promise.all([api.tasks(), api === local ? { tasks: [] } : local.tasks()]);
    firstEvent ??= eventId;
    fromFiles.clear();
    const known = new Set(listed.map((row) => row.task_id));
    const added = own.filter((row) => !known.has(row.task_id));
    for (const row of added) fromFiles.add(row.task_id);
    rows.set([...listed, ...added]);
  }

  /** Where a task's notes are kept. */
  const homeOf = (taskId) => (fromFiles.has(taskId) ? local : api);

  /** The versions of a task, the original first. */
  function task(taskId) {
    if (!versions.has(taskId)) {
      const reading = homeOf(taskId).task(taskId).then((reply) => reply.versions);
      versions.set(taskId, reading);
      reading.catch(() => versions.delete(taskId));
    }
    return versions.get(taskId);
  }

  return {
    rows, load, homeOf, task,
    isFromFile: (taskId) => fromFiles.has(taskId),
    firstEvent: () => firstEvent,
    forget: (taskId) => versions.delete(taskId),
    forgetAll: () => versions.clear(),
  };
}
