/** Files: what can be saved and opened. */

import { h } from "./element.js";

const KINDS = [["work", "All my work"], ["task", "This task"], ["traces", "Its traces"]];

/** `actions` has save(kind) and open(files). */
export function mountFiles(root, actions) {
  const kind = h("select", { "data-testid": "export-kind", "aria-label": "What to export" }, KINDS.map(([value, text]) => h("option", { value }, text)));
  const open = h("input", {
    type: "file", multiple: true, accept: ".json,.jsonl,application/json", "data-testid": "import", "aria-label": "Open files",
    onchange: () => {
      actions.open([...open.files]);
      open.value = "";
    },
  });
  root.append(
    h("div", { class: "form-row start" }, kind, h("button", { type: "button", "data-testid": "export", onclick: () => actions.save(kind.value) }, "Export")),
    h("label", { class: "file" }, open),
    h("p", { class: "faint" }, "Open a task, a dataset, traces or exported work here, or drop the files anywhere on the page."));
}

/** Files that are dropped on `page` go to `open`. */
export function acceptDrops(page, open) {
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  page.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  page.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    open([...event.dataTransfer.files]);
  });
}
