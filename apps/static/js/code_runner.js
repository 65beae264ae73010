/** Running the program in the editor: on all pairs of the version that is shown, or on one grid. */

import { Refused } from "./api.js";
import { h, setAttribute, setText } from "./element.js";
import { gridFault, height, width } from "./grid.js";
import { cellSize, gridView } from "./grid_view.js";
import { mountPairResults } from "./pair_results.js";
import { failureText, gridJson, lineOf, outcomeOf, pairsOf, summaryOf } from "./program_runs.js";

const SIDE = 150;
const TYPED = "typed";

/**
 * `find(testid)` is an element of the page; `version()` is the shown version of the task; `looks()` gives palette and
 * numbers; `onRun()` is told before a run, `keepInput(text)` what is typed; `answerAddress(grid, name)` is the address of an answer in the testing interface.
 */
export function mountCodeRunner({ find, api, editor, version, looks, onRun, keepInput, answerAddress }) {
  const input = find("code-input");
  const source = find("input-source");
  const views = { input: gridView({ label: "Input" }), output: gridView({ label: "Output" }) };
  const results = mountPairResults(find("pair-results"), { looks, goTo: editor.goTo });
  const buttons = [find("run-code"), find("run-all-pairs")];
  let run = null; // a run that another one, or another task, took the place of says nothing any more
  let shownOutput = null;

  find("input-picture").append(views.input.element);
  find("output-picture").append(views.output.element);

  // --- the input

  function show(version, typed) {
    run = null;
    setBusy(false);
    source.replaceChildren(...pairsOf(version).map(({ name, label }) => h("option", { value: name }, `${label}, input`)), h("option", { value: TYPED }, "Typed"));
    clear();
    if (typed) setInput(typed, TYPED);
    else choose(pairsOf(version)[0].name);
  }

  function choose(name) {
    const pair = pairsOf(version()).find((one) => one.name === name);
    if (pair) setInput(gridJson(pair.input), name);
    keepInput(pair ? "" : input.value);
  }

  function setInput(text, name) {
    input.value = text;
    source.value = name;
    showInput();
  }

  /** The typed grid, or null with a sentence under the field. */
  function readInput() {
    const { grid, fault } = parsedGrid(input.value);
    setText(find("input-fault"), fault ? `This is no grid: it ${fault}.`.replace("it row", "row") : "");
    find("input-fault").hidden = !fault;
    return grid;
  }

  function showInput() {
    const grid = readInput();
    find("input-picture").hidden = !grid;
    if (grid) draw(views.input, grid);
  }

  const draw = (view, grid) => view.show({ ...looks(), grid, cell: cellSize(height(grid), width(grid), SIDE, SIDE, 20) });

  source.addEventListener("change", () => choose(source.value));
  input.addEventListener("input", () => {
    source.value = TYPED;
    keepInput(input.value);
    showInput();
  });

  // --- runs

  async function start(grids, work) {
    onRun();
    clear();
    const mine = run = {};
    setBusy(true);
    try {
      const code = editor.text;
      const { results: found } = await api.runCode(code, grids);
      if (mine === run) work(found);
    } catch (error) {
      if (mine === run) showFailure(error instanceof Refused ? error.message : `Not run: ${error.message}. Try again.`);
    } finally {
      if (mine === run) setBusy(false);
    }
  }

  function setBusy(isBusy) {
    for (const button of buttons) button.disabled = isBusy || api.isLocal;
    setText(find("run-state"), isBusy ? "Running…" : "");
  }

  function clear() {
    results.show([]);
    shownOutput = null;
    for (const name of ["code-error", "code-stdout", "code-output", "run-summary"]) {
      setText(find(name), "");
      find(name).hidden = true;
    }
    setAttribute(find("code-output"), "data-grid", null);
    find("output-picture").hidden = find("output-actions").hidden = true;
    editor.markLine(null);
  }

  function runOne() {
    const grid = readInput();
    if (!grid) return input.focus();
    const name = source.value;
    return start([grid], ([result]) => {
      showStdout([["", result.stdout]]);
      if (result.success) showOutput(result.output_grid, name);
      else showFailure(failureText(result), lineOf(result));
    });
  }

  function runAll() {
    const pairs = pairsOf(version());
    return start(pairs.map(({ input: grid }) => grid), (found) => {
      const outcomes = pairs.map((pair, place) => outcomeOf(pair, found[place]));
      results.show(outcomes);
      showSummary(summaryOf(outcomes));
      showStdout(outcomes.map(({ label, result }) => [`${label}: `, result.stdout]));
      const failed = outcomes.find(({ result }) => !result.success);
      if (failed) showFailure(`${failed.label}: ${failureText(failed.result)}`, lineOf(failed.result));
    });
  }

  // --- what came of it

  function showOutput(grid, name) {
    shownOutput = { grid, name };
    const output = find("code-output");
    setText(output, gridJson(grid));
    output.dataset.grid = JSON.stringify(grid);
    output.hidden = find("output-picture").hidden = find("output-actions").hidden = false;
    draw(views.output, grid);
    find("open-in-testing").href = answerAddress(grid, name);
  }

  function showSummary({ text, isAll }) {
    const line = find("run-summary");
    setText(line, text);
    line.hidden = false;
    line.dataset.passed = String(isAll);
  }

  function showStdout(texts) {
    const printed = texts.filter(([, text]) => text).map(([label, text]) => label + (label && text.includes("\n", 0) && text.trim().includes("\n") ? "\n" : "") + text);
    setText(find("code-stdout"), printed.join(printed.length > 1 ? "\n" : ""));
    find("code-stdout").hidden = printed.length === 0;
  }

  function showFailure(sentence, line = null) {
    const place = find("code-error");
    place.hidden = false;
    place.replaceChildren(sentence);
    if (!line) return;
    editor.markLine(line);
    place.append(" ", h("button", { type: "button", class: "quiet small", onclick: () => editor.goTo(line) }, `Go to line ${line}`));
  }

  find("run-code").addEventListener("click", runOne);
  find("run-all-pairs").addEventListener("click", runAll);

  return {
    show, runAll,
    useGrid: (grid) => {
      setInput(gridJson(grid), TYPED);
      keepInput(input.value);
    },
    redraw() {
      showInput();
      results.redraw();
      if (shownOutput) draw(views.output, shownOutput.grid);
    },
  };
}

/** {grid} or {fault} of a text that somebody typed. */
function parsedGrid(text) {
  try {
    const value = JSON.parse(text);
    const fault = gridFault(value);
    return fault ? { grid: null, fault } : { grid: value, fault: null };
  } catch {
    return { grid: null, fault: "is not JSON, such as [[0, 1], [2, 3]]" };
  }
}
