/** Replays how an answer was made: play, pause, any step, three speeds. The answer itself is put back afterwards. */

import { h, iconButton, setText } from "./element.js";
import { statesOf } from "./history.js";

const SPEEDS = [["slow", 2], ["normal", 6], ["fast", 20]];

/** `start(grid, log)` opens the player for a log that began on `grid`. */
export function mountReplay(root, editor, { announce, onEnd }) {
  let stop = null;

  function start(grid, log) {
    stop?.();
    const states = statesOf(grid, log);
    const own = editor.timeline;
    let place = 0;
    let timer = 0;
    const slider = h("input", { type: "range", min: "0", max: String(states.length - 1), value: "0", "aria-label": "Step of the replay", oninput: () => go(Number(slider.value)) });
    const step = h("output", { class: "size-text", "data-testid": "replay-step" });
    const speed = h("select", { "aria-label": "Speed" }, SPEEDS.map(([name, rate]) => h("option", { value: String(rate), selected: name === "normal" }, name)));
    const toggle = iconButton("pause", "Pause", { "data-testid": "replay-toggle", onclick: () => (timer ? pause() : play()) });

    function go(to) {
      place = to;
      slider.value = String(place);
      setText(step, `${place} / ${states.length - 1} ${place ? log[place - 1].action : "start"}`);
      editor.open({ present: states[place], past: [], future: [], log: own.log });
    }

    function play() {
      if (place === states.length - 1) go(0);
      showAs("pause", "Pause");
      timer = setTimeout(next, 1000 / Number(speed.value));
    }

    function next() {
      if (place < states.length - 1) go(place + 1);
      if (place === states.length - 1) return pause();
      timer = setTimeout(next, 1000 / Number(speed.value));
      return undefined;
    }

    function pause() {
      clearTimeout(timer);
      timer = 0;
      showAs("play", "Play");
    }

    function showAs(picture, label) {
      toggle.replaceChildren(...iconButton(picture, label).childNodes);
      toggle.setAttribute("aria-label", label);
    }

    stop = () => {
      clearTimeout(timer);
      stop = null;
      root.hidden = true;
      root.replaceChildren();
      editor.readOnly = false;
      editor.open(own);
      onEnd();
    };

    root.replaceChildren(toggle, slider, step, speed, iconButton("close", "End the replay", { "data-testid": "replay-close", onclick: () => stop() }));
    root.hidden = false;
    editor.readOnly = true;
    announce("Replay");
    go(0);
    play();
  }

  return { start, end: () => stop?.(), get isOn() { return stop !== null; } };
}
