/** Sections under each other with tabs that go to them: everything stays within reach of the scroll wheel and of search. */

import { h, setAttribute, setText } from "./element.js";

/** `sections` are [name, title]; returns {panels: {name: element}, count(name, number), open(name)}. */
export function mountTabs(bar, scroller, sections) {
  const tabs = new Map();
  const panels = {};
  let opened = -Infinity; // what a tab scrolls by itself does not choose another tab
  for (const [name, title] of sections) {
    const panel = h("section", { id: `panel-${name}`, class: "panel", role: "tabpanel", "aria-labelledby": `tab-${name}` });
    const number = h("span", { class: "count" });
    const tab = h("button", {
      type: "button", role: "tab", id: `tab-${name}`, "aria-controls": panel.id, "data-testid": `tab-${name}`, onclick: () => open(name),
    }, `${title} `, number);
    panel.append(h("h2", { class: "caption" }, title));
    tabs.set(name, { tab, number });
    panels[name] = panel;
    bar.append(tab);
    scroller.append(panel);
  }

  function open(name) {
    opened = performance.now();
    panels[name].scrollIntoView({ block: "start" });
    choose(name);
  }

  function choose(chosen) {
    for (const [name, { tab }] of tabs) {
      setAttribute(tab, "aria-selected", String(name === chosen));
      tab.tabIndex = name === chosen ? 0 : -1;
    }
  }

  bar.addEventListener("keydown", (event) => {
    const names = [...tabs.keys()];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const place = names.findIndex((name) => tabs.get(name).tab === event.target);
    if (!step || place < 0) return;
    const next = names[(place + step + names.length) % names.length];
    open(next);
    tabs.get(next).tab.focus();
  });
  scroller.addEventListener("scroll", () => {
    if (performance.now() - opened < 300) return;
    const { top } = scroller.getBoundingClientRect();
    const passed = Object.entries(panels).filter(([, panel]) => panel.getBoundingClientRect().top <= top + 40);
    choose(passed.at(-1)?.[0] ?? sections[0][0]);
  }, { passive: true });
  choose(sections[0][0]);
  return { panels, open, count: (name, number) => setText(tabs.get(name).number, number ? String(number) : "") };
}
