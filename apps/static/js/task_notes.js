/** The notes of the task that is shown: traces, transforms and flaws, kept in step with the server and the outbox. */

import { cellsOf } from "./cell_links.js";
import { calmed } from "./element.js";
import { mountFlaws } from "./flaws.js";
import { mountTraces } from "./traces.js";
import { mountVariations } from "./variations.js";
import { sorted, withReply, withWaiting } from "./waiting.js";

const KEPT = "arc2.unsent";

/** `context()` is {taskId, version, chosen, versionData, steps}; `push(change)` goes to the outbox. */
export function mountNotes(tabs, { settings, session, outbox, library, bench, context, push, address, onFailure }) {
  const { panels } = tabs;
  let traces = [];
  let flaws = [];
  let loaded = null;

  const vote = (trace, value) => push({ call: "vote", args: [trace.trace_id, value], replaces: `vote ${trace.trace_id}` });
  const tracesView = mountTraces(panels.traces, {
    settings,
    actions: {
      add: (text) => push({ call: "addTrace", args: [context().taskId, note(text)] }),
      edit: (trace, text) => push({ call: "editTrace", args: [trace.trace_id, { text, revision: trace.revision }] }),
      remove: (trace) => push({ call: "removeTrace", args: [trace.trace_id] }),
      vote, address, link: bench.link, selection: bench.selected, keep: (text) => keep("trace", text),
    },
  });
  const variations = mountVariations(panels.transforms, {
    settings,
    actions: {
      preview: bench.preview,
      sign: () => push({ call: "sign", args: [context().taskId, { base_version: context().version, transform: context().steps }] }),
      unsign: () => push({ call: "unsign", args: [context().taskId, context().version] }),
    },
  });
  const flawsView = mountFlaws(panels.flaws, {
    actions: {
      add: (text) => push({ call: "addFlaw", args: [context().taskId, note(text)] }),
      link: bench.link, selection: bench.selected, keep: (text) => keep("flaw", text),
    },
  });

  function note(text) {
    const cells = cellsOf(text);
    return { text, version: context().version, client_id: newId(), ...(cells.length ? { cells } : {}) };
  }

  function keep(kind, text) {
    try {
      const name = `${KEPT}.${kind}.${context().taskId}`;
      if (text) localStorage.setItem(name, text);
      else localStorage.removeItem(name);
    } catch {
      // storage is full or forbidden: the text stays in its field
    }
  }

  /** Show another task; what was begun to be written for it is there again. */
  async function open() {
    const { taskId } = context();
    if (loaded !== taskId) {
      loaded = taskId;
      traces = [];
      flaws = [];
      tracesView.restore(localStorage.getItem(`${KEPT}.trace.${taskId}`) ?? "");
      flawsView.restore(localStorage.getItem(`${KEPT}.flaw.${taskId}`) ?? "");
    }
    show();
    await refresh();
    if (context().chosen) tracesView.reveal(context().chosen);
  }

  /** Read the notes again. */
  async function refresh() {
    const { taskId } = context();
    const home = library.homeOf(taskId);
    try {
      const [newTraces, newFlaws] = await Promise.all([home.traces(taskId), home.flaws(taskId)]);
      if (taskId !== context().taskId) return;
      traces = newTraces;
      flaws = newFlaws;
      show();
    } catch (error) {
      onFailure(error);
    }
  }

  function show() {
    const { taskId, version, chosen, versionData, steps } = context();
    const { waiting } = outbox().get();
    const username = session.store.get();
    const shownTraces = withWaiting(traces, waiting, taskId, username);
    tracesView.show({ traces: shownTraces, username, version, chosen });
    const sent = waiting.filter(({ call, args }) => call === "addFlaw" && args[0] === taskId).map(({ args }) => ({ ...args[1], username }));
    flawsView.show([...flaws, ...sent.filter((one) => !flaws.some((flaw) => flaw.client_id === one.client_id))]);
    showVariations(versionData, steps, waiting, username);
    tabs.count("traces", shownTraces.length);
    tabs.count("flaws", flaws.length + sent.length);
  }

  function showVariations(versionData, steps, waiting, username) {
    if (!versionData || !bench.shown) return;
    const isWaiting = waiting.some(({ call }) => call === "sign");
    variations.show({ steps, task: bench.shown, version: versionData, username, isWaiting });
  }

  /** A change was sent: show what the reply says before the next reading. */
  function sent(change, reply) {
    traces = withReply(traces, change, reply);
    if (change.call === "addFlaw") flaws = [...flaws, { ...reply.flaw, client_id: change.args[1].client_id }];
  }

  return { open, show, refresh: calmed(refresh, 60), sent, traces: () => sorted(traces, "oldest") };
}

/** An id for a change, so that sending it twice makes it once. Also where crypto.randomUUID is missing (plain http). */
export function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
