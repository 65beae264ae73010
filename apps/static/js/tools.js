/** The controls of the answer: tools, palette, size, undo, and what can be done with a selection or piece. */

import { counted, h, icon, iconButton, setAttribute, setText } from "./element.js";
import { COLOUR_NAMES, parseSize, sizeText } from "./grid.js";
import { canRedo, canUndo } from "./history.js";
import { coloursOf, inkOn } from "./palettes.js";

/** [command, icon, label]: what the piece row offers. */
const PIECE_ACTIONS = [
  ["copy", "copy", "Copy (Ctrl+C)"],
  ["cut", "cut", "Cut (Ctrl+X)"],
  ["paste", "paste", "Paste (Ctrl+V)"],
  ["lift", "move", "Move as a piece (M)"],
  ["rotate_90", "rotate_90", "Rotate (.)"],
  ["flip_horizontal", "flip_horizontal", "Flip left–right (H)"],
  ["flip_vertical", "flip_vertical", "Flip top–bottom (V)"],
  ["transpose", "transpose", "Transpose (T)"],
  ["recolour", "recolour", "Paint in the colour (P)"],
  ["crop", "crop", "Crop to the selection (X)"],
  ["erase", "erase", "Background (Delete)"],
];

/** `run(command)` does what a button says; returns {update}, to be called after each change of the editor. */
export function mountTools(root, editor, { settings, run }) {
  const find = (name) => root.querySelector(`[data-testid="${name}"]`);
  const toolButtons = [...root.querySelectorAll("[data-tool]")];
  const colourButtons = mountPalette(root.querySelector(".palette-row"), editor);
  const pieceButtons = mountPieceActions(root.querySelector(".piece-actions"), run);
  const size = mountSize(root.querySelector(".size-form"), editor);

  for (const button of toolButtons) button.addEventListener("click", () => run(button.dataset.testid));
  for (const command of ["copy-input", "reset", "undo", "redo", "submit", "replay", "zoom-in", "zoom-out"]) {
    find(command).addEventListener("click", () => run(command));
  }
  radioKeys(root.querySelector(".tool-row"));

  function update() {
    for (const button of toolButtons) check(button, button.dataset.tool === editor.tool);
    showFilled(toolButtons.find((button) => button.dataset.tool === "rect"), editor.filled);
    colourButtons.forEach((button, colour) => check(button, colour === editor.colour));
    find("undo").disabled = !canUndo(editor.timeline);
    find("redo").disabled = !canRedo(editor.timeline);
    find("replay").disabled = editor.timeline.log.length === 0;
    updatePieceActions(pieceButtons, editor);
    size.update();
  }

  function paint() {
    const colours = coloursOf(settings.get().palette);
    colourButtons.forEach((button, colour) => {
      button.style.backgroundColor = colours[colour];
      button.style.color = inkOn(colours[colour]);
    });
  }
  settings.watch(paint);
  paint();
  return { update, focusSize: size.focus };
}

function check(button, isOn) {
  setAttribute(button, "aria-checked", isOn ? "true" : "false");
  button.tabIndex = isOn ? 0 : -1;
}

function showFilled(button, filled) {
  const label = filled ? "Filled" : "Rectangle";
  if (button.querySelector("span").textContent === label) return;
  button.querySelector("svg").replaceWith(icon(filled ? "rect-filled" : "rect"));
  setText(button.querySelector("span"), label);
}

function mountPalette(row, editor) {
  const buttons = COLOUR_NAMES.map((name, colour) => h("button", {
    type: "button",
    role: "radio",
    class: "colour",
    "data-testid": `color-${colour}`,
    "aria-label": `${colour} ${name}`,
    title: `${name} (${colour})`,
    onclick: () => editor.setColour(colour),
    ondblclick: () => editor.recolour(),
  }, String(colour)));
  row.append(...buttons);
  radioKeys(row);
  return buttons;
}

/** Arrow keys go from one radio button of a row to the next, as people expect. */
function radioKeys(row) {
  row.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...row.querySelectorAll("[role=radio]")];
    const next = buttons[(buttons.indexOf(event.target) + step + buttons.length) % buttons.length];
    next.focus();
    next.click();
  });
}

function mountPieceActions(row, run) {
  const buttons = PIECE_ACTIONS.map(([command, picture, label]) =>
    iconButton(picture, label, { class: "quiet", "data-testid": `piece-${command}`, "data-command": command, onclick: () => run(command) }));
  row.append(...buttons);
  return buttons;
}

function updatePieceActions(buttons, editor) {
  const hasSome = editor.selection !== null || editor.state.piece !== null;
  const usable = {
    copy: hasSome, cut: hasSome, crop: hasSome, recolour: hasSome, erase: hasSome,
    lift: editor.selection !== null && !editor.state.piece,
    paste: editor.clipboard !== null,
  };
  for (const button of buttons) button.disabled = usable[button.dataset.command] === false;
}

function mountSize(form, editor) {
  const input = form.querySelector("input");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const size = parseSize(input.value);
    input.setCustomValidity(size ? "" : "Write a height and a width from 1 to 30, such as 3x4.");
    if (size) editor.resize(size);
    else input.reportValidity();
  });
  input.addEventListener("input", () => input.setCustomValidity(""));
  return {
    update() {
      const text = sizeText(editor.state.grid);
      if (form.ownerDocument.activeElement !== input || input.dataset.size !== text) input.value = text;
      input.dataset.size = text;
    },
    focus() {
      input.focus();
      input.select();
    },
  };
}

/** "3 cells off", "equal", or "size differs" for null. */
export function distanceText(distance) {
  if (distance === null) return "size differs";
  return distance === 0 ? "equal" : `${counted(distance, "cell")} off`;
}
