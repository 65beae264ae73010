/**
 * A reply as it comes: blocks that are complete are made once, only the last one is shown again. The work is done in short
 * stretches, with pauses that grow with what a stretch costs, so that the page stays responsive while a long reply comes.
 */

import { codeBlock } from "./code_block.js";
import { h } from "./element.js";
import { gridsIn } from "./grids_in_text.js";
import { safeMarkdown } from "./safe_markdown.js";
import { blockSplitter } from "./text_blocks.js";
import { gridPictures } from "./grid_pictures.js";

const STRETCH_MS = 6;
const SHORTEST_PAUSE_MS = 60;
const PIECE = 2000;
const SHOWN_AT_ONCE = 400_000;
const BLOCKS_IN_A_PART = 20; // parts that are not seen are not laid out

/** {element, show(text, isOver)}; `actions` as in code_block.js. */
export function renderedText(actions) {
  const element = h("div", { class: "prose" });
  let source = "";
  let isOver = false;
  let taken = 0;
  let splitter = blockSplitter();
  let waiting = []; // complete blocks that are not made yet
  let tail = null; // the block that is not complete: {kind, element, ...}
  let ended = false;
  let limit = SHOWN_AT_ONCE;
  let timer = null;

  function show(text, over) {
    if (!text.startsWith(source) || (ended && text !== source)) reset();
    if (text === source && over === isOver) return;
    source = text;
    isOver = over;
    timer ??= setTimeout(stretch, 0);
  }

  function reset() {
    element.replaceChildren();
    splitter = blockSplitter();
    waiting = [];
    tail = null;
    taken = 0;
    ended = isOver = false;
    source = "";
  }

  function stretch() {
    timer = null;
    const begun = performance.now();
    while (step() && performance.now() - begun < STRETCH_MS);
    if (!waiting.length) showTail();
    const cost = performance.now() - begun;
    if (hasMore()) timer = setTimeout(stretch, waiting.length || taken < end() ? cost : SHORTEST_PAUSE_MS);
    else pause(cost);
  }

  /** Nothing is shown again for a while: what comes meanwhile is shown together. */
  function pause(cost) {
    timer = setTimeout(() => {
      timer = null;
      if (hasMore()) stretch();
    }, Math.max(SHORTEST_PAUSE_MS, 4 * cost));
  }

  const end = () => Math.min(source.length, limit);
  const hasMore = () => waiting.length > 0 || taken < end() || (isOver && !ended);

  /** Do one small thing; false when there is nothing to do. */
  function step() {
    if (waiting.length) return complete(nextBlock());
    if (taken < end()) {
      const piece = source.slice(taken, Math.min(end(), taken + PIECE));
      taken += piece.length;
      waiting = splitter.push(piece);
      return true;
    }
    if (!isOver || ended) return false;
    ended = true;
    if (taken < source.length) offerRest();
    else waiting = splitter.finish();
    return waiting.length > 0;
  }

  /** The next block that is complete; short texts that follow each other are made as one, which costs less. */
  function nextBlock() {
    const block = waiting.shift();
    while (block.kind === "text" && waiting[0]?.kind === "text" && block.text.length + waiting[0].text.length < PIECE) {
      block.text += waiting.shift().text;
    }
    return block;
  }

  function complete(block) {
    if (tail?.kind !== block.kind) dropTail();
    const view = tail ?? newView(block.kind);
    tail = null;
    view.close(block);
    return true;
  }

  function showTail() {
    const block = ended ? null : splitter.open();
    if (!block) return dropTail();
    if (tail?.kind !== block.kind) {
      dropTail();
      tail = newView(block.kind);
    }
    return tail.show(block);
  }

  function dropTail() {
    tail?.element.remove();
    tail = null;
  }

  function newView(kind) {
    const view = kind === "code" ? codeBlock(actions) : textBlock(actions);
    lastPart().append(view.element);
    return { ...view, kind };
  }

  function lastPart() {
    const last = element.lastElementChild;
    if (last && last.childElementCount < BLOCKS_IN_A_PART) return last;
    const part = h("div", { class: "part" });
    element.append(part);
    return part;
  }

  function offerRest() {
    const button = h("button", {
      type: "button", class: "show-rest",
      onclick: () => {
        button.parentElement.remove();
        limit += SHOWN_AT_ONCE;
        ended = false;
        timer ??= setTimeout(stretch, 0);
      },
    }, `Show more (${Math.round((source.length - taken) / 1000).toLocaleString("en-GB")} thousand characters are left)`);
    dropTail();
    element.append(h("div", {}, button));
  }

  return { element, show };
}

function textBlock(actions) {
  const element = h("div", { class: "text-block" });
  const show = ({ text }) => element.replaceChildren(safeMarkdown(text));
  function close(block) {
    show(block);
    const grids = gridsIn(block.text);
    if (grids.length) element.append(gridPictures(grids, actions));
  }
  return { element, show, close };
}
