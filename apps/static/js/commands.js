/** What the commands of keys and buttons do on the bench. Each returns true when it applied. */

import { TOOLS } from "./editor.js";
import { blank, height, isGrid, width } from "./grid.js";

const TURNS = ["rotate_90", "rotate_180", "rotate_270", "flip_horizontal", "flip_vertical", "transpose"];

/** A function `(command, key)`; `more` has commands of the page itself. */
export function benchCommands(bench, more) {
  const { editor } = bench;
  const commands = {
    colour: (key) => editor.setColour(Number(key)),
    undo: () => editor.undo(),
    redo: () => editor.redo(),
    cut: () => editor.cut(),
    copy: () => editor.copy(bench.selected?.grid ?? editor.selected),
    paste: () => paste(bench),
    lift: () => editor.lift(),
    crop: () => editor.crop(),
    recolour: () => editor.recolour(),
    erase: () => editor.erase(),
    "select-all": () => editor.selectAll(),
    escape: () => escape(bench),
    "copy-input": () => editor.replaceGrid("copy_input", bench.shown.test[bench.base.test].input),
    reset: () => editor.replaceGrid("reset", blank(height(editor.state.grid), width(editor.state.grid))),
    replay: () => bench.replay(),
    size: () => bench.focusSize(),
    "zoom-in": () => bench.zoom(1),
    "zoom-out": () => bench.zoom(-1),
    ...Object.fromEntries(TURNS.map((name) => [name, () => editor.turn(name)])),
    ...Object.fromEntries(TOOLS.map((tool) => [`tool-${tool}`, () => chooseTool(editor, tool)])),
    ...more,
  };
  return (command, key) => {
    if (!Object.hasOwn(commands, command) || (!bench.shown && !Object.hasOwn(more, command))) return false;
    commands[command](key);
    return true;
  };
}

/** The rectangle's key and button, used again, change between outline and filled. */
function chooseTool(editor, tool) {
  if (tool === "rect" && editor.tool === "rect") editor.setFilled(!editor.filled);
  else editor.setTool(tool);
}

/** A piece of one's own, or a grid that another page has put on the system's clipboard. */
async function paste(bench) {
  const { editor } = bench;
  if (editor.clipboard) return editor.paste();
  const text = await navigator.clipboard?.readText?.().catch(() => "");
  const grid = gridOf(text ?? "");
  return grid && editor.paste(grid);
}

function gridOf(text) {
  try {
    const value = JSON.parse(text);
    return isGrid(value) ? value : null;
  } catch {
    return null; // something else was copied
  }
}

function escape(bench) {
  if (!bench.editor.escape()) bench.select(null);
  bench.link(null);
}
