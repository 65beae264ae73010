// The report's table of tasks: grids are drawn when a task comes near the window, texts when they are unfolded.
// Whatever models and files said is only ever set as text.
"use strict";

const COLOURS = ["#000000", "#0074D9", "#FF4136", "#2ECC40", "#FFDC00", "#AAAAAA", "#F012BE", "#FF851B", "#7FDBFF", "#870C25"];
const LONGEST_SIDE = 104; // pixels of a thumbnail
const DRAWN_AT_ONCE = 300; // so many tasks are all drawn, so that they are there in print
const RUNS = JSON.parse(document.getElementById("run-names").textContent);
const TASKS = [...document.querySelectorAll(".task")];

// --- elements --------------------------------------------------------------------------------------------------------

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function svgElement(name, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
const words = (name) => name.replaceAll("_", " ");

// --- grids -----------------------------------------------------------------------------------------------------------

const sameShape = (one, other) => one.length === other.length && one[0].length === other[0].length;

function wrongCells(grid, expected) {
  const wrong = [];
  grid.forEach((row, y) => row.forEach((colour, x) => colour !== expected[y][x] && wrong.push([x, y])));
  return wrong;
}

function drawGrid(grid, side, label, wrong = []) {
  const [height, width] = [grid.length, grid[0].length];
  const paths = new Map();
  grid.forEach((row, y) => row.forEach((colour, x) => paths.set(colour, `${paths.get(colour) ?? ""}M${x} ${y}h1v1h-1z`)));
  const drawing = svgElement("svg", {
    class: "grid", role: "img", "aria-label": label, viewBox: `0 0 ${width} ${height}`, width: width * side, height: height * side,
  });
  for (const [colour, d] of paths) drawing.append(svgElement("path", { d, fill: COLOURS[colour], "shape-rendering": "crispEdges" }));
  drawing.append(svgElement("path", { class: "lines", d: linesOf(width, height) }));
  if (wrong.length) drawing.append(...rings(wrong));
  return drawing;
}

function linesOf(width, height) {
  const along = Array.from({ length: height + 1 }, (_, y) => `M0 ${y}h${width}`);
  return along.concat(Array.from({ length: width + 1 }, (_, x) => `M${x} 0v${height}`)).join("");
}

// A ring that shows on every colour.
function rings(wrong) {
  const d = wrong.map(([x, y]) => `M${x} ${y}h1v1h-1z`).join("");
  return ["wrong-outer", "wrong-inner"].map((name) => svgElement("path", { class: name, d }));
}

function figure(caption, drawn) {
  return element("figure", {}, element("figcaption", {}, ...caption), drawn ?? element("div", { className: "none", title: "no grid" }, "∅"));
}

const bold = (text) => element("b", {}, text);

function gridFigure(title, grid, side) {
  const size = grid ? `${grid.length} × ${grid[0].length}` : "secret";
  return figure([bold(title), size], grid && drawGrid(grid, side, `${title}, ${size}`));
}

// --- attempts --------------------------------------------------------------------------------------------------------

// The one link out of the report: an attempt in the editor of the testing interface (report.py --testing_interface).
function attemptLink(task, testIndex, grid) {
  const rows = grid.map((row) => row.join("")).join("-");
  const version = task.dataset.version === "0" ? "" : `/v/${task.dataset.version}`;
  const test = testIndex ? `/test/${testIndex}` : "";
  return `${document.body.dataset.testingInterface}#/task/${encodeURIComponent(task.dataset.id)}${version}${test}?attempt=${rows}`;
}

// What became of an attempt at one test input, in a few words; an empty list where the answer is secret.
function verdictOf(attempt, index, expected) {
  const grid = attempt.outputs[index];
  if (attempt.right[index]) return ["right", []];
  if (!grid) return [words(attempt.without_grid[index]), []];
  if (!expected) return ["", []];
  if (!sameShape(grid, expected)) return [`${grid.length} × ${grid[0].length} instead of ${expected.length} × ${expected[0].length}`, []];
  const wrong = wrongCells(grid, expected);
  return [wrong.length ? `${plural(wrong.length, "cell")} wrong` : "right", wrong];
}

function attemptFigure(task, attempt, number, index, expected, side) {
  const grid = attempt.outputs[index];
  const [verdict, wrong] = verdictOf(attempt, index, expected);
  const title = `Attempt ${number}${attempt.submitted[index].length ? " ▸" : ""}`;
  const state = element("span", { className: verdict === "right" ? "good" : expected ? "bad" : "" }, verdict);
  const made = figure([bold(title), state], grid && drawGrid(grid, side, `Attempt ${number}: ${verdict}`, wrong));
  if (attempt.submitted[index].length) made.title = "submitted";
  if (grid && verdict !== "right" && document.body.dataset.testingInterface) {
    made.append(element("a", { href: attemptLink(task, index, grid), target: "_blank", rel: "noopener" }, "open in editor"));
  }
  return made;
}

function strip(task, story, index) {
  const { input, output } = story.task.test[index];
  const grids = [input, output, ...story.runs.flatMap((run) => run.attempts.map((attempt) => attempt.outputs[index]))].filter(Boolean);
  const side = sideFor(grids);
  const many = story.task.test.length > 1 ? ` ${index + 1}` : "";
  const given = [gridFigure(`Test input${many}`, input, side), gridFigure("Expected", output, side)];
  const groups = story.runs.map((run) => {
    const figures = run.attempts.map((attempt, number) => attemptFigure(task, attempt, number + 1, index, output, side));
    const group = element("div", { className: "of-run", title: RUNS[run.run].name }, ...figures);
    group.style.setProperty("--run", `var(--series-${RUNS[run.run].colour})`);
    return group;
  });
  return element("div", { className: "strip" }, element("div", { className: "given" }, ...given), element("div", { className: "made" }, ...groups));
}

function sideFor(grids) {
  const longest = Math.max(...grids.map((grid) => Math.max(grid.length, grid[0].length)));
  return Math.max(2, Math.min(16, Math.floor(LONGEST_SIDE / longest)));
}

// --- what is folded --------------------------------------------------------------------------------------------------

function folded(summary, fill, open = false) {
  const made = element("details", { open }, element("summary", {}, summary));
  const once = () => { if (made.open && made.children.length === 1) made.append(...fill()); };
  made.addEventListener("toggle", once);
  once();
  return made;
}

function trainPairs(story) {
  const side = sideFor(story.task.train.flatMap((pair) => [pair.input, pair.output]));
  const pairs = story.task.train.map((pair, number) => element("div", {},
    gridFigure(`Input ${number + 1}`, pair.input, side), element("span", { className: "arrow" }, "→"),
    gridFigure(`Output ${number + 1}`, pair.output, side)));
  return [element("div", { className: "pairs" }, ...pairs)];
}

function attemptTexts(story) {
  const single = story.runs.length === 1 && story.runs[0].attempts.length === 1;
  return story.runs.flatMap((run) => run.attempts.map((attempt, number) => {
    const of = RUNS.length > 1 ? `${RUNS[run.run].name}, attempt` : "Attempt";
    const verdict = attempt.reason || words(attempt.class);
    const mark = attempt.hard_coded ? " · copies a train output" : "";
    return folded(`${of} ${number + 1} · ${verdict}${mark}`, () => sections(attempt), single);
  }));
}

function sections(attempt) {
  if (!attempt.texts.length) return [element("p", { className: "notes" }, "There is no text.")];
  return attempt.texts.flatMap(([title, text]) => [element("h4", {}, title), element("pre", { tabIndex: 0 }, text)]);
}

// --- tasks -----------------------------------------------------------------------------------------------------------

async function unpacked(task) {
  const bytes = Uint8Array.from(atob(task.querySelector("script").textContent), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

async function draw(task) {
  if (task.dataset.drawn) return;
  task.dataset.drawn = "yes";
  const story = await unpacked(task);
  task.append(...story.task.test.map((_, index) => strip(task, story, index)));
  task.append(folded("Train pairs", () => trainPairs(story)), folded("Reasoning and code", () => attemptTexts(story)));
  task.classList.remove("waiting");
}

function drawWhenNear() {
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries.filter(({ isIntersecting }) => isIntersecting)) {
      observer.unobserve(entry.target);
      draw(entry.target);
    }
  }, { rootMargin: "800px 0px" });
  for (const task of TASKS) {
    task.classList.add("waiting");
    observer.observe(task);
  }
}

async function drawAll() {
  for (const task of TASKS) await draw(task);
}

// --- filters ---------------------------------------------------------------------------------------------------------

function matches(task, { search, result, run, class: failure }) {
  const all = JSON.parse(task.dataset.runs);
  const runs = run ? all.filter((one) => String(one.run) === run) : all;
  const results = {
    "": true,
    solved: runs.some((one) => one.solved === true),
    failed: runs.some((one) => one.solved === false),
    differ: new Set(all.map((one) => one.solved)).size > 1,
  };
  return runs.length > 0 && results[result] && task.dataset.id.toLowerCase().includes(search.trim().toLowerCase())
    && (!failure || runs.some((one) => one.classes.includes(failure)));
}

function filter(form) {
  const wanted = { run: "", ...Object.fromEntries(new FormData(form)) };
  let shown = 0;
  for (const task of TASKS) {
    task.hidden = !matches(task, wanted);
    shown += !task.hidden;
  }
  document.getElementById("shown").textContent = `${shown.toLocaleString("en")} of ${plural(TASKS.length, "task")}`;
}

function switchTheme(button) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
  const name = () => { button.textContent = isDark() ? "Light" : "Dark"; };
  button.addEventListener("click", () => { document.documentElement.dataset.theme = isDark() ? "light" : "dark"; name(); });
  system.addEventListener("change", name);
  button.hidden = false;
  name();
}

const form = document.getElementById("filters");
form.hidden = false;
form.addEventListener("input", () => filter(form));
form.addEventListener("submit", (event) => event.preventDefault());
filter(form);
switchTheme(document.getElementById("theme"));
drawWhenNear();
if (TASKS.length <= DRAWN_AT_ONCE) drawAll();
