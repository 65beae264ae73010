/** Whole-task transforms: named steps, previewed on every grid at once, then signed as a version of the task. */

import { h, icon, setText } from "./element.js";
import { COLOUR_NAMES } from "./grid.js";
import { coloursOf, inkOn } from "./palettes.js";
import { TRANSFORMS, describe } from "./transforms.js";

/**
 * `actions` has preview(steps), sign() and unsign(). `show({steps, task, version, username, isWaiting})`: `version` is the
 * version that the steps begin with.
 */
export function mountVariations(root, { settings, actions }) {
  let shown = { steps: [] };
  let picked = null;
  const add = (step) => actions.preview([...shown.steps, step]);
  const pairChoice = h("select", { "data-testid": "swap-pair" });
  const buttons = Object.entries(TRANSFORMS).map(([name, { label }]) => h("button", {
    type: "button", "data-testid": `transform-${name}`, title: label, class: "transform",
    onclick: () => add(stepFor(name, pairChoice)),
  }, icon(name), h("span", {}, label)));
  const mapping = h("div", { class: "mapping", role: "group", "aria-label": "Colours: choose two to exchange them", "data-testid": "colour-mapping", hidden: true });
  const summary = h("p", { class: "summary", "data-testid": "transform-summary" });
  const clear = h("button", { type: "button", class: "quiet", "data-testid": "transform-clear", onclick: () => actions.preview([]) }, "Clear");
  const sign = h("button", { type: "button", class: "primary", "data-testid": "sign-variation", onclick: () => actions.sign() }, "Sign as a version");
  const unsign = h("button", { type: "button", class: "quiet", "data-testid": "unsign-variation", onclick: () => actions.unsign() }, "Take my signature off");
  const signers = h("p", { class: "faint", "data-testid": "signers" });
  root.append(h("div", { class: "transform-row" }, buttons), h("label", { class: "field swap-row" }, h("span", {}, "Swap"), pairChoice),
    mapping, summary, h("div", { class: "form-row" }, clear, sign), signers, unsign);

  function show(state) {
    shown = state;
    showPairs(pairChoice, state.task.train.length);
    setText(summary, state.steps.length ? `Preview: ${describe(state.steps)}.` : "Choose a transform: all pairs follow at once.");
    sign.disabled = state.steps.length === 0 || state.isWaiting;
    clear.disabled = state.steps.length === 0;
    showSigners(state);
    showMapping();
  }

  function showSigners({ version, username }) {
    const names = version.signed_by ?? [];
    setText(signers, version.version ? `Version ${version.version}: ${describe(version.transform)}; signed by ${names.join(", ") || "nobody"}.` : "");
    unsign.hidden = !version.version || !names.includes(username);
  }

  /** The permutation of the last step, as ten colours that can be exchanged. */
  function showMapping() {
    const { permutation } = shown.steps.at(-1) ?? {};
    mapping.hidden = !permutation;
    if (!permutation) return;
    const colours = coloursOf(settings.get().palette);
    mapping.replaceChildren(...permutation.map((to, from) => swatch(from, to, colours)),
      h("button", { type: "button", class: "quiet", "data-testid": "shuffle-colours", onclick: () => change(shuffled(false)) }, "Shuffle"),
      h("button", { type: "button", class: "quiet", onclick: () => change(shuffled(true)) }, "Shuffle with black"));
  }

  function swatch(from, to, colours) {
    const button = h("button", {
      type: "button", class: "swatch", "aria-pressed": String(picked === from), "data-testid": `map-${from}`,
      "aria-label": `${COLOUR_NAMES[from]} becomes ${COLOUR_NAMES[to]}`, title: `${COLOUR_NAMES[from]} becomes ${COLOUR_NAMES[to]}`,
      onclick: () => pick(from),
    }, `${from}→${to}`);
    button.style.background = `linear-gradient(90deg, ${colours[from]} 50%, ${colours[to]} 50%)`;
    button.style.color = inkOn(colours[from]);
    return button;
  }

  function pick(from) {
    const { permutation } = shown.steps.at(-1);
    if (picked === null || picked === from) {
      picked = picked === from ? null : from;
      return showMapping();
    }
    const exchanged = permutation.map((to, place) => (place === from ? permutation[picked] : place === picked ? permutation[from] : to));
    picked = null;
    return change(exchanged);
  }

  const change = (permutation) => actions.preview([...shown.steps.slice(0, -1), { name: "permute_colours", permutation }]);

  settings.watch(showMapping);
  return { show };
}

function stepFor(name, pairChoice) {
  if (name === "permute_colours") return { name, permutation: shuffled(false) };
  return name === "swap_train_test" ? { name, k: Number(pairChoice.value) } : { name };
}

function showPairs(choice, count) {
  if (choice.options.length === count) return;
  choice.replaceChildren(...Array.from({ length: count }, (_, k) => h("option", { value: String(k) }, `train ${k + 1} with test 1`)));
}

/** The ten colours in another order; black, the usual background, stays unless it is asked for. */
function shuffled(withBlack) {
  const first = withBlack ? 0 : 1;
  const order = COLOUR_NAMES.map((_, colour) => colour);
  for (let place = 9; place > first; place -= 1) {
    const other = first + Math.floor(Math.random() * (place - first + 1));
    [order[place], order[other]] = [order[other], order[place]];
  }
  return order.every((to, from) => to === from) ? shuffled(withBlack) : order;
}
