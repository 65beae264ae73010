/**
 * The work bench: the pairs, the test input and the answer of one version of a task, with the tools around them. Owns the
 * editor and its drafts; knows nothing of notes, addresses and servers.
 */

import { cropped } from "./drawing.js";
import { Editor } from "./editor.js";
import { setText } from "./element.js";
import { COLOUR_NAMES, blank, distance, height, width } from "./grid.js";
import { gridEditor } from "./grid_editor.js";
import { cellSize, spokenCell } from "./grid_view.js";
import { replayed } from "./history.js";
import { mountReplay } from "./replay.js";
import { mountPairs, mountTestInput, nameOf } from "./shown_grids.js";
import { distanceText, mountTools } from "./tools.js";
import { transformGrid, transformTask, inverse } from "./transforms.js";
import { judge, mountVerdict, wrongMarks } from "./verdict.js";

const ZOOMS = [0.5, 0.75, 1, 1.5, 2, 3];
const START = blank(3, 3);

/**
 * `find(testid)` is an element of the page. `onSteps()` is told when the previewed transform changes, `run(command)` does
 * what buttons say, `announce(text)` reads out, `onNext()` goes on after a right answer.
 */
export function mountBench(root, { find, settings, drafts, run, announce, onSteps, onNext }) {
  const editor = new Editor(changed);
  const answer = gridEditor(editor, { onHover: (cell) => showReadout(cell && { cell, grid: editor.grid }) });
  const stages = { test: root.querySelector(".test .stage"), answer: root.querySelector(".answer .stage") };
  stages.answer.append(answer.element);
  const handlers = { tool: () => editor.tool, onPick: (colour) => editor.pick(colour), onSelect: select, onHover: showReadout };
  const pairs = mountPairs(root.querySelector(".pair-list"), handlers);
  const testInput = mountTestInput(stages.test, handlers);
  const tools = mountTools(root, editor, { settings, run });
  const verdictView = mountVerdict(root.querySelector(".verdict"), { looks, onNext, onClose: clearVerdict });
  const replay = mountReplay(find("player"), editor, { announce, onEnd: () => announce("Replay ended") });

  let base = null; // {taskId, task, test, draft, start}
  let opening = null;
  let shown = null; // the task after the previewed transform
  let verdict = null;
  let selection = null; // in a grid that is looked at
  let highlight = null;

  function looks() {
    const { palette, numbers } = settings.get();
    return { palette, numbers };
  }

  /**
   * Show `place`, {taskId, task (a version), test, draft}, once its draft is read; until then everything stays as it was.
   * `attempt` is a grid to begin with and to judge. Resolves to false when another place was opened meanwhile.
   */
  async function open(place, { attempt = null, title = "" } = {}) {
    const mine = { ...place, start: attempt ?? START };
    opening = mine;
    const log = await drafts.log(place.draft);
    if (opening !== mine) return false;
    replay.end();
    base = mine;
    shown = null;
    verdict = selection = highlight = null;
    verdictView.show(null);
    editor.open(replayed(base.start, log));
    if (attempt) {
      verdict = judge(attempt, base.task.test[base.test].output);
      verdictView.show(verdict, { title });
      show();
    }
    return true;
  }

  /** The answer on the bench goes on under another draft's name: somebody has said who they are. Nothing is lost. */
  async function rename(draft) {
    if (!base || opening !== base) return false;
    const log = await drafts.log(draft);
    if (opening !== base) return false;
    const own = editor.timeline.log;
    const { grid } = editor;
    const before = base.draft;
    base.draft = draft;
    if (log.length) {
      editor.open(replayed(base.start, log));
      if (own.length) editor.replaceGrid("carry_on", grid);
    } else own.forEach((item) => drafts.keep(draft, item));
    await drafts.forget(before);
    return true;
  }

  function changed(kind, item) {
    answer.changed();
    if (kind === "timeline") timelineChanged(item);
    if (kind === "cursor" || kind === "selection") announceCursor(kind);
    if (kind !== "stroke") tools.update();
    if (kind === "tool") root.dataset.tool = editor.tool;
    else showDistance();
  }

  function timelineChanged(item) {
    if (item && !replay.isOn) drafts.keep(base.draft, item);
    if (shown?.steps !== editor.state.transform) showTask();
    else drawAnswer();
  }

  function announceCursor(kind) {
    const { selection: area, cursor } = editor;
    if (kind === "selection" && area) announce(`${area.bottom - area.top + 1} by ${area.right - area.left + 1} selected`);
    else announce(spokenCell(editor.grid, cursor));
  }

  function showTask() {
    const steps = editor.state.transform;
    shown = { ...transformTask(base.task, steps), steps };
    onSteps(steps);
    show();
  }

  /** Show every grid, at the size that the page has now. */
  function show() {
    if (!shown) return;
    const marksOf = (name) => [
      ...(selection && nameOf(selection.name) === name ? [{ area: selection.area, kind: "select" }] : []),
      ...(highlight?.name === name ? [{ area: highlight.area, kind: "link" }] : []),
    ];
    const list = root.querySelector(".pairs");
    const perPair = list.clientHeight / shown.train.length - 34;
    pairs.show(shown.train, { looks: looks(), marksOf, boxWidth: list.clientWidth - 46, boxHeight: Math.min(260, Math.max(96, perPair)) });
    const { input } = shown.test[base.test];
    const cell = cellSize(height(input), width(input), stages.test.clientHeight - 32, stages.test.clientWidth - 32);
    testInput.show(input, base.test, { looks: looks(), marksOf, cell });
    drawAnswer();
    verdictView.redraw();
  }

  function drawAnswer() {
    if (!shown) return;
    const { grid } = editor.state;
    const fit = cellSize(height(grid), width(grid), stages.answer.clientHeight - 32, stages.answer.clientWidth - 32);
    const cell = Math.max(2, Math.round(fit * settings.get().zoom));
    const isLinked = highlight?.name === nameOf({ kind: "test", index: base.test, side: "output" });
    const marks = [
      ...(verdict && !replay.isOn ? wrongMarks(verdict, editor.grid) : []),
      ...(isLinked ? [{ area: highlight.area, kind: "link" }] : []),
    ];
    answer.draw({ ...looks(), cell, marks });
  }

  function showDistance() {
    const expected = shown?.test[base.test].output ?? null;
    const text = settings.get().distance && expected ? distanceText(distance(editor.grid, expected), expected) : "";
    setText(find("distance"), text);
  }

  function showReadout(at) {
    const text = at ? `row ${at.cell[0] + 1}, column ${at.cell[1] + 1} · ${COLOUR_NAMES[at.grid[at.cell[0]][at.cell[1]]]}` : "";
    setText(find("readout"), text);
  }

  function select(wanted) {
    const isSame = wanted && selection && nameOf(wanted.name) === nameOf(selection.name)
      && JSON.stringify(wanted.area) === JSON.stringify(selection.area);
    if (isSame) return;
    selection = wanted;
    if (wanted) editor.select(null);
    show();
  }

  function clearVerdict() {
    verdict = null;
    verdictView.show(null);
    drawAnswer();
  }

  /** Judge the answer; {grid, verdict, steps, actions, seconds}. */
  function submit() {
    replay.end();
    editor.settle();
    const { grid, transform: steps } = editor.state;
    verdict = judge(grid, shown.test[base.test].output ?? null);
    const hasNext = base.test + 1 < shown.test.length;
    verdictView.show(verdict, {
      note: steps.length ? "This is a preview: sign it as a version to keep its solution." : "",
      next: verdict.correct ? (hasNext ? "Next test" : "Next task") : null,
    });
    drawAnswer();
    const { log } = editor.timeline;
    return { grid, verdict, steps, actions: log, seconds: (log.at(-1)?.at ?? 0) / 1000 };
  }

  function preview(steps) {
    replay.end();
    const back = inverse(editor.state.transform);
    const grid = transformGrid(transformGrid(editor.grid, back), steps);
    editor.setTransform(steps, grid);
  }

  /** The cells that a copy would take and where they are: in the answer, or in a grid that is looked at. */
  function selected() {
    if (selection) return selection;
    if (!editor.selection || !base) return null;
    const name = { kind: "test", index: base.test, side: "output" };
    return { name, area: editor.selection, grid: cropped(editor.state.grid, editor.selection) };
  }

  function zoom(step) {
    const place = ZOOMS.findIndex((factor) => factor >= settings.get().zoom);
    settings.set({ zoom: ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, place + step))] });
  }

  settings.watch(() => {
    show();
    showDistance();
  });
  new ResizeObserver(() => show()).observe(root);
  tools.update();
  answer.changed();

  return {
    editor, element: answer.element, open, rename, submit, preview, selected, select, zoom, clearVerdict, focusSize: tools.focusSize,
    redraw: show,
    link: (wanted) => {
      highlight = wanted && { name: nameOf(wanted.grid), area: wanted.area };
      show();
    },
    replay: () => (replay.isOn ? replay.end() : replay.start(base.start, editor.timeline.log)),
    get shown() { return shown; },
    get base() { return base; },
  };
}
