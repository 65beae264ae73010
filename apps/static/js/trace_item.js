/** One trace in the list: its text with links to cells, its votes, and, for its author, editing and removing. */

import { h, iconButton, setAttribute, setText } from "./element.js";
import { linkedText, whenText } from "./linked_text.js";

const LONG_TEXT = 600;
const MANY_LINES = 12;

export class TraceItem {
  #actions;
  #trace = null;
  #shownText = null;
  #up = iconButton("up", "Vote up", { class: "quiet", "data-testid": "trace-up", onclick: () => this.#vote(1) });
  #down = iconButton("down", "Vote down", { class: "quiet", "data-testid": "trace-down", onclick: () => this.#vote(-1) });
  #score = h("span", { class: "score", "data-testid": "trace-score" });
  #who = h("strong", { class: "who" });
  #when = h("a", { class: "faint when", title: "The address of this trace" });
  #badge = h("span", { class: "badge", "data-testid": "trace-verified" });
  #text = h("div", { class: "trace-text" });
  #code = h("code");
  #program = h("details", { class: "trace-program", "data-testid": "trace-program", hidden: true },
    h("summary", {}, "Program"), h("pre", { tabindex: "0" }, this.#code));
  #more = h("button", { type: "button", class: "quiet more", hidden: true, onclick: () => this.#expand() }, "Show all");
  #own;

  /** `actions` are those of TracesView. */
  constructor(actions) {
    this.#actions = actions;
    const edit = h("button", { type: "button", class: "quiet", "data-testid": "trace-edit", onclick: () => this.#edit() }, "Edit");
    const remove = h("button", { type: "button", class: "quiet", "data-testid": "trace-remove", onclick: () => actions.remove(this.#trace) }, "Remove");
    this.#own = h("span", { class: "own" }, edit, remove);
    this.element = h("li", { class: "trace", "data-testid": "trace-item" },
      h("div", { class: "votes" }, this.#up, this.#score, this.#down),
      h("div", { class: "trace-body" },
        h("div", { class: "trace-head" }, this.#who, this.#when, this.#badge, this.#own), this.#text, this.#more, this.#program));
  }

  show(trace, { username, version, chosen }) {
    this.#trace = trace;
    const isNew = trace.timestamp === null; // not on the server yet
    this.element.dataset.traceId = trace.trace_id;
    setAttribute(this.element, "data-waiting", trace.isWaiting);
    this.element.classList.toggle("chosen", trace.trace_id === chosen);
    setText(this.#who, trace.username || "you");
    setText(this.#when, trace.isWaiting ? "waiting to be sent" : whenText(trace, version));
    setAttribute(this.#when, "href", trace.isWaiting ? null : this.#actions.address(trace));
    this.#own.hidden = trace.username !== username || isNew;
    showBadge(this.#badge, trace.verified);
    setText(this.#code, trace.code ?? "");
    this.#program.hidden = !trace.code;
    this.#showVotes(trace, isNew);
    if (this.#shownText !== trace.text && !this.element.classList.contains("editing")) this.#showText();
  }

  #showVotes({ score, my_vote: mine }, isNew) {
    setText(this.#score, String(score));
    for (const [button, value] of [[this.#up, 1], [this.#down, -1]]) {
      setAttribute(button, "aria-pressed", String(mine === value));
      button.disabled = isNew;
    }
  }

  /** The same vote again takes it back. */
  #vote(value) {
    this.#actions.vote(this.#trace, this.#trace.my_vote === value ? 0 : value);
  }

  #showText() {
    const { text } = this.#trace;
    this.#shownText = text;
    this.#text.replaceChildren(...linkedText(text, (link, isChosen) => this.#actions.link(link, this.#trace.version, isChosen)));
    this.#more.hidden = text.length < LONG_TEXT && text.split("\n").length <= MANY_LINES;
  }

  #expand() {
    const isExpanded = this.element.classList.toggle("expanded");
    setText(this.#more, isExpanded ? "Show less" : "Show all");
  }

  /** Go on with `text` after somebody has changed the trace meanwhile: the newer text stands over the field. */
  editAgain(text) {
    this.#edit(text, h("blockquote", { "data-testid": "trace-newer" }, h("strong", {}, "The newer text: "), this.#trace.text));
  }

  #edit(text = this.#trace.text, newer = "") {
    const before = this.#trace;
    const field = h("textarea", { rows: "6", "aria-label": "Text of the trace", "data-testid": "trace-edit-text", maxlength: "100000" });
    field.value = text;
    const cancel = h("button", { type: "button", class: "quiet", onclick: () => this.#endEditing() }, "Cancel");
    const save = h("button", { type: "button", "data-testid": "trace-save", onclick: () => this.#save(before, field.value.trim()) }, "Save");
    this.element.classList.add("editing");
    this.#text.replaceChildren(newer, field, h("div", { class: "form-row" }, cancel, save));
    field.focus();
  }

  /** `before` is what the author saw when beginning to edit: its revision tells whether it has changed meanwhile. */
  #save(before, text) {
    if (text && text !== before.text) this.#actions.edit(before, text);
    this.#endEditing();
  }

  #endEditing() {
    this.element.classList.remove("editing");
    this.#showText();
  }
}

function showBadge(badge, verified) {
  badge.hidden = !verified;
  if (!verified) return;
  const { train_passed: passed, train_total: total } = verified;
  setText(badge, `${passed === total ? "✓ " : ""}passes ${passed} of ${total} train pairs`);
  badge.classList.toggle("good", passed === total);
}
