/** Running the program in the editor: on all pairs of the version that is shown, or on one grid. */

import { Refused } from "./api.js";
import { CodeInput } from "./code_input.js";
import { h, setAttribute, setText } from "./element.js";
import { height, width } from "./grid.js";
import { GridView, cellSize } from "./grid_view.js";
import { mountPairResults } from "./pair_results.js";
import { failureText, gridJson, lineOf, outcomeOf, pairsOf, printed, summaryOf } from "./program_runs.js";

const SIDE = 150;
const LARGEST_CELL = 20;
const EMPTIED = ["code-error", "code-stdout", "code-output", "run-summary"];

export class CodeRunner {
  #parts;
  #input;
  #results;
  #views = { input: new GridView({ label: "Input" }), output: new GridView({ label: "Output" }) };
  #version = null;
  #run = null; // a run that another one, or another task, took the place of says nothing any more
  #output = null;

  /**
   * `parts` has find(testid), api, editor, looks() (palette and numbers), keepInput(text), told what is typed, and
   * answerAddress(grid, name), the address of an answer in the testing interface, null where it is none.
   */
  constructor(parts) {
    const { find, editor, looks } = parts;
    this.#parts = parts;
    this.#input = new CodeInput({ find, draw: (grid) => this.#draw(this.#views.input, grid), keep: parts.keepInput });
    this.#results = mountPairResults(find("pair-results"), { looks, goTo: (line) => editor.goTo(line) });
    find("input-picture").append(this.#views.input.element);
    find("output-picture").append(this.#views.output.element);
    find("run-code").addEventListener("click", () => this.#runOne());
    find("run-all-pairs").addEventListener("click", () => this.runAll());
  }

  /** Show another version, with what was typed as an input for it. */
  open(version, typed) {
    this.#version = version;
    this.#run = null;
    this.#setBusy(false);
    this.#clear();
    this.#input.open(version, typed);
  }

  useGrid(grid) {
    this.#input.use(grid);
  }

  /** Paint the grids again: colours or numbers have changed. */
  redraw() {
    this.#input.show();
    this.#results.redraw();
    if (this.#output) this.#draw(this.#views.output, this.#output);
  }

  runAll() {
    const pairs = pairsOf(this.#version);
    return this.#start(pairs.map(({ input }) => input), (results) => {
      const outcomes = pairs.map((pair, place) => outcomeOf(pair, results[place]));
      this.#results.show(outcomes);
      this.#showSummary(summaryOf(outcomes));
      this.#showStdout(printed(outcomes));
      const failed = outcomes.find(({ result }) => !result.success);
      if (failed) this.#showFailure(`${failed.label}: ${failureText(failed.result)}`, lineOf(failed.result));
    });
  }

  #runOne() {
    const grid = this.#input.read();
    if (!grid) return this.#input.focus();
    const { name } = this.#input;
    return this.#start([grid], ([result]) => {
      this.#showStdout(result.stdout);
      if (result.success) this.#showOutput(result.output_grid, name);
      else this.#showFailure(failureText(result), lineOf(result));
    });
  }

  async #start(grids, show) {
    this.#clear();
    const mine = {};
    this.#run = mine;
    this.#setBusy(true);
    try {
      const { results } = await this.#parts.api.runCode(this.#parts.editor.text, grids);
      if (mine === this.#run) show(results);
    } catch (error) {
      if (mine === this.#run) this.#showFailure(error instanceof Refused ? error.message : `Not run: ${error.message.replace(/\.$/, "")}. Try again.`);
    } finally {
      if (mine === this.#run) this.#setBusy(false);
    }
  }

  // --- what is seen

  #draw(view, grid) {
    view.show({ ...this.#parts.looks(), grid, cell: cellSize(height(grid), width(grid), SIDE, SIDE, LARGEST_CELL) });
  }

  #setBusy(isBusy) {
    const { find, api } = this.#parts;
    for (const name of ["run-code", "run-all-pairs"]) find(name).disabled = isBusy || api.isLocal;
    setText(find("run-state"), isBusy ? "Running…" : "");
  }

  #clear() {
    const { find, editor } = this.#parts;
    this.#results.show([]);
    this.#output = null;
    for (const name of EMPTIED) this.#say(name, "");
    setAttribute(find("code-output"), "data-grid", null);
    find("output-picture").hidden = find("output-actions").hidden = true;
    editor.markLine(null);
  }

  #say(name, text) {
    setText(this.#parts.find(name), text);
    this.#parts.find(name).hidden = text === "";
  }

  #showOutput(grid, name) {
    const { find, answerAddress } = this.#parts;
    this.#output = grid;
    this.#say("code-output", gridJson(grid));
    find("code-output").dataset.grid = JSON.stringify(grid);
    find("output-picture").hidden = find("output-actions").hidden = false;
    this.#draw(this.#views.output, grid);
    const address = answerAddress(grid, name);
    find("open-in-testing").hidden = address === null;
    setAttribute(find("open-in-testing"), "href", address);
  }

  #showSummary({ text, isAll }) {
    this.#say("run-summary", text);
    this.#parts.find("run-summary").dataset.passed = String(isAll);
  }

  #showStdout(text) {
    this.#say("code-stdout", text);
  }

  #showFailure(sentence, line = null) {
    const { find, editor } = this.#parts;
    this.#say("code-error", sentence);
    if (!line) return;
    editor.markLine(line);
    find("code-error").append(" ", h("button", { type: "button", class: "quiet small", onclick: () => editor.goTo(line) }, `Go to line ${line}`));
  }
}
