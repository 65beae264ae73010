/** The landing page: how far the dataset is. */

import { apiAddress, hasServer } from "./api.js";

const ROWS = [
  ["solved", "Solved by anybody"],
  ["solved_by_me", "Solved by me"],
  ["traced", "With reasoning traces"],
  ["varied", "With signed variations"],
];

const NO_SERVER = "No server is behind this page: what you do in the apps stays in this browser.";

const note = document.querySelector('[data-testid="progress-note"]');
const list = document.querySelector('[data-testid="progress"]');

async function show() {
  if (!(await hasServer(location.href))) return say(NO_SERVER);
  const reply = await fetch(new URL("progress", apiAddress(location.href))).catch(() => null);
  if (reply?.status === 401) return say("Log in, in the testing interface, to see it.");
  if (!reply?.ok) return say("The server does not answer: reload the page to ask again.");
  const progress = await reply.json();
  say(`${progress.tasks} tasks`);
  list.replaceChildren(...ROWS.map(([name, label]) => row(label, name, progress[name], progress.tasks)));
  list.hidden = false;
}

function say(sentence) {
  note.textContent = sentence;
}

function row(label, name, count, total) {
  const group = element("div", { className: "row" });
  const bar = element("progress", { max: Math.max(total, 1), value: count });
  bar.setAttribute("aria-label", label);
  const middle = element("dd", {});
  middle.append(bar);
  const number = element("dd", { className: "count", textContent: `${count}` });
  number.dataset.testid = `progress-${name}`;
  group.append(element("dt", { textContent: label }), middle, number);
  return group;
}

function element(name, properties) {
  return Object.assign(document.createElement(name), properties);
}

show();
