/** The grid that a program is run on: of a pair, or typed as JSON, and shown as a picture. */

import { h, setText } from "./element.js";
import { gridFault } from "./grid.js";
import { gridJson, pairsOf } from "./program_runs.js";

const TYPED = "typed";

export class CodeInput {
  #parts;
  #field;
  #source;
  #pairs = [];

  /** `parts` has find(testid), draw(grid), which shows it, and keep(text), told what is typed. */
  constructor(parts) {
    this.#parts = parts;
    this.#field = parts.find("code-input");
    this.#source = parts.find("input-source");
    this.#source.addEventListener("change", () => this.#choose(this.#source.value));
    this.#field.addEventListener("input", () => this.#typed());
  }

  /** What the input is called: a pair's name, or "typed". */
  get name() {
    return this.#source.value;
  }

  /** Offer the pairs of a version, and go on with what was typed for it before. */
  open(version, typed) {
    this.#pairs = pairsOf(version);
    const options = this.#pairs.map(({ name, label }) => h("option", { value: name }, `${label}, input`));
    this.#source.replaceChildren(...options, h("option", { value: TYPED }, "Typed"));
    if (typed) this.#set(typed, TYPED);
    else this.#set(gridJson(this.#pairs[0].input), this.#pairs[0].name);
  }

  /** Take a grid as if it had been typed. */
  use(grid) {
    this.#field.value = gridJson(grid);
    this.#typed();
  }

  /** The grid, or null with a sentence under the field. */
  read() {
    const { grid, fault } = parsedGrid(this.#field.value);
    setText(this.#parts.find("input-fault"), fault ? `This is no grid: it ${fault}.`.replace("it row", "row") : "");
    this.#parts.find("input-fault").hidden = !fault;
    return grid;
  }

  show() {
    const grid = this.read();
    this.#parts.find("input-picture").hidden = !grid;
    if (grid) this.#parts.draw(grid);
  }

  focus() {
    this.#field.focus();
  }

  #choose(name) {
    const pair = this.#pairs.find((one) => one.name === name);
    if (pair) this.#set(gridJson(pair.input), name);
    this.#parts.keep(pair ? "" : this.#field.value);
  }

  #typed() {
    this.#source.value = TYPED;
    this.#parts.keep(this.#field.value);
    this.show();
  }

  #set(text, name) {
    this.#field.value = text;
    this.#source.value = name;
    this.show();
  }
}

/** {grid, fault} of a text that somebody typed; one of them is null. */
function parsedGrid(text) {
  try {
    const value = JSON.parse(text);
    const fault = gridFault(value);
    return { grid: fault ? null : value, fault };
  } catch {
    return { grid: null, fault: "is not JSON, such as [[0, 1], [2, 3]]" };
  }
}
