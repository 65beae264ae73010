/** The bar of the testing interface, its banner, and how the page looks as a whole. `find(testid)` is an element of it. */

import { h, setText } from "./element.js";
import { PALETTES } from "./palettes.js";

const BUTTONS = ["gallery", "previous-task", "next-task", "random-task", "next-test", "help", "settings"];
const MOST_FACES = 5;

/** Buttons run the commands that they are called after; `onVersion(number)` is told which version is chosen. */
export function mountBar(find, { run, settings, onVersion }) {
  for (const command of BUTTONS) find(command).addEventListener("click", () => run(command));
  find("version").addEventListener("change", (event) => onVersion(Number(event.target.value)));
  const palette = find("palette");
  palette.append(...Object.entries(PALETTES).map(([value, { label }]) => h("option", { value }, label)));
  const controls = [[palette, "palette", "value"], [find("show-numbers"), "numbers", "checked"], [find("show-distance"), "distance", "checked"]];
  for (const [element, name, property] of controls) {
    element[property] = settings.get()[name];
    element.addEventListener("change", () => settings.set({ [name]: element[property] }));
  }
}

/** Follow the setting; "system" leaves it to the system. */
export function showTheme(settings) {
  const { dataset } = document.documentElement;
  const show = () => {
    const { theme } = settings.get();
    if (theme === "system") delete dataset.theme;
    else dataset.theme = theme;
  };
  settings.watch(show);
  show();
}

export function showBanner(banner, isLocal) {
  banner.hidden = !isLocal;
  setText(banner, isLocal ? "No server here: what you do stays in this browser. Export it under Files to keep or share it." : "");
}

/** Who else is on the task. */
export function showPresence(list, names) {
  list.replaceChildren(...names.slice(0, MOST_FACES).map((name) => h("li", { title: name, "data-username": name },
    h("span", { "aria-hidden": "true" }, [...name].slice(0, 2).join("")), h("span", { class: "hidden" }, name))));
}
