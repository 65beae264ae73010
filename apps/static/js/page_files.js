/** Files of the page: saving what somebody asks for, and taking in what is opened or dropped. */

import { Unreachable } from "./api.js";
import { carriedText, carryOver, workOn } from "./carry_over.js";
import { counted } from "./element.js";
import { readFile, save, takeWorkIn, taskFile, tracesFile, workFile } from "./exchange.js";

const NO_NAME = "Type your name first, at the top of the page, then open the file again: the work goes to the server under it.";

export class PageFiles {
  #page;
  #parts;

  /**
   * `page` is the document. `parts` has database, drafts, api, local (local_api.js), library, session, navigation, notes;
   * name(), which resolves to the user's name or null; push(change), to send one; reload(), to show everything again; tell(sentence) and fail(error).
   */
  constructor(page, parts) {
    this.#page = page;
    this.#parts = parts;
  }

  /** Save "task", "traces" or "work" as a file. */
  async save(kind) {
    const { navigation, notes, tell } = this.#parts;
    if (kind === "work") return this.#saveWork();
    if (!navigation.where) return tell("There is no task here yet.");
    const { taskId, version } = navigation.where;
    const name = taskId.replace(/[^\w.-]/g, "_");
    if (kind === "task") save(this.#page, `${name}${version ? `_v${version}` : ""}.json`, taskFile(navigation.version));
    else save(this.#page, `${name}_traces.json`, tracesFile(notes.traces));
    return undefined;
  }

  async #saveWork() {
    const { database, drafts, api, session, tell } = this.#parts;
    const name = session.store.get();
    try {
      const more = api.isLocal || !name ? {} : await workOn(api, name);
      save(this.#page, "arc2_work.json", await workFile(database, drafts, name, more));
    } catch (error) {
      tell(`Not exported: ${error.message}.`);
    }
  }

  /** Take files in, whatever they hold. */
  async open(files) {
    for (const file of files) {
      try {
        await this.#take(readFile(file.name, await file.text()));
      } catch (error) {
        if (error instanceof Unreachable) this.#parts.tell(`${file.name} was not taken in whole: ${error.message}. Open it again later: nothing is doubled.`);
        else this.#parts.fail(error);
      }
    }
  }

  #take(read) {
    if (read.kind === "work") return this.#takeWork(read.work);
    return read.kind === "tasks" ? this.#takeTasks(read.tasks) : this.#takeTraces(read.traces);
  }

  async #takeTasks(tasks) {
    const { library, local, navigation, reload, tell } = this.#parts;
    const originals = tasks.filter((task) => !task.version);
    const known = new Set(library.rows.get().map((row) => row.task_id));
    const added = originals.filter((task) => !known.has(task.task_id));
    for (const { task_id, train, test } of added) await local.keepTask({ task_id, train, test });
    if (added.length < originals.length) tell(`Tasks whose id is here already stay as they are: ${originals.length - added.length}.`);
    await reload();
    const [first] = added.length ? added : originals;
    if (first) navigation.toTask(first.task_id);
  }

  async #takeTraces(traces) {
    const { api, database, drafts, tell, reload } = this.#parts;
    if (!api.isLocal) return tell("Traces of others are taken in on the server: python auxiliary_utilities/merge_reasoning.py does that.");
    const whole = traces.map((trace) => ({ revision: 1, version: 0, voters: {}, ...trace }));
    tell(`${counted(await takeWorkIn(database, drafts, { traces: whole }), "trace")} added.`);
    return reload();
  }

  /** Exported work is kept here; with a server, what is about its tasks is sent to it. */
  async #takeWork(work) {
    const { api, database, drafts, tell, reload } = this.#parts;
    if (!api.isLocal) return this.#carryOver(work);
    tell(`${counted(await takeWorkIn(database, drafts, work), "thing")} taken in.`);
    return reload();
  }

  async #carryOver(work) {
    const { api, library, database, drafts, push, tell, reload } = this.#parts;
    const name = await this.#parts.name();
    if (!name) return tell(NO_NAME);
    await takeWorkIn(database, drafts, { tasks: work.tasks });
    await library.load();
    const [fromFiles, others] = parted(work, ({ task_id: taskId }) => library.homeOf(taskId).isLocal);
    const known = new Set(library.rows.get().map((row) => row.task_id));
    const result = await carryOver(others, { api, name, push, knows: (taskId) => known.has(taskId) });
    const added = await takeWorkIn(database, drafts, fromFiles);
    await takeWorkIn(database, drafts, result.mine);
    tell(carriedText(result) + (added ? ` Kept in this browser, about tasks from files: ${added}.` : ""));
    return reload();
  }
}

/** What of `work` fits and the rest; drafts go with the rest. */
function parted(work, fits) {
  const stores = Object.entries(work).filter(([, things]) => Array.isArray(things));
  const one = Object.fromEntries(stores.map(([store, things]) => [store, things.filter((thing) => thing && fits(thing))]));
  const other = Object.fromEntries(stores.map(([store, things]) => [store, things.filter((thing) => thing && !fits(thing))]));
  return [one, { ...work, ...other }];
}
