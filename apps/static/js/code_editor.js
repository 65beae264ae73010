/** The program that is being written: CodeMirror, with the line of an error marked. */

import {
  Decoration, EditorState, EditorView, HighlightStyle, StateEffect, StateField, bracketMatching, closeBrackets,
  closeBracketsKeymap, defaultKeymap, drawSelection, highlightActiveLine, highlightActiveLineGutter, highlightSelectionMatches,
  history, historyKeymap, indentLess, indentMore, indentOnInput, indentUnit, keymap, lineNumbers, python, searchKeymap,
  syntaxHighlighting, tags,
} from "../vendor/codemirror.js";

export const BEGINNING = "def solve_task(input_grid):\n    return [list(row) for row in input_grid]\n";

const markLine = StateEffect.define();
const wrongLine = Decoration.line({ class: "cm-wrong-line" });

/** The marked line goes with the first change: what it says is about another program then. */
const markedLine = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(markLine)) return lineMark(transaction.state, effect.value);
    }
    return transaction.docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Text over a selection, or of several lines: Chromium, left alone, joins lines with style attributes, which the policy forbids. */
const plainInput = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const isLarge = !view.state.selection.main.empty || event.data?.includes("\n");
    if (event.inputType !== "insertText" || !event.data || event.data.length < 2 || !isLarge || view.composing) return false;
    view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    event.preventDefault();
    return true;
  },
});

function lineMark(state, number) {
  if (!number || number > state.doc.lines) return Decoration.none;
  return Decoration.set([wrongLine.range(state.doc.line(number).from)]);
}

const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword], class: "tok-keyword" },
  { tag: [tags.string, tags.special(tags.string)], class: "tok-string" },
  { tag: [tags.number, tags.bool, tags.null], class: "tok-number" },
  { tag: tags.comment, class: "tok-comment" },
  { tag: [tags.function(tags.definition(tags.variableName)), tags.className], class: "tok-definition" },
]);

/** The editor. `onChange(text)` and `onRun()` are told. */
export class CodeEditor {
  #view;
  #extensions;

  constructor(root, { onChange, onRun }) {
    this.#extensions = extensions(onChange, onRun);
    this.#view = new EditorView({ parent: root, state: this.#stateOf(BEGINNING) });
  }

  get text() {
    return this.#view.state.doc.toString();
  }

  /** Show another task's program, with a timeline of its own. */
  open(text) {
    this.#view.setState(this.#stateOf(text));
  }

  /** Replace the program; it can be undone. */
  replace(text) {
    this.#view.dispatch({ changes: { from: 0, to: this.#view.state.doc.length, insert: text }, scrollIntoView: true });
  }

  /** Mark a line, or with null none. */
  markLine(number) {
    this.#view.dispatch({ effects: markLine.of(number) });
  }

  goTo(number) {
    const { doc } = this.#view.state;
    const { from } = doc.line(Math.min(number, doc.lines));
    this.#view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
    this.#view.focus();
  }

  focus() {
    this.#view.focus();
  }

  #stateOf(doc) {
    return EditorState.create({ doc, extensions: this.#extensions });
  }
}

function extensions(onChange, onRun) {
  return [
    lineNumbers(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(), highlightActiveLine(),
    highlightActiveLineGutter(), highlightSelectionMatches(), indentUnit.of("    "), EditorState.tabSize.of(4), python(),
    syntaxHighlighting(COLOURS), markedLine, plainInput,
    EditorView.contentAttributes.of({ "data-testid": "code-editor", "aria-label": "Program (Escape, then Tab leaves it)", spellcheck: "false", tabindex: "0" }),
    EditorView.updateListener.of((update) => update.docChanged && onChange(update.state.doc.toString())),
    keymap.of([
      { key: "Mod-Enter", run: () => onRun() ?? true },
      { key: "Tab", run: indentMore, shift: indentLess },
      ...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...searchKeymap,
    ]),
  ];
}
