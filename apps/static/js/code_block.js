/** A block of code in a reply: with what can be done with it, and as pictures where it is grids. */

import { classHighlighter, highlightCode, pythonLanguage } from "../vendor/codemirror.js";
import { h, setText } from "./element.js";
import { gridPictures } from "./grid_pictures.js";
import { gridsIn, isAllGrids } from "./grids_in_text.js";
import { LongText } from "./long_text.js";

const LONGEST_HIGHLIGHTED = 12_000;
const LONGEST_OF_GRIDS = 50_000;
const PYTHON = /^(python|py|python3)$/;

const isPython = ({ language, text }) => PYTHON.test(language) || (language === "" && /^\s*def \w+\(/m.test(text));

export class CodeBlock {
  #actions;
  #code = h("code");
  #language = h("span", { class: "code-language" });
  #buttons = h("span", { class: "code-actions" });
  #pre = h("pre", { tabindex: "0", role: "region", "aria-label": "Code" }, this.#code);
  #text = new LongText(this.#code);

  /** `actions` has copy(text), toEditor(code), runOnAll(code), useGrid(grid), looks(). */
  constructor(actions) {
    this.#actions = actions;
    this.element = h("div", { class: "code-block" }, h("div", { class: "code-head" }, this.#language, this.#buttons), this.#pre);
  }

  /** Show what has come of the block. */
  show(block) {
    setText(this.#language, block.language || "text");
    if (block.text.length > this.#text.length) this.#text.append(block.text.slice(this.#text.length));
  }

  /** Nothing more comes: now it can be used. */
  close(block) {
    this.show(block);
    this.#addButton("Copy", "copy-code", () => this.#actions.copy(block.text));
    if (isPython(block)) this.#closeProgram(block.text);
    else if (block.text.length < LONGEST_OF_GRIDS && isAllGrids(block.text)) this.#showGrids(gridsIn(block.text));
  }

  #closeProgram(code) {
    this.#addButton("Copy to editor", "copy-to-editor", () => this.#actions.toEditor(code));
    this.#addButton("Run on all pairs", "run-block", () => this.#actions.runOnAll(code));
    if (code.length <= LONGEST_HIGHLIGHTED) this.#code.replaceChildren(...highlighted(code));
  }

  #showGrids(grids) {
    this.#pre.hidden = true;
    const toggle = this.#addButton("Digits", "show-digits", () => {
      this.#pre.hidden = !this.#pre.hidden;
      toggle.setAttribute("aria-expanded", String(!this.#pre.hidden));
    });
    toggle.setAttribute("aria-expanded", "false");
    this.element.append(gridPictures(grids, this.#actions));
  }

  #addButton(label, testid, run) {
    const button = h("button", { type: "button", class: "quiet", "data-testid": testid, onclick: run }, label);
    this.#buttons.append(button);
    return button;
  }
}

function highlighted(code) {
  const parts = [];
  const put = (text, classes) => parts.push(classes ? h("span", { class: classes }, text) : text);
  highlightCode(code, pythonLanguage.parser.parse(code), classHighlighter, put, () => parts.push("\n"));
  return parts;
}
