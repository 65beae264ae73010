/**
 * Answers under way and answers submitted, in this browser. A draft is one action log per user, task, version and test input,
 * kept from the first action on. Each action is one small write, so a page that is closed right after a click has lost nothing.
 */

/** What a draft is called in the database. `attempt` is set for an attempt that came with a link. */
export function draftName({ username = "", taskId, version, test, attempt = "" }) {
  return JSON.stringify([username, taskId, version, test, ...(attempt ? [attempt] : [])]);
}

export class Drafts {
  #database;
  #onFailure;

  /** `onFailure(error)` is told when the browser keeps nothing. */
  constructor(database, onFailure) {
    this.#database = database;
    this.#onFailure = onFailure;
  }

  /** The log of a draft, oldest first. */
  async log(draft) {
    return (await this.#database.all("actions", "draft", draft)).map(({ item }) => item);
  }

  keep(draft, item) {
    this.#database.keep("actions", { draft, item }).catch(this.#onFailure);
  }

  async forget(draft) {
    for (const key of await this.#database.keys("actions", "draft", draft)) await this.#database.delete("actions", key);
  }

  /** {draft name: log} of all drafts, for an export. */
  async all() {
    return logsOf(await this.#database.all("actions"));
  }

  /** Take drafts of an export in; those that are here already stay as they are. Resolves to the number of new ones. */
  async takeIn(logs) {
    const known = await this.all();
    const missing = Object.entries(logs).filter(([draft]) => !Object.hasOwn(known, draft));
    for (const [draft, log] of missing) await this.#write(draft, log);
    return missing.length;
  }

  async #write(draft, log) {
    for (const item of log) await this.#database.put("actions", { draft, item });
  }

  /** What somebody drew and submitted before giving a name goes on under the name. */
  async adopt(username) {
    const nameless = IDBKeyRange.bound('["",', '["",\uffff');
    const logs = logsOf(await this.#database.all("actions", "draft", nameless));
    for (const [draft, log] of Object.entries(logs)) {
      const named = JSON.stringify([username, ...JSON.parse(draft).slice(1)]);
      if ((await this.log(named)).length) continue;
      await this.#write(named, log);
      await this.forget(draft);
    }
    for (const solved of await this.#database.all("solved", "username", "")) await this.#database.put("solved", { ...solved, username });
  }

  /** Keep a submitted answer: {solution_id, username, task_id, version, test_index, grid, actions, seconds, correct, timestamp}. */
  async submitted(solution) {
    const { username, task_id, version, test_index, correct } = solution;
    await this.#database.keep("solutions", solution);
    if (correct) await this.#database.keep("solved", { username, task_id, version, test_index });
  }

  /** The grid that was submitted last at a place, by this user or before there was a name; null when none was. */
  async lastSubmitted({ username, taskId, version, test }) {
    const solutions = await this.#database.all("solutions", "task_id", taskId);
    const own = solutions.filter((one) => one.version === version && one.test_index === test && ["", username].includes(one.username));
    return own.sort((one, other) => one.timestamp.localeCompare(other.timestamp)).at(-1)?.grid ?? null;
  }
}

function logsOf(actions) {
  const logs = {};
  for (const { draft, item } of actions) (logs[draft] ??= []).push(item);
  return logs;
}
