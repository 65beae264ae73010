/** A permutation of the ten colours as swatches: choose two to exchange what they become. */

import { h } from "./element.js";
import { COLOUR_NAMES } from "./grid.js";
import { coloursOf } from "./palettes.js";

export class ColourMapping {
  #settings;
  #onChange;
  #permutation = null;
  #picked = null;
  element = h("div", {
    class: "mapping", role: "group", "aria-label": "Colours: choose two to exchange them", "data-testid": "colour-mapping", hidden: true,
  });

  constructor(settings, onChange) {
    this.#settings = settings;
    this.#onChange = onChange;
    settings.watch(() => this.#draw());
  }

  /** Show a permutation, or none. */
  show(permutation) {
    this.#permutation = permutation;
    this.#draw();
  }

  #draw() {
    this.element.hidden = this.#permutation === null;
    if (!this.#permutation) return;
    const shuffle = (testid, withBlack, text) => h("button", {
      type: "button", class: "quiet", "data-testid": testid, onclick: () => this.#onChange(shuffled(withBlack)),
    }, text);
    this.element.replaceChildren(...this.#permutation.map((to, from) => this.#swatch(from, to)),
      shuffle("shuffle-colours", false, "Shuffle"), shuffle("shuffle-all-colours", true, "Shuffle with black"));
  }

  #swatch(from, to) {
    const colours = coloursOf(this.#settings.get().palette);
    const label = `${COLOUR_NAMES[from]} becomes ${COLOUR_NAMES[to]}`;
    const button = h("button", {
      type: "button", class: "swatch", "data-testid": `map-${from}`, "aria-pressed": String(this.#picked === from), "aria-label": label, title: label,
      onclick: () => this.#pick(from),
    }, h("span", {}, `${from}→${to}`));
    button.style.background = `linear-gradient(90deg, ${colours[from]} 50%, ${colours[to]} 50%)`;
    return button;
  }

  #pick(from) {
    const first = this.#picked;
    this.#picked = first === null ? from : null;
    if (first === null || first === from) return this.#draw();
    const exchanged = [...this.#permutation];
    [exchanged[first], exchanged[from]] = [exchanged[from], exchanged[first]];
    return this.#onChange(exchanged);
  }
}

/** The ten colours in another order; black, the usual background, stays unless it is asked for. */
export function shuffled(withBlack) {
  const first = withBlack ? 0 : 1;
  const order = COLOUR_NAMES.map((_, colour) => colour);
  for (let place = 9; place > first; place -= 1) {
    const other = first + Math.floor(Math.random() * (place - first + 1));
    [order[place], order[other]] = [order[other], order[place]];
  }
  return order.every((to, from) => to === from) ? shuffled(withBlack) : order;
}
