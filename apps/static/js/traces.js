/** Reasoning traces of a task: read, written, changed, removed and voted on. Sorted by score, or by date. */

import { arrange, h, iconButton, setAttribute, setText } from "./element.js";
import { ago, linkedText, textForm } from "./linked_text.js";
import { sorted } from "./waiting.js";

const ORDERS = [["score", "Best first"], ["newest", "Newest first"], ["oldest", "Oldest first"]];

/**
 * `actions` has add(text), edit(trace, text), remove(trace), vote(trace, vote), link(link or null), selection(), keep(text).
 * `show({traces, username, version, chosen})` shows them; `chosen` is the id of the trace that the address names.
 */
export function mountTraces(root, { settings, actions }) {
  const items = new Map();
  const list = h("ol", { class: "trace-list" });
  const empty = h("p", { class: "empty" }, "No traces yet. Write how you see it: what stays, what changes, and by which rule.");
  const order = h("select", { "aria-label": "Order of the traces", "data-testid": "trace-sort", onchange: () => settings.set({ sort: order.value }) },
    ORDERS.map(([value, text]) => h("option", { value, selected: settings.get().sort === value }, text)));
  const form = textForm({
    testid: "trace", label: "A new trace", placeholder: "How does the output follow from the input?", button: "Add trace",
    onAdd: actions.add, selection: actions.selection, keep: actions.keep,
  });
  root.append(form.element, h("div", { class: "list-head" }, order), empty, list);

  let shown = null;
  settings.watch((now, before) => now.sort !== before.sort && show(shown));

  function show(state) {
    shown = state;
    const traces = sorted(state.traces, settings.get().sort);
    const ids = new Set(traces.map((trace) => trace.trace_id));
    for (const id of [...items.keys()]) if (!ids.has(id)) items.delete(id);
    arrange(list, traces.map((trace) => item(trace).element));
    for (const trace of traces) items.get(trace.trace_id).show(trace, state);
    empty.hidden = traces.length > 0;
    order.hidden = traces.length < 2;
  }

  function item({ trace_id: id }) {
    if (!items.has(id)) items.set(id, traceItem(id, actions));
    return items.get(id);
  }

  return {
    show,
    restore: form.restore,
    reveal: (id) => items.get(id)?.element.scrollIntoView({ block: "nearest" }),
  };
}

function traceItem(id, actions) {
  let trace = null;
  let shownText = null;
  const vote = (value) => actions.vote(trace, trace.my_vote === value ? 0 : value);
  const up = iconButton("up", "Vote up", { class: "quiet", "data-testid": "trace-up", onclick: () => vote(1) });
  const down = iconButton("down", "Vote down", { class: "quiet", "data-testid": "trace-down", onclick: () => vote(-1) });
  const score = h("span", { class: "score", "data-testid": "trace-score" });
  const who = h("strong", { class: "who" });
  const when = h("a", { class: "faint when", title: "The address of this trace" });
  const badge = h("span", { class: "badge", "data-testid": "trace-verified" });
  const text = h("div", { class: "trace-text" });
  const more = h("button", { type: "button", class: "quiet more", hidden: true, onclick: () => expand(!element.classList.contains("expanded")) }, "Show all");
  const edit = h("button", { type: "button", class: "quiet", "data-testid": "trace-edit", onclick: () => startEditing() }, "Edit");
  const remove = h("button", { type: "button", class: "quiet", "data-testid": "trace-remove", onclick: () => actions.remove(trace) }, "Remove");
  const own = h("span", { class: "own" }, edit, remove);
  const element = h("li", { class: "trace", "data-testid": "trace-item", "data-trace-id": id },
    h("div", { class: "votes" }, up, score, down),
    h("div", { class: "trace-body" }, h("div", { class: "trace-head" }, who, when, badge, own), text, more));

  function show(next, { username, chosen }) {
    trace = next;
    element.dataset.traceId = trace.trace_id;
    setText(score, String(trace.score));
    setText(who, trace.username || "you");
    setText(when, trace.isWaiting ? "waiting to be sent" : [ago(trace.timestamp), trace.version ? `on version ${trace.version}` : ""].filter(Boolean).join(" · "));
    setAttribute(when, "href", trace.isWaiting ? null : actions.address(trace));
    showBadge(badge, trace.verified);
    setAttribute(up, "aria-pressed", String(trace.my_vote === 1));
    setAttribute(down, "aria-pressed", String(trace.my_vote === -1));
    up.disabled = down.disabled = trace.isWaiting && trace.timestamp === null;
    own.hidden = trace.username !== username || trace.timestamp === null;
    setAttribute(element, "data-waiting", trace.isWaiting);
    element.classList.toggle("chosen", trace.trace_id === chosen);
    if (shownText !== trace.text && !element.classList.contains("editing")) showText();
  }

  function showText() {
    shownText = trace.text;
    text.replaceChildren(...linkedText(trace.text, actions.link));
    more.hidden = trace.text.length < 600 && trace.text.split("\n").length < 13;
  }

  function expand(isExpanded) {
    element.classList.toggle("expanded", isExpanded);
    setText(more, isExpanded ? "Show less" : "Show all");
  }

  function startEditing() {
    const before = trace;
    const field = h("textarea", { rows: "6", "aria-label": "Text of the trace", "data-testid": "trace-edit-text" });
    field.value = trace.text;
    const end = () => {
      element.classList.remove("editing");
      showText();
    };
    const save = () => {
      if (field.value.trim() && field.value.trim() !== before.text) actions.edit(before, field.value.trim());
      end();
    };
    element.classList.add("editing");
    text.replaceChildren(field, h("div", { class: "form-row" },
      h("button", { type: "button", class: "quiet", onclick: end }, "Cancel"),
      h("button", { type: "button", "data-testid": "trace-save", onclick: save }, "Save")));
    field.focus();
  }

  return { element, show };
}

function showBadge(badge, verified) {
  badge.hidden = !verified;
  if (!verified) return;
  const { train_passed: passed, train_total: total } = verified;
  setText(badge, `${passed === total ? "✓ " : ""}passes ${passed} of ${total} train pairs`);
  badge.classList.toggle("good", passed === total);
}
