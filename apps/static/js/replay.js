/** Replays how an answer was made: play, pause, any step, three speeds. The answer itself is put back afterwards. */

import { h, iconButton, setText } from "./element.js";
import { statesOf } from "./history.js";

const SPEEDS = [["slow", 2], ["normal", 6], ["fast", 20]];

/** The player in `root`, for the answer in `editor`; `announce(text)` reads out. */
export class Replay {
  #root;
  #editor;
  #announce;
  #showing = null; // {own, log, states, place, timer}
  #slider = h("input", { type: "range", min: "0", value: "0", "aria-label": "Step of the replay", oninput: () => this.#go(Number(this.#slider.value)) });
  #step = h("output", { class: "size-text", "data-testid": "replay-step" });
  #speed = h("select", { "aria-label": "Speed" }, SPEEDS.map(([name, rate]) => h("option", { value: String(rate), selected: name === "normal" }, name)));
  #toggle = iconButton("play", "Play", { "data-testid": "replay-toggle", onclick: () => (this.#showing.timer ? this.#pause() : this.#play()) });

  constructor(root, editor, announce) {
    this.#root = root;
    this.#editor = editor;
    this.#announce = announce;
    const close = iconButton("close", "End the replay", { "data-testid": "replay-close", onclick: () => this.end() });
    root.append(this.#toggle, this.#slider, this.#step, this.#speed, close);
  }

  get isOn() {
    return this.#showing !== null;
  }

  /** Play a log that began on `grid`. */
  start(grid, log) {
    this.end();
    const states = statesOf(grid, log);
    this.#showing = { own: this.#editor.timeline, log, states, place: 0, timer: 0 };
    this.#slider.max = String(states.length - 1);
    this.#root.hidden = false;
    this.#editor.readOnly = true;
    this.#announce("Replay");
    this.#go(0);
    this.#play();
  }

  end() {
    if (!this.#showing) return;
    const { own, timer } = this.#showing;
    clearTimeout(timer);
    this.#showing = null;
    this.#root.hidden = true;
    this.#editor.readOnly = false;
    this.#editor.open(own);
    this.#announce("Replay ended");
  }

  #go(place) {
    const { states, log, own } = this.#showing;
    this.#showing.place = place;
    this.#slider.value = String(place);
    setText(this.#step, `${place} / ${states.length - 1} ${place ? log[place - 1].action : "start"}`);
    this.#editor.open({ present: states[place], past: [], future: [], log: own.log });
  }

  get #isAtEnd() {
    return this.#showing.place === this.#showing.states.length - 1;
  }

  #play() {
    if (this.#isAtEnd) this.#go(0);
    this.#showAs("pause", "Pause");
    this.#wait();
  }

  #wait() {
    this.#showing.timer = setTimeout(() => this.#next(), 1000 / Number(this.#speed.value));
  }

  #next() {
    if (!this.#isAtEnd) this.#go(this.#showing.place + 1);
    if (this.#isAtEnd) this.#pause();
    else this.#wait();
  }

  #pause() {
    clearTimeout(this.#showing.timer);
    this.#showing.timer = 0;
    this.#showAs("play", "Play");
  }

  #showAs(picture, label) {
    this.#toggle.replaceChildren(...iconButton(picture, label).childNodes);
    this.#toggle.setAttribute("aria-label", label);
  }
}
