/**
 * Answers under way: one action log per user, task, version and test input, kept from the first action on. Each action is
 * one small write, so a page that is closed right after a click has lost nothing.
 */

/** What a draft is called in the database. `attempt` is set for an attempt that came with a link. */
export function draftName({ username = "", taskId, version, test, attempt = "" }) {
  return JSON.stringify([username, taskId, version, test, ...(attempt ? [attempt] : [])]);
}

export function createDrafts(database, onFailure) {
  return {
    /** The log of a draft, oldest first. */
    async log(draft) {
      return (await database.all("actions", "draft", draft)).map(({ item }) => item);
    },
    keep(draft, item) {
      database.keep("actions", { draft, item }).catch(onFailure);
    },
    /** {draft name: log} of all drafts, for an export. */
    async all() {
      const logs = {};
      for (const { draft, item } of await database.all("actions")) (logs[draft] ??= []).push(item);
      return logs;
    },
    /** Take drafts of an export in; those that are here already stay as they are. */
    async takeIn(logs) {
      const known = await this.all();
      const missing = Object.entries(logs).filter(([draft]) => !Object.hasOwn(known, draft));
      await Promise.all(missing.flatMap(([draft, log]) => log.map((item) => database.put("actions", { draft, item }))));
      return missing.length;
    },
    async forget(draft) {
      for (const key of await database.keys("actions", "draft", draft)) await database.delete("actions", key);
    },
    /** What somebody drew before giving a name goes on under the name. */
    async adopt(username) {
      for (const [draft, log] of Object.entries(await this.all())) {
        const [owner, ...rest] = JSON.parse(draft);
        const named = JSON.stringify([username, ...rest]);
        if (owner !== "" || (await this.log(named)).length) continue;
        for (const item of log) await database.put("actions", { draft: named, item });
        await this.forget(draft);
      }
      for (const solution of await database.all("solutions")) {
        if (solution.username === "") await database.put("solutions", { ...solution, username });
      }
    },
  };
}
