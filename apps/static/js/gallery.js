/** All tasks as thumbnails, with search and filters; a task is drawn once it comes near to being seen. */

import { galleryAddress, taskAddress } from "./address.js";
import { calmed, counted, h, icon, setText } from "./element.js";
import { filtered, tagsOf } from "./task_list.js";
import { ThumbnailPainter } from "./thumbnails.js";

const STATES = [["any", "All"], ["solved", "Solved"], ["unsolved", "Not solved"], ["traced", "With traces"], ["varied", "With variations"]];
const SIZES = [["any", "Any size"], ["small", "Up to 10"], ["medium", "11 to 20"], ["large", "21 to 30"]];
const ITEMS_PER_STEP = 40;

export class Gallery {
  #rows = [];
  #items = new Map();
  #building = 0;
  #painter;
  #onFilter;
  #updateCalmly = calmed(() => this.#update(), 60);
  #search = h("input", {
    type: "search", "aria-label": "Search by id", placeholder: "Search by id…", "data-testid": "gallery-search", autocomplete: "off", spellcheck: "false",
  });
  #tags = choice("Kind", "tag", [["", "Any"]]);
  #filters = h("form", { class: "filters", role: "search", onsubmit: (event) => this.#submitted(event) },
    this.#search, choice("Show", "state", STATES), choice("Grids", "size", SIZES), this.#tags);
  #count = h("p", { class: "faint", role: "status", "data-testid": "gallery-count" });
  #empty = h("p", { class: "empty", hidden: true }, "No task fits. Search for less, or take a filter off.");
  #list = h("ul", { class: "thumbnails" });

  /** `loadTask(id)` resolves to the versions of a task; `onFilter(hash)` is told the address of what is looked for. */
  constructor(root, { loadTask, settings, onFilter }) {
    this.#painter = new ThumbnailPainter(loadTask, settings);
    this.#onFilter = onFilter;
    root.append(h("div", { class: "gallery-head" }, h("h2", {}, "Tasks"), this.#filters, this.#count), this.#empty, this.#list);
    this.#filters.addEventListener("input", () => this.#filtersChanged());
  }

  focus() {
    this.#search.focus({ preventScroll: true });
  }

  /** Show those of `rows` that fit the filters in `parameters`. */
  show(rows, parameters) {
    this.#rows = rows;
    const tags = tagsOf(rows).map((tag) => h("option", { value: tag }, tag));
    this.#tags.querySelector("select").replaceChildren(h("option", { value: "" }, "Any"), ...tags);
    this.#search.value = parameters.query ?? "";
    for (const select of this.#filters.querySelectorAll("select")) {
      const { value: first } = select.options[0];
      select.value = parameters[select.name] ?? first;
      if (select.selectedIndex < 0) select.value = first;
    }
    this.#update();
  }

  get #wanted() {
    return { query: this.#search.value, ...Object.fromEntries(new FormData(this.#filters)) };
  }

  /** The address says at once what is looked for, so that a change from elsewhere in the meantime does not undo it. */
  #filtersChanged() {
    const { query, state, size, tag } = this.#wanted;
    const unlessAny = (value) => (value === "any" ? "" : value);
    this.#onFilter(galleryAddress({ query, state: unlessAny(state), size: unlessAny(size), tag }));
    this.#list.scrollTop = 0;
    this.#updateCalmly();
  }

  /** Enter opens the task that is left, if it is one. */
  #submitted(event) {
    event.preventDefault();
    const wanted = filtered(this.#rows, this.#wanted);
    if (wanted.length === 1) location.hash = taskAddress(wanted[0].task_id);
  }

  #update() {
    const wanted = filtered(this.#rows, this.#wanted);
    setText(this.#count, `${counted(wanted.length, "task")}${wanted.length === this.#rows.length ? "" : ` of ${this.#rows.length}`}`);
    this.#empty.hidden = wanted.length > 0 || this.#rows.length === 0;
    this.#list.replaceChildren();
    this.#building += 1;
    this.#build(wanted, 0, this.#building);
  }

  /** Put the items in place, a few at a time, so that the page stays quick. */
  #build(wanted, from, building) {
    if (building !== this.#building) return;
    const next = from + ITEMS_PER_STEP;
    this.#list.append(...wanted.slice(from, next).map((row) => this.#item(row)));
    if (next < wanted.length) setTimeout(() => this.#build(wanted, next, building));
  }

  #item(row) {
    if (!this.#items.has(row.task_id)) this.#items.set(row.task_id, galleryItem(row.task_id, this.#painter));
    const { element, facts } = this.#items.get(row.task_id);
    facts.replaceChildren(...factsOf(row));
    return element;
  }
}

function choice(label, name, options) {
  return h("label", { class: "field" }, h("span", {}, label),
    h("select", { "data-testid": `filter-${name}`, name }, options.map(([value, text]) => h("option", { value }, text))));
}

function galleryItem(taskId, painter) {
  const picture = h("span", { class: "picture", "aria-hidden": "true", "data-task": taskId }, h("canvas"), h("canvas"));
  const facts = h("span", { class: "facts" });
  const link = h("a", { href: taskAddress(taskId), "data-testid": "gallery-item", "data-task-id": taskId },
    picture, h("span", { class: "thumbnail-id" }, taskId), facts);
  painter.watch(picture);
  return { element: h("li", {}, link), facts };
}

function factsOf({ traces, versions, solved_by_me: isSolved }) {
  const solved = () => h("span", { class: "solved", title: "Solved" }, icon("check"), h("span", { class: "hidden" }, "solved"));
  return [
    ...(isSolved ? [solved()] : []),
    ...(traces ? [fact("trace", traces, "trace")] : []),
    ...(versions > 1 ? [fact("varied", versions - 1, "variation")] : []),
  ];
}

const fact = (picture, number, noun) => h("span", { class: "fact", title: counted(number, noun) },
  icon(picture), String(number), h("span", { class: "hidden" }, number === 1 ? noun : `${noun}s`));
