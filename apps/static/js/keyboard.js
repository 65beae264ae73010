/**
 * Keys. KEYS is the one table: what each key does and what the help says. Single characters can be switched off
 * (WCAG 2.1.4); keys with Ctrl or Cmd stay. Nothing is taken from text fields and dialogs.
 */

/** [keys, command, words]; keys are as in KeyboardEvent.key, letters in lower case, "mod+" is Ctrl or Cmd. */
export const KEYS = [
  ["0 1 2 3 4 5 6 7 8 9", "colour", "choose a colour"],
  ["e", "tool-edit", "draw"],
  ["f", "tool-fill", "fill"],
  ["l", "tool-line", "line"],
  ["r", "tool-rect", "rectangle; again: outline or filled"],
  ["s", "tool-select", "select and move"],
  ["i", "tool-eyedropper", "take a colour from a grid"],
  ["mod+z", "undo", "undo"],
  ["mod+shift+z mod+y", "redo", "redo"],
  ["mod+enter", "submit", "submit the answer"],
  ["mod+c", "copy", "copy the selection, of any grid"],
  ["mod+x", "cut", "cut the selection"],
  ["mod+v", "paste", "paste as a piece"],
  ["mod+a", "select-all", "select the whole answer"],
  ["delete backspace", "erase", "background where the selection or cursor is"],
  ["escape", "escape", "lay the piece down, end the selection"],
  ["c", "copy-input", "copy the test input into the answer"],
  ["m", "lift", "make the selection a piece: arrow keys move it"],
  [".", "rotate_90", "rotate the piece, the selection or the answer"],
  ["h", "flip_horizontal", "flip it left–right"],
  ["v", "flip_vertical", "flip it top–bottom"],
  ["t", "transpose", "transpose it"],
  ["p", "recolour", "paint the piece or the selection in the colour"],
  ["x", "crop", "crop the answer to the selection"],
  ["z", "size", "type a size"],
  ["+ =", "zoom-in", "larger answer"],
  ["-", "zoom-out", "smaller answer"],
  ["n", "next-test", "next test input"],
  ["[", "previous-task", "previous task"],
  ["]", "next-task", "next task"],
  ["g", "gallery", "all tasks"],
  ["/", "search", "find a task"],
  ["?", "help", "this help"],
];

/** Keys that count only while the answer has the focus. */
export const GRID_KEYS = [
  ["arrows", "move the cursor, or the piece"],
  ["shift+arrows", "select cells"],
  ["home end", "to the first or last column; with Ctrl, to the first or last row too"],
  ["space enter", "use the tool; a line or rectangle begins and ends with it"],
];

const COMMANDS = new Map(KEYS.flatMap(([keys, command]) => keys.split(" ").map((key) => [key, command])));
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** The command of a key event and whether it is a single character; null when it is none of ours. */
export function commandOf(event) {
  const mod = event.ctrlKey || event.metaKey;
  if (event.altKey) return null;
  const key = event.key.toLowerCase();
  const name = mod ? `mod+${event.shiftKey && key !== "enter" ? "shift+" : ""}${key}` : key;
  const command = COMMANDS.get(name);
  return command ? { command, key, isCharacter: !mod && key.length === 1 } : null;
}

/** Keys of the focused answer; true when `event` was one. */
export function moveCursor(editor, event) {
  if (event.altKey || event.metaKey) return false;
  const { key } = event;
  if (STEPS[key] && !event.ctrlKey) editor.step(...STEPS[key], event.shiftKey);
  else if (key === "Home" || key === "End") editor.step(...farStep(key, event.ctrlKey), event.shiftKey);
  else if ((key === " " || key === "Enter") && !event.ctrlKey) editor.use();
  else return false;
  editor.followCursor();
  return true;
}

function farStep(key, both) {
  const far = key === "Home" ? -99 : 99;
  return [both ? far : 0, far];
}

export const isTextField = (element) => element?.matches?.(
  "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button], [type=file], [type=range])") ?? false;

/** Listen on `page` (a document): `run(command, key)` does a command and says whether it applied. */
export function listenForKeys(page, { editor, element, areOn, run }) {
  page.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || page.querySelector("dialog[open]")) return;
    if (isTextField(event.target) && !(event.key === "Enter" && (event.ctrlKey || event.metaKey))) return;
    if (page.activeElement === element && moveCursor(editor, event)) return void event.preventDefault();
    const found = commandOf(event);
    if (!found || (found.isCharacter && !areOn())) return;
    if (run(found.command, found.key)) event.preventDefault();
  });
}
