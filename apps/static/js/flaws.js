/** Reports of flaws in a task: a wrong cell, an ambiguous rule, a pair that does not fit. */

import { h } from "./element.js";
import { TextForm, linkedText, whenText } from "./linked_text.js";

export class FlawsView {
  #onLink;
  #list = h("ul", { class: "flaw-list" });
  #empty = h("p", { class: "empty" }, "No flaws reported. If a pair does not fit its rule, say which cells and why.");
  #form;

  /** `actions` has add(text), link(link or null, version, isChosen), selection() and keep(text). */
  constructor(root, actions) {
    this.#onLink = actions.link;
    this.#form = new TextForm({
      testid: "flaw", label: "A flaw of this task", placeholder: "What is wrong with this task?", button: "Report flaw",
    }, actions);
    root.append(this.#form.element, this.#empty, this.#list);
  }

  /** Show `flaws`; `version` is the one that is shown. */
  show(flaws, version) {
    this.#empty.hidden = flaws.length > 0;
    this.#list.replaceChildren(...flaws.map((flaw) => this.#item(flaw, version)));
  }

  #item(flaw, shown) {
    const { username, timestamp, text, version } = flaw;
    const onLink = (link, isChosen) => this.#onLink(link, version, isChosen);
    const head = h("div", { class: "trace-head" },
      h("strong", { class: "who" }, username || "you"), h("span", { class: "faint" }, timestamp ? whenText(flaw, shown) : "waiting to be sent"));
    return h("li", { class: "flaw", "data-testid": "flaw-item" }, head, h("div", { class: "trace-text" }, linkedText(text, onLink)));
  }

  restore(text) {
    this.#form.restore(text);
  }
}
