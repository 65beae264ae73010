/** Files of the page: saving what somebody asks for, and taking in what is opened or dropped. */

import { counted } from "./element.js";
import { readFile, save, takeWorkIn, taskFile, tracesFile, workFile } from "./exchange.js";

export class PageFiles {
  #page;
  #parts;

  /**
   * `page` is the document. `parts` has database, drafts, local (local_api.js), isLocal (there is no server), library,
   * navigation, notes; push(change), to send one; reload(), to show everything again; tell(sentence) and fail(error).
   */
  constructor(page, parts) {
    this.#page = page;
    this.#parts = parts;
  }

  /** Save "task", "traces" or "work" as a file. */
  async save(kind) {
    const { navigation, notes, database, drafts, tell } = this.#parts;
    if (kind === "work") return save(this.#page, "arc2_work.json", await workFile(database, drafts));
    if (!navigation.where) return tell("There is no task here yet.");
    const { taskId, version } = navigation.where;
    const name = taskId.replace(/[^\w.-]/g, "_");
    if (kind === "task") save(this.#page, `${name}${version ? `_v${version}` : ""}.json`, taskFile(navigation.version));
    else save(this.#page, `${name}_traces.json`, tracesFile(notes.traces));
    return undefined;
  }

  /** Take files in, whatever they hold. */
  async open(files) {
    for (const file of files) {
      try {
        await this.#take(readFile(file.name, await file.text()));
      } catch (error) {
        this.#parts.fail(error);
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
    const { isLocal, database, drafts, tell, reload } = this.#parts;
    if (!isLocal) return tell("Traces of others are taken in on the server: python auxiliary_utilities/merge_reasoning.py does that.");
    const whole = traces.map((trace) => ({ revision: 1, version: 0, voters: {}, ...trace }));
    tell(`${counted(await takeWorkIn(database, drafts, { traces: whole }), "trace")} added.`);
    return reload();
  }

  /** Exported work: kept here and, with a server, one's traces are sent to it (those it has already stay single). */
  async #takeWork(work) {
    const { isLocal, database, drafts, push, tell, reload } = this.#parts;
    const traces = isLocal || !Array.isArray(work.traces) ? [] : work.traces;
    const added = await takeWorkIn(database, drafts, isLocal ? work : { ...work, traces: [], variations: [], flaws: [] });
    for (const { task_id: taskId, text, version = 0, trace_id: id } of traces) {
      await push({ call: "addTrace", args: [taskId, { text, version, client_id: id }] });
    }
    tell(`${counted(added + traces.length, "thing")} taken in.`);
    await reload();
  }
}
