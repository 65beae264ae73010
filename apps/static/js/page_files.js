/** Files of the page: saving what somebody asks for, and taking in what is opened or dropped. */

import { taskAddress } from "./address.js";
import { counted } from "./element.js";
import { readFile, save, takeWorkIn, taskFile, tracesFile, workFile } from "./exchange.js";

/** `push` goes to the outbox; `reload()` shows everything again; `tell` and `fail` speak to people. */
export function pageFiles(page, { database, drafts, local, isLocal, library, navigation, notes, push, reload, tell, fail }) {
  async function saveAs(kind) {
    const { taskId, version } = navigation.where;
    const suffix = version ? `_v${version}` : "";
    if (kind === "task") save(page, `${taskId}${suffix}.json`, taskFile(navigation.version));
    else if (kind === "traces") save(page, `${taskId}_traces.json`, tracesFile(notes.traces()));
    else save(page, "arc2_work.json", await workFile(database, drafts));
  }

  async function open(files) {
    for (const file of files) {
      try {
        await take(readFile(file.name, await file.text()));
      } catch (error) {
        fail(error);
      }
    }
  }

  const take = (read) => ({ work: takeWork, tasks: takeTasks, traces: takeTraces })[read.kind](read);

  async function takeTasks({ tasks }) {
    const originals = tasks.filter((task) => !task.version);
    const known = new Set(library.rows.get().map((row) => row.task_id));
    const added = originals.filter((task) => !known.has(task.task_id));
    for (const { task_id, train, test } of added) await local.keepTask({ task_id, train, test });
    const others = originals.length - added.length;
    if (others) tell(`${counted(others, "task")} with ${others === 1 ? "an id" : "ids"} that ${others === 1 ? "is" : "are"} here already ${others === 1 ? "was" : "were"} left as ${others === 1 ? "it is" : "they are"}.`);
    await reload();
    const [first] = added.length ? added : originals;
    if (first) navigation.go(taskAddress(first.task_id));
  }

  async function takeTraces({ traces }) {
    if (!isLocal) return tell("Traces of others are taken in on the server: python auxiliary_utilities/merge_reasoning.py does that.");
    const added = await takeWorkIn(database, drafts, { traces: traces.map((trace) => ({ revision: 1, version: 0, voters: {}, ...trace })) });
    tell(`${counted(added, "trace")} added.`);
    return reload();
  }

  /** Exported work: kept here and, with a server, one's traces are sent to it (those it has already stay single). */
  async function takeWork({ work }) {
    const added = await takeWorkIn(database, drafts, isLocal ? work : { ...work, traces: [], variations: [], flaws: [] });
    const traces = isLocal || !Array.isArray(work.traces) ? [] : work.traces;
    for (const { task_id: taskId, text, version = 0, trace_id: id } of traces) {
      await push({ call: "addTrace", args: [taskId, { text, version, client_id: id }] });
    }
    tell(`${counted(added + traces.length, "thing")} taken in.`);
    await reload();
  }

  return { saveAs, open };
}
