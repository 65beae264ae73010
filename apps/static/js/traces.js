/** Reasoning traces of a task: read, written, changed, removed and voted on. Sorted by score, or by date. */

import { arrange, h } from "./element.js";
import { TextForm } from "./linked_text.js";
import { TraceItem } from "./trace_item.js";
import { sorted } from "./waiting.js";

const ORDERS = [["score", "Best first"], ["newest", "Newest first"], ["oldest", "Oldest first"]];

export class TracesView {
  #actions;
  #settings;
  #items = new Map();
  #shown = null;
  #form;
  #list = h("ol", { class: "trace-list" });
  #empty = h("p", { class: "empty" }, "No traces yet. Write how you see it: what stays, what changes, and by which rule.");
  #order;

  /**
   * `actions` has add(text), edit(trace, text), remove(trace), vote(trace, value), address(trace),
   * link(link or null, version, isChosen), selection() and keep(text).
   */
  constructor(root, { settings, actions }) {
    this.#actions = actions;
    this.#settings = settings;
    this.#form = new TextForm({
      testid: "trace", label: "A new trace", placeholder: "How does the output follow from the input?", button: "Add trace",
    }, actions);
    this.#order = h("select", { "aria-label": "Order of the traces", "data-testid": "trace-sort", onchange: () => settings.set({ sort: this.#order.value }) },
      ORDERS.map(([value, text]) => h("option", { value, selected: settings.get().sort === value }, text)));
    root.append(this.#form.element, h("div", { class: "list-head" }, this.#order), this.#empty, this.#list);
    settings.watch((now, before) => now.sort !== before.sort && this.#shown && this.show(this.#shown));
  }

  /** Show {traces, username, version, chosen}; `version` is the one that is shown, `chosen` is the id of the trace that the address names. */
  show(state) {
    this.#shown = state;
    const traces = sorted(state.traces, this.#settings.get().sort);
    const ids = new Set(traces.map((trace) => trace.trace_id));
    for (const id of [...this.#items.keys()]) if (!ids.has(id)) this.#items.delete(id);
    arrange(this.#list, traces.map((trace) => this.#itemOf(trace).element));
    for (const trace of traces) this.#itemOf(trace).show(trace, state);
    this.#empty.hidden = traces.length > 0;
    this.#order.hidden = traces.length < 2;
  }

  #itemOf({ trace_id: id }) {
    if (!this.#items.has(id)) this.#items.set(id, new TraceItem(this.#actions));
    return this.#items.get(id);
  }

  restore(text) {
    this.#form.restore(text);
  }

  /** Open the editor of a trace with `text` again, over its newer text; false when the trace is not shown. */
  editAgain(id, text) {
    this.#items.get(id)?.editAgain(text);
    return this.#items.has(id);
  }

  reveal(id) {
    this.#items.get(id)?.element.scrollIntoView({ block: "nearest" });
  }
}
