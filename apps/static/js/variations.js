/** Whole-task transforms: named steps, previewed on every grid at once, then signed as a version of the task. */

import { ColourMapping, shuffled } from "./colour_mapping.js";
import { h, icon, setText } from "./element.js";
import { TRANSFORMS, describe } from "./transforms.js";

export class VariationsView {
  #actions;
  #shown = { steps: [] };
  #pairs = h("select", { "data-testid": "swap-pair" });
  #mapping;
  #summary = h("p", { class: "summary", "data-testid": "transform-summary" });
  #clear = h("button", { type: "button", class: "quiet", "data-testid": "transform-clear", onclick: () => this.#actions.preview([]) }, "Clear");
  #sign = h("button", { type: "button", class: "primary", "data-testid": "sign-variation", onclick: () => this.#actions.sign() }, "Sign as a version");
  #unsign = h("button", { type: "button", class: "quiet", "data-testid": "unsign-variation", onclick: () => this.#actions.unsign() }, "Take my signature off");
  #signers = h("p", { class: "faint signers", "data-testid": "signers" });

  /** `actions` has preview(steps), sign() and unsign(). */
  constructor(root, { settings, actions }) {
    this.#actions = actions;
    this.#mapping = new ColourMapping(settings, (permutation) => this.#change({ name: "permute_colours", permutation }));
    const buttons = Object.entries(TRANSFORMS).map(([name, { label }]) => h("button", {
      type: "button", class: "transform", "data-testid": `transform-${name}`, title: label, onclick: () => this.#add(name),
    }, icon(name), h("span", {}, label)));
    root.append(h("div", { class: "transform-row" }, buttons), h("label", { class: "field swap-row" }, h("span", {}, "Swap"), this.#pairs),
      this.#mapping.element, this.#summary, h("div", { class: "form-row" }, this.#clear, this.#sign), this.#signers, this.#unsign);
  }

  /** Show {steps, task, version, username, isWaiting}: `version` is what the steps begin with, `task` what they make of it. */
  show(state) {
    const { steps, task } = state;
    this.#shown = state;
    this.#showPairs(task.train.length);
    setText(this.#summary, steps.length ? `Preview: ${describe(steps)}.` : "Choose a transform: all pairs follow at once.");
    this.#sign.disabled = steps.length === 0 || state.isWaiting;
    this.#clear.disabled = steps.length === 0;
    this.#showSigners(state);
    this.#mapping.show(steps.at(-1)?.permutation ?? null);
  }

  #showPairs(count) {
    if (this.#pairs.options.length === count) return;
    this.#pairs.replaceChildren(...Array.from({ length: count }, (_, k) => h("option", { value: String(k) }, `train ${k + 1} with test 1`)));
  }

  #showSigners({ version: { version, transform, signed_by: names = [] }, username }) {
    setText(this.#signers, version ? `Version ${version}: ${describe(transform)}; signed by ${names.join(", ") || "nobody"}.` : "");
    this.#unsign.hidden = !version || !names.includes(username);
  }

  #add(name) {
    const parameters = {
      permute_colours: () => ({ permutation: shuffled(false) }),
      swap_train_test: () => ({ k: Number(this.#pairs.value) }),
    };
    this.#actions.preview([...this.#shown.steps, { name, ...parameters[name]?.() }]);
  }

  /** Another last step. */
  #change(step) {
    this.#actions.preview([...this.#shown.steps.slice(0, -1), step]);
  }
}
