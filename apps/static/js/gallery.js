/** All tasks as thumbnails, with search and filters; a task is drawn once it comes near to being seen. */

import { galleryAddress, taskAddress } from "./address.js";
import { calmed, counted, h, icon, setText } from "./element.js";
import { paintThumbnail } from "./grid_view.js";
import { filtered, tagsOf } from "./task_list.js";

const STATES = [["any", "All"], ["solved", "Solved"], ["unsolved", "Not solved"], ["traced", "With traces"], ["varied", "With variations"]];
const SIZES = [["any", "Any size"], ["small", "Up to 10"], ["medium", "11 to 20"], ["large", "21 to 30"]];
const SIDE = 64;
const ITEMS_PER_STEP = 40;
const FETCHES_AT_ONCE = 4;

/** `loadTask(id)` resolves to the versions of a task; `settings` gives the palette. */
export function mountGallery(root, { loadTask, settings, onFilter }) {
  const search = h("input", { type: "search", "aria-label": "Search by id", placeholder: "Search by id…", "data-testid": "gallery-search", autocomplete: "off", spellcheck: "false" });
  const choice = (label, name, options) => h("label", { class: "field" }, h("span", {}, label),
    h("select", { "data-testid": `filter-${name}`, name }, options.map(([value, text]) => h("option", { value }, text))));
  const tags = choice("Kind", "tag", [["", "Any"]]);
  const filters = h("form", { class: "filters", role: "search", onsubmit: (event) => event.preventDefault() },
    search, choice("Show", "state", STATES), choice("Grids", "size", SIZES), tags);
  const count = h("p", { class: "faint", role: "status", "data-testid": "gallery-count" });
  const empty = h("p", { class: "empty", hidden: true }, "No task fits. Search for less, or take a filter off.");
  const list = h("ul", { class: "thumbnails" });
  root.append(h("div", { class: "gallery-head" }, h("h2", {}, "Tasks"), filters, count), empty, list);

  const painter = thumbnailPainter(loadTask, settings);
  const items = new Map();
  let rows = [];
  let building = 0;

  const fields = () => ({ query: search.value, ...Object.fromEntries(new FormData(filters)) });
  filters.addEventListener("input", calmed(() => {
    const { query, state, size, tag } = fields();
    onFilter(galleryAddress({ query, state: state === "any" ? "" : state, size: size === "any" ? "" : size, tag }));
    list.scrollTop = 0;
    update();
  }, 60));

  function show(allRows, parameters) {
    rows = allRows;
    tags.querySelector("select").replaceChildren(h("option", { value: "" }, "Any"), ...tagsOf(rows).map((tag) => h("option", { value: tag }, tag)));
    search.value = parameters.query ?? "";
    for (const select of filters.querySelectorAll("select")) select.value = parameters[select.name] ?? select.options[0].value;
    update();
  }

  function update() {
    const wanted = filtered(rows, fields());
    setText(count, `${counted(wanted.length, "task")}${wanted.length === rows.length ? "" : ` of ${rows.length}`}`);
    empty.hidden = wanted.length > 0 || rows.length === 0;
    build(wanted);
  }

  /** Put the items in place, a few at a time: the first screen at once, the rest while nothing else is to do. */
  function build(wanted) {
    building += 1;
    const mine = building;
    const step = (from) => {
      if (mine !== building) return;
      list.append(...wanted.slice(from, from + ITEMS_PER_STEP).map(item));
      if (from + ITEMS_PER_STEP < wanted.length) setTimeout(step, 0, from + ITEMS_PER_STEP);
    };
    list.replaceChildren();
    step(0);
  }

  function item(row) {
    if (!items.has(row.task_id)) items.set(row.task_id, galleryItem(row, painter));
    const { element, show: showRow } = items.get(row.task_id);
    showRow(row);
    return element;
  }

  settings.watch((now, before) => now.palette !== before.palette && painter.repaint());
  return { show, focus: () => search.focus({ preventScroll: true }), forget: (taskId) => items.delete(taskId) };
}

function galleryItem(row, painter) {
  const picture = h("span", { class: "picture", "aria-hidden": "true", "data-task": row.task_id }, h("canvas"), h("canvas"));
  const facts = h("span", { class: "facts" });
  const link = h("a", { href: taskAddress(row.task_id), "data-testid": "gallery-item", "data-task-id": row.task_id },
    picture, h("span", { class: "thumbnail-id" }, row.task_id), facts);
  painter.watch(picture);
  return {
    element: h("li", {}, link),
    show({ traces, versions, solved_by_me: solved }) {
      facts.replaceChildren(
        ...(solved ? [h("span", { class: "solved", title: "Solved" }, icon("check"), h("span", { class: "hidden" }, "solved"))] : []),
        ...(traces ? [fact("trace", traces, "trace")] : []),
        ...(versions > 1 ? [fact("varied", versions - 1, "variation")] : []));
    },
  };
}

const fact = (picture, number, noun) => h("span", { class: "fact", title: counted(number, noun) },
  icon(picture), String(number), h("span", { class: "hidden" }, number === 1 ? noun : `${noun}s`));

/** Paints pictures as they come near the view, a few tasks at a time, the latest seen first. */
function thumbnailPainter(loadTask, settings) {
  const wanted = new Set();
  const painted = new Map();
  let fetching = 0;
  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting && !painted.has(target)) wanted.add(target);
      else wanted.delete(target);
    }
    next();
  }, { rootMargin: "200px" });

  function next() {
    while (fetching < FETCHES_AT_ONCE && wanted.size) {
      const picture = [...wanted].at(-1);
      wanted.delete(picture);
      paint(picture);
    }
  }

  async function paint(picture) {
    fetching += 1;
    try {
      const [original] = await loadTask(picture.dataset.task);
      painted.set(picture, original.train[0]);
      draw(picture, original.train[0]);
    } catch {
      // without a connection the frame stays empty; it is tried again when it is next seen
    } finally {
      fetching -= 1;
      next();
    }
  }

  function draw(picture, { input, output }) {
    const { palette } = settings.get();
    [input, output].forEach((grid, place) => paintThumbnail(picture.children[place], grid, SIDE, palette));
  }

  return {
    watch: (picture) => observer.observe(picture),
    repaint: () => painted.forEach((pair, picture) => draw(picture, pair)),
  };
}
