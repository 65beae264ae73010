/** The search field of the bar: type a part of an id, choose with arrows or the pointer, Enter goes there. */

import { h } from "./element.js";
import { filtered } from "./task_list.js";

const MOST_SHOWN = 10;

/** `rows()` is the list of tasks; `onChoose(id)` and `onNothing(text)` are told. */
export function mountTaskSearch(form, { rows, onChoose, onNothing }) {
  const input = form.querySelector("input");
  const list = form.querySelector("ul");
  let active = -1;

  function show() {
    const found = input.value.trim() ? filtered(rows(), { query: input.value }).slice(0, MOST_SHOWN) : [];
    list.replaceChildren(...found.map((row, place) => h("li", {
      role: "option", id: `found-${place}`, "data-task-id": row.task_id, "aria-selected": "false",
      onpointerdown: (event) => event.preventDefault(),
      onclick: () => choose(row.task_id),
    }, row.task_id)));
    open(found.length > 0);
    activate(-1);
  }

  function open(isOpen) {
    list.hidden = !isOpen;
    input.setAttribute("aria-expanded", String(isOpen));
  }

  function activate(place) {
    active = place;
    [...list.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === active)));
    if (active >= 0) input.setAttribute("aria-activedescendant", `found-${active}`);
    else input.removeAttribute("aria-activedescendant");
  }

  function choose(taskId) {
    input.value = "";
    open(false);
    input.blur();
    onChoose(taskId);
  }

  input.addEventListener("input", show);
  input.addEventListener("focus", show);
  input.addEventListener("blur", () => open(false));
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const { length } = list.children;
    if (step && length) {
      event.preventDefault();
      activate((active + step + length) % length);
    } else if (event.key === "Escape") {
      input.value = "";
      open(false);
      input.blur();
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return;
    const exact = rows().find((row) => row.task_id.toLowerCase() === text.toLowerCase())?.task_id;
    const chosen = list.children[Math.max(active, 0)]?.dataset.taskId;
    const taskId = active >= 0 ? chosen : exact ?? chosen;
    if (taskId) choose(taskId);
    else onNothing(text);
  });
  return { focus: () => input.focus() };
}
