/** Text with links to cells, and the form it is written in: shared by traces and flaw reports. */

import { linkText, partsOf } from "./cell_links.js";
import { h } from "./element.js";

/** Nodes for `text`; `onLink(link or null, isChosen)` is told which link is pointed at or has the focus, and when it is clicked. */
export function linkedText(text, onLink) {
  return partsOf(text).map((part) => {
    if (typeof part === "string") return document.createTextNode(part);
    const point = () => onLink(part);
    const leave = () => onLink(null);
    return h("button", {
      type: "button", class: "cell-link", title: "Show these cells",
      onmouseenter: point, onfocus: point, onclick: () => onLink(part, true), onmouseleave: leave, onblur: leave,
    }, part.text.slice(1, -1));
  });
}

/** Put a link to the selected cells where the caret of `field` is; `selection` is {name, area} or null. */
export function insertLink(field, selection) {
  if (!selection) return false;
  const link = linkText(selection.name, selection.area);
  const before = field.value.slice(0, field.selectionStart);
  const space = before && !/\s$/.test(before) ? " " : "";
  field.setRangeText(`${space}${link} `, field.selectionStart, field.selectionEnd, "end");
  field.focus();
  return true;
}

/** "5 minutes ago" and the like; a date where it is long ago. */
export function ago(timestamp, now = Date.now()) {
  const seconds = (now - Date.parse(timestamp)) / 1000;
  if (!Number.isFinite(seconds)) return "";
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return new Date(timestamp).toLocaleDateString();
}

/** When a note was written, and on which version if that one is not shown or not the original. */
export function whenText({ timestamp, version = 0 }, shown) {
  return [ago(timestamp), version || shown ? `on version ${version}` : ""].filter(Boolean).join(" · ");
}

/** A form for such text. What is being written survives a change of task and a reload, through keep and restore. */
export class TextForm {
  #actions;
  #field;
  #hint = h("p", { class: "hint", role: "status" });

  /**
   * `actions` has add(text), which says whether it was taken; selection(), the cells that can be linked to; keep(text), told
   * what is written so far.
   */
  constructor({ testid, label, placeholder, button }, actions) {
    this.#actions = actions;
    this.#field = h("textarea", {
      "data-testid": `${testid}-text`, "aria-label": label, placeholder, rows: "3", maxlength: "100000",
      oninput: () => actions.keep(this.#field.value), onkeydown: (event) => this.#key(event),
    });
    const link = h("button", {
      type: "button", class: "quiet", "data-testid": `${testid}-link`, title: "Link to the cells selected in any grid", onclick: () => this.#link(),
    }, "Link cells");
    const add = h("button", { type: "submit", "data-testid": `${testid}-add` }, button);
    this.element = h("form", { class: "text-form", onsubmit: (event) => this.#submit(event) },
      this.#field, h("div", { class: "form-row" }, link, this.#hint, add));
  }

  restore(text) {
    this.#field.value = text;
    this.#hint.textContent = "";
  }

  #key(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.element.requestSubmit();
  }

  #link() {
    const isDone = insertLink(this.#field, this.#actions.selection());
    this.#hint.textContent = isDone ? "" : "Select cells in a grid first: drag over them.";
    this.#actions.keep(this.#field.value);
  }

  /** Empty the field once the text is taken, unless somebody has gone on writing meanwhile. */
  async #submit(event) {
    event.preventDefault();
    const { value } = this.#field;
    this.#hint.textContent = value.trim() ? "" : "Write something first.";
    if (!value.trim() || !(await this.#actions.add(value.trim())) || this.#field.value !== value) return;
    this.#field.value = "";
    this.#actions.keep("");
  }
}
