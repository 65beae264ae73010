/** A block of code in a reply: with what can be done with it, and as pictures where it is grids. */

import { classHighlighter, highlightCode, pythonLanguage } from "../vendor/codemirror.js";
import { h, setText } from "./element.js";
import { gridsIn, isAllGrids } from "./grids_in_text.js";
import { longText } from "./long_text.js";
import { gridPictures } from "./grid_pictures.js";

const LONGEST_HIGHLIGHTED = 12_000;
const PYTHON = /^(python|py|python3)$/;

export const isPython = ({ language, text }) => PYTHON.test(language) || (language === "" && /^\s*def \w+\(/m.test(text));

/** {element, show(block), close(block)}; `actions` has copy(text), toEditor(code), runOnAll(code), useGrid(grid), looks(). */
export function codeBlock(actions) {
  const code = h("code");
  const language = h("span", { class: "code-language" });
  const buttons = h("span", { class: "code-actions" });
  const pre = h("pre", { tabindex: "0", role: "region", "aria-label": "Code" }, code);
  const element = h("div", { class: "code-block" }, h("div", { class: "code-head" }, language, buttons), pre);
  const text = longText(code);

  function show(block) {
    setText(language, block.language || "text");
    if (block.text.length > text.length) text.append(block.text.slice(text.length));
  }

  /** Nothing more comes: now it can be used. */
  function close(block) {
    show(block);
    const python = isPython(block);
    const button = (label, testid, run) => h("button", { type: "button", class: "quiet", "data-testid": testid, onclick: () => run(block.text) }, label);
    buttons.replaceChildren(
      button("Copy", "copy-code", actions.copy),
      ...(python ? [button("Copy to editor", "copy-to-editor", actions.toEditor), button("Run on all pairs", "run-block", actions.runOnAll)] : []),
    );
    if (python && block.text.length <= LONGEST_HIGHLIGHTED) code.replaceChildren(...highlighted(block.text));
    if (!python && block.text.length < 50_000 && isAllGrids(block.text)) showGrids(block.text);
  }

  function showGrids(source) {
    element.classList.add("grids");
    pre.hidden = true;
    const toggle = h("button", {
      type: "button", class: "quiet", "aria-expanded": "false",
      onclick: () => {
        pre.hidden = !pre.hidden;
        toggle.setAttribute("aria-expanded", String(!pre.hidden));
      },
    }, "Digits");
    buttons.append(toggle);
    element.append(gridPictures(gridsIn(source), actions));
  }

  return { element, show, close };
}

function highlighted(code) {
  const parts = [];
  const put = (text, classes) => parts.push(classes ? h("span", { class: classes }, text) : text);
  highlightCode(code, pythonLanguage.parser.parse(code), classHighlighter, put, () => parts.push("\n"));
  return parts;
}
