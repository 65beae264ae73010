/** Reports of flaws in a task: a wrong cell, an ambiguous rule, a pair that does not fit. */

import { h } from "./element.js";
import { ago, linkedText, textForm } from "./linked_text.js";

/** `actions` has add(text), link(link or null), selection() and keep(text). */
export function mountFlaws(root, { actions }) {
  const list = h("ul", { class: "flaw-list" });
  const empty = h("p", { class: "empty" }, "No flaws reported. If a pair does not fit its rule, say which cells and why.");
  const form = textForm({
    testid: "flaw", label: "A flaw of this task", placeholder: "What is wrong with this task?", button: "Report flaw",
    onAdd: actions.add, selection: actions.selection, keep: actions.keep,
  });
  root.append(form.element, empty, list);

  function show(flaws) {
    empty.hidden = flaws.length > 0;
    list.replaceChildren(...flaws.map((flaw) => h("li", { class: "flaw", "data-testid": "flaw-item" },
      h("div", { class: "trace-head" }, h("strong", { class: "who" }, flaw.username || "you"),
        h("span", { class: "faint" }, flaw.timestamp ? ago(flaw.timestamp) : "waiting to be sent")),
      h("div", { class: "trace-text" }, linkedText(flaw.text, actions.link)))));
  }

  return { show, restore: form.restore };
}
