/**
 * The work bench: the pairs, the test input and the answer of one version of a task, with the tools around them. Owns the
 * editor and its drafts; knows nothing of notes, addresses and servers.
 */

import { cropped } from "./drawing.js";
import { Editor } from "./editor.js";
import { setText } from "./element.js";
import { COLOUR_NAMES, blank, distance, height, sameGrid, width } from "./grid.js";
import { GridEditor } from "./grid_editor.js";
import { cellSize, spokenCell } from "./grid_view.js";
import { replayed } from "./history.js";
import { Replay } from "./replay.js";
import { Pairs, TestInput, nameOf } from "./shown_grids.js";
import { distanceText, mountTools } from "./tools.js";
import { inverse, transformGrid, transformTask } from "./transforms.js";
import { VerdictView, judge, wrongMarks } from "./verdict.js";

const ZOOMS = [0.5, 0.75, 1, 1.5, 2, 3];
const START = blank(3, 3);
const MARGIN = 32;
const TALLEST_PAIR = 260;
const LOWEST_PAIR = 96;

export class Bench {
  editor = new Editor((kind, item) => this.#changed(kind, item));
  /** The task as it is shown: {train, test, steps}, after the previewed transform. */
  shown = null;
  /** What is open: a place (see `open`) and `start`, the grid that its timeline begins with. */
  base = null;
  #root;
  #parts;
  #stages;
  #answer;
  #pairs;
  #testInput;
  #tools;
  #verdictView;
  #replay;
  #opening = null;
  #verdict = null;
  #selection = null; // in a grid that is looked at
  #highlight = null;

  /**
   * `parts` has find(testid), an element of the page; settings; drafts; run(command), which does what buttons say;
   * announce(text), which reads out; onSteps(), told when the previewed transform changes; onNext(), to go on after a right
   * answer.
   */
  constructor(root, parts) {
    const { find, settings, run, announce, onNext } = parts;
    this.#root = root;
    this.#parts = parts;
    this.#answer = new GridEditor(this.editor, { onHover: (cell) => this.#showReadout(cell && { cell, grid: this.editor.grid }) });
    this.#stages = { test: root.querySelector(".test .stage"), answer: root.querySelector(".answer .stage") };
    this.#stages.answer.append(this.#answer.element);
    this.#mountGrids();
    this.#tools = mountTools(root, this.editor, { settings, run });
    this.#verdictView = new VerdictView(root.querySelector(".verdict"), { looks: () => this.#looks, onNext, onClose: () => this.#clearVerdict() });
    this.#replay = new Replay(find("player"), this.editor, announce);
    settings.watch(() => this.#settingsChanged());
    new ResizeObserver(() => this.redraw()).observe(root);
    this.#tools.update();
    this.#answer.changed();
  }

  #mountGrids() {
    const handlers = {
      tool: () => this.editor.tool,
      onPick: (colour) => this.editor.pick(colour),
      onSelect: (wanted) => this.select(wanted),
      onHover: (at) => this.#showReadout(at),
    };
    this.#pairs = new Pairs(this.#root.querySelector(".pair-list"), handlers);
    this.#testInput = new TestInput(this.#stages.test, handlers);
  }

  /** The focusable element of the answer. */
  get element() {
    return this.#answer.element;
  }

  get #looks() {
    const { palette, numbers } = this.#parts.settings.get();
    return { palette, numbers };
  }

  // --- what is open

  /**
   * Show `place`, {username, taskId, version, task (that version), test, draft}, once its draft is read; until then everything
   * stays as it was. What was submitted last is judged again. `attempt` is a grid to begin with and to judge. Resolves to false when another place was opened meanwhile.
   */
  async open(place, { attempt = null, title = "" } = {}) {
    const mine = { ...place, start: attempt ?? START };
    this.#opening = mine;
    const { drafts } = this.#parts;
    const [log, submitted] = await Promise.all([drafts.log(place.draft), attempt ? null : drafts.lastSubmitted(place)]);
    if (this.#opening !== mine) return false;
    this.#replay.end();
    this.base = mine;
    this.shown = this.#verdict = this.#selection = this.#highlight = null;
    this.#verdictView.show(null);
    this.editor.open(replayed(mine.start, log));
    if (attempt) this.#showVerdict(attempt, { title });
    else if (submitted && sameGrid(submitted, this.editor.grid) && !this.shown.steps.length) this.#showVerdict(submitted);
    return true;
  }

  /** The answer on the bench goes on under another draft's name: somebody has said who they are. Nothing is lost. */
  async rename(draft) {
    const { base } = this;
    if (!base || this.#opening !== base) return false;
    const log = await this.#parts.drafts.log(draft);
    if (this.#opening !== base) return false;
    const { draft: before } = base;
    const { grid, timeline: { log: own } } = this.editor;
    base.draft = draft;
    if (log.length) {
      this.editor.open(replayed(base.start, log));
      if (own.length) this.editor.replaceGrid("carry_on", grid);
    } else own.forEach((item) => this.#parts.drafts.keep(draft, item));
    await this.#parts.drafts.forget(before);
    return true;
  }

  // --- what follows from a change

  #changed(kind, item) {
    this.#answer.changed();
    if (kind === "timeline") this.#timelineChanged(item);
    if (kind === "cursor" || kind === "selection") this.#announceCursor(kind);
    if (kind !== "stroke") this.#tools.update();
    if (kind === "tool") this.#root.dataset.tool = this.editor.tool;
    else this.#showDistance();
  }

  #timelineChanged(item) {
    if (item && !this.#replay.isOn) this.#parts.drafts.keep(this.base.draft, item);
    if (this.#verdict && !this.#replay.isOn) this.#endVerdict();
    if (this.shown?.steps === this.editor.state.transform) this.#drawAnswer();
    else this.#showTask();
  }

  /** A verdict holds for the grids it was given for; one on a wrong answer stays while that is mended. */
  #endVerdict() {
    const { grid, state: { transform } } = this.editor;
    const isSame = this.#verdict.steps === JSON.stringify(transform) && (!this.#verdict.correct || sameGrid(grid, this.#verdict.submitted));
    if (!isSame) this.#clearVerdict();
  }

  #announceCursor(kind) {
    const { selection: area, cursor, grid } = this.editor;
    const isArea = kind === "selection" && area;
    this.#parts.announce(isArea ? `${area.bottom - area.top + 1} by ${area.right - area.left + 1} selected` : spokenCell(grid, cursor));
  }

  #showTask() {
    const steps = this.editor.state.transform;
    this.shown = { ...transformTask(this.base.task, steps), steps };
    this.#parts.onSteps(steps);
    this.redraw();
  }

  #settingsChanged() {
    this.redraw();
    this.#showDistance();
  }

  // --- drawing

  /** Show every grid, at the size that the page has now. */
  redraw() {
    if (!this.shown) return;
    const marksOf = (name) => this.#marksOf(name);
    const room = this.#root.querySelector(".pairs");
    const perPair = room.clientHeight / this.shown.train.length - 34;
    const boxHeight = Math.min(TALLEST_PAIR, Math.max(LOWEST_PAIR, perPair));
    this.#pairs.show(this.shown.train, { looks: this.#looks, marksOf, boxWidth: room.clientWidth - 46, boxHeight });
    const { input } = this.shown.test[this.base.test];
    this.#testInput.show(input, this.base.test, { looks: this.#looks, marksOf, cell: fitting(input, this.#stages.test) });
    this.#drawAnswer();
    this.#verdictView.redraw();
  }

  /** The marks on a grid that is looked at. */
  #marksOf(name) {
    const marks = [];
    if (this.#selection && nameOf(this.#selection.name) === name) marks.push({ area: this.#selection.area, kind: "select" });
    if (this.#highlight?.name === name) marks.push({ area: this.#highlight.area, kind: "link" });
    return marks;
  }

  get #answerName() {
    return { kind: "test", index: this.base.test, side: "output" };
  }

  #drawAnswer() {
    if (!this.shown) return;
    const cell = Math.max(2, Math.round(fitting(this.editor.state.grid, this.#stages.answer) * this.#parts.settings.get().zoom));
    const marks = this.#verdict && !this.#replay.isOn ? wrongMarks(this.#verdict, this.editor.grid) : [];
    if (this.#highlight?.name === nameOf(this.#answerName)) marks.push({ area: this.#highlight.area, kind: "link" });
    this.#answer.draw({ ...this.#looks, cell, marks });
  }

  #showDistance() {
    const expected = this.shown?.test[this.base.test].output ?? null;
    const isWanted = this.#parts.settings.get().distance && expected;
    setText(this.#parts.find("distance"), isWanted ? distanceText(distance(this.editor.grid, expected)) : "");
  }

  /** Short, and written as in links to cells: there is little room beside the distance. */
  #showReadout(at) {
    const text = at ? `r${at.cell[0] + 1}c${at.cell[1] + 1} · ${COLOUR_NAMES[at.grid[at.cell[0]][at.cell[1]]]}` : "";
    setText(this.#parts.find("readout"), text);
  }

  // --- what people do

  /** Judge the answer; {grid, verdict, steps, actions, seconds}. */
  submit() {
    this.#replay.end();
    this.editor.settle();
    const { grid, transform: steps } = this.editor.state;
    const note = steps.length ? "This is a preview: sign it as a version to keep its solution." : "";
    const verdict = this.#showVerdict(grid, { note });
    const { log } = this.editor.timeline;
    return { grid, verdict, steps, actions: log, seconds: (log.at(-1)?.at ?? 0) / 1000 };
  }

  #showVerdict(grid, texts = {}) {
    const steps = JSON.stringify(this.shown.steps);
    this.#verdict = { ...judge(grid, this.shown.test[this.base.test].output ?? null), steps };
    const next = this.base.test + 1 < this.shown.test.length ? "Next test" : "Next task";
    this.#verdictView.show(this.#verdict, { next, ...texts });
    this.#drawAnswer();
    return this.#verdict;
  }

  #clearVerdict() {
    this.#verdict = null;
    this.#verdictView.show(null);
    this.#drawAnswer();
  }

  /** Show the task after `steps`; the answer goes along. */
  preview(steps) {
    this.#replay.end();
    const back = inverse(this.editor.state.transform);
    this.editor.setTransform(steps, transformGrid(transformGrid(this.editor.grid, back), steps));
  }

  /** Select cells of a grid that is looked at, {name, area, grid}, or nothing. */
  select(wanted) {
    if (JSON.stringify(wanted) === JSON.stringify(this.#selection)) return;
    this.#selection = wanted;
    if (wanted) this.editor.select(null);
    this.redraw();
  }

  /** The cells that a copy would take and where they are: in the answer, or in a grid that is looked at. */
  get selected() {
    if (this.#selection || !this.editor.selection || !this.base) return this.#selection;
    const { selection: area, state } = this.editor;
    return { name: this.#answerName, area, grid: cropped(state.grid, area) };
  }

  /** Mark the cells of a link (cell_links.js), or none. */
  link(wanted) {
    this.#highlight = wanted && { name: nameOf(wanted.grid), area: wanted.area };
    this.redraw();
  }

  replay() {
    if (this.#replay.isOn) this.#replay.end();
    else this.#replay.start(this.base.start, this.editor.timeline.log);
  }

  zoom(step) {
    const { settings } = this.#parts;
    const place = ZOOMS.findIndex((factor) => factor >= settings.get().zoom);
    settings.set({ zoom: ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, place + step))] });
  }

  focusSize() {
    this.#tools.focusSize();
  }
}

/** The cell size with which `grid` fits on a stage. */
function fitting(grid, stage) {
  return cellSize(height(grid), width(grid), stage.clientHeight - MARGIN, stage.clientWidth - MARGIN);
}
