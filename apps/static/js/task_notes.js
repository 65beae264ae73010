/** The notes of the task that is shown: traces, transforms and flaws, kept in step with the server and the outbox. */

import { cellsOf } from "./cell_links.js";
import { calmed } from "./element.js";
import { FlawsView } from "./flaws.js";
import { textDrafts } from "./text_drafts.js";
import { TracesView } from "./traces.js";
import { VariationsView } from "./variations.js";
import { sorted, withReply, withWaiting } from "./waiting.js";

export class TaskNotes {
  /** Read the notes again, once nothing more has happened for a moment. */
  refresh = calmed(() => this.#read(), 60);
  #parts;
  #traces = [];
  #flaws = [];
  #taskId = null;
  #texts; // what is being written for the task
  #link = null; // what to mark once its version is shown
  #views;

  /**
   * `parts` has tabs, settings, session, library, bench; waiting(), the changes that are not sent yet; push(change), to send
   * one; ask(sentence, yes, run), for what cannot be undone; address(trace); toVersion(version); onFailure(error); and context(), {taskId, version, chosen, versionData, steps}.
   */
  constructor(parts) {
    this.#parts = parts;
    const { panels } = parts.tabs;
    this.#views = {
      traces: new TracesView(panels.traces, { settings: parts.settings, actions: this.#traceActions() }),
      variations: new VariationsView(panels.transforms, { settings: parts.settings, actions: this.#variationActions() }),
      flaws: new FlawsView(panels.flaws, this.#textActions("flaw", "addFlaw")),
    };
  }

  /** The traces that are shown, oldest first. */
  get traces() {
    return sorted(this.#traces, "oldest");
  }

  #textActions(kind, call) {
    const { bench, push, context } = this.#parts;
    return {
      add: (text) => push({ call, args: [context().taskId, this.#note(text)] }),
      link: (link, version, isChosen) => this.#mark(link, version, isChosen),
      selection: () => bench.selected,
      keep: (text) => this.#texts.keep({ [kind]: text }),
    };
  }

  /** Mark the cells of a link, in the version that it was written for: a click goes there first. */
  #mark(link, version = 0, isChosen = false) {
    const { taskId, version: shown } = this.#parts.context();
    const isHere = version === shown;
    this.#parts.bench.link(isHere ? link : null);
    if (isHere || !isChosen) return;
    this.#link = { link, taskId, version };
    this.#parts.toVersion(version);
  }

  #traceActions() {
    const { push, ask, address } = this.#parts;
    return {
      ...this.#textActions("trace", "addTrace"),
      address,
      edit: ({ trace_id: id, revision }, text) => push({ call: "editTrace", args: [id, { text, revision }] }),
      remove: ({ trace_id: id, text }) => ask(`Remove your trace “${beginning(text)}” with its votes?`, "Remove it", () => push({ call: "removeTrace", args: [id] })),
      vote: ({ trace_id: id }, value) => push({ call: "vote", args: [id, value], replaces: `vote ${id}` }),
    };
  }

  #variationActions() {
    const { push, bench, context } = this.#parts;
    return {
      preview: (steps) => bench.preview(steps),
      sign: () => push({ call: "sign", args: [context().taskId, { base_version: context().version, transform: context().steps }] }),
      unsign: () => this.#unsign(),
    };
  }

  #unsign() {
    const { push, ask, context } = this.#parts;
    const { taskId, version, versionData: { signed_by: names } } = context();
    const isLast = names.length === 1;
    ask(`Take your signature off version ${version}?${isLast ? " Nobody else signed it: the version goes with it." : ""}`, "Take it off",
      () => push({ call: "unsign", args: [taskId, version] }));
  }

  #note(text) {
    const cells = cellsOf(text);
    return { text, version: this.#parts.context().version, client_id: newId(), ...(cells.length ? { cells } : {}) };
  }

  /** Show the task of the context; what was begun to be written for it is there again. */
  async open() {
    const { taskId, version, chosen } = this.#parts.context();
    if (this.#link?.taskId === taskId && this.#link.version === version) this.#parts.bench.link(this.#link.link);
    this.#link = null;
    if (this.#taskId !== taskId) {
      this.#taskId = taskId;
      this.#traces = this.#flaws = [];
      this.#texts = textDrafts(`notes.${taskId}`, this.#parts.onFailure);
      const { trace = "", flaw = "" } = this.#texts.read();
      this.#views.traces.restore(trace);
      this.#views.flaws.restore(flaw);
    }
    this.show();
    await this.#read();
    if (chosen) this.#views.traces.reveal(chosen);
  }

  async #read() {
    const { taskId } = this.#parts.context();
    const home = this.#parts.library.homeOf(taskId);
    try {
      const [traces, flaws] = await Promise.all([home.traces(taskId), home.flaws(taskId)]);
      if (taskId !== this.#taskId) return;
      this.#traces = traces;
      this.#flaws = flaws;
      this.show();
    } catch (error) {
      this.#parts.onFailure(error);
    }
  }

  /** A change was sent: show what the reply says until the notes are read again. */
  sent(change, reply) {
    this.#traces = withReply(this.#traces, change, reply);
    if (change.call === "addFlaw") this.#flaws = [...this.#flaws, { ...reply.flaw, client_id: change.args[1].client_id }];
  }

  /** Open the editor of a trace again with a text that was refused; false when the trace is not shown. */
  editAgain(traceId, text) {
    this.show();
    return this.#views.traces.editAgain(traceId, text);
  }

  show() {
    const { taskId, version, chosen } = this.#parts.context();
    const waiting = this.#parts.waiting();
    const username = this.#parts.session.store.get();
    const traces = withWaiting(this.#traces, waiting, taskId, username);
    const flaws = [...this.#flaws, ...this.#waitingFlaws(waiting, taskId, username)];
    this.#views.traces.show({ traces, username, version, chosen });
    this.#views.flaws.show(flaws, version);
    this.#showVariations(waiting, username);
    this.#parts.tabs.count("traces", traces.length);
    this.#parts.tabs.count("flaws", flaws.length);
  }

  #waitingFlaws(waiting, taskId, username) {
    const isSent = ({ client_id: id }) => this.#flaws.some((flaw) => flaw.client_id === id);
    return waiting
      .filter(({ call, args: [of, body] }) => call === "addFlaw" && of === taskId && !isSent(body))
      .map(({ args: [, body] }) => ({ ...body, username }));
  }

  #showVariations(waiting, username) {
    const { versionData: version, steps } = this.#parts.context();
    const { shown: task } = this.#parts.bench;
    if (!version || !task) return;
    const isWaiting = waiting.some(({ call }) => call === "sign");
    this.#views.variations.show({ steps, task, version, username, isWaiting });
  }
}

const beginning = (text) => (text.length > 60 ? `${text.slice(0, 60).trimEnd()}…` : text);

/** An id for a change, so that sending it twice makes it once. Also where crypto.randomUUID is missing (plain http). */
export function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
