/** Panels side by side that can be resized, with the pointer or arrow keys, and remember it; on a phone one at a time. */

const STEP = 24;
const LIMITS = { pairs: [160, 560], code: [280, 960], editor: [96, 720] };
const ARROWS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** Follow the separators of `root`: `data-panel` names the panel that one sizes, `data-from="end"` one that lies after it. */
export function mountPanels(root, { settings, onResize }) {
  const separators = [...root.querySelectorAll("[role=separator]")].map((element) => new Separator(element, root, settings));

  function show() {
    const { panels = {} } = settings.get();
    for (const separator of separators) separator.show(panels);
    onResize();
  }

  settings.watch((now, before) => now.panels !== before.panels && show());
  show();
}

class Separator {
  #element;
  #root;
  #settings;
  #grip = null; // {at, size} while it is dragged

  constructor(element, root, settings) {
    this.#element = element;
    this.#root = root;
    this.#settings = settings;
    element.addEventListener("pointerdown", (event) => this.#grab(event));
    element.addEventListener("pointermove", (event) => this.#grip && this.#resize(this.#grip.size + this.#sign * (this.#at(event) - this.#grip.at)));
    for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, () => (this.#grip = null));
    element.addEventListener("keydown", (event) => this.#pressed(event));
    element.addEventListener("dblclick", () => this.#forget());
  }

  show(panels) {
    const name = this.#name;
    const [least, most] = LIMITS[name];
    if (panels[name]) this.#root.style.setProperty(`--${name}-size`, `${panels[name]}px`);
    else this.#root.style.removeProperty(`--${name}-size`);
    const values = { valuemin: least, valuemax: most, valuenow: panels[name] ?? this.#element.dataset.usual };
    for (const [key, value] of Object.entries(values)) this.#element.setAttribute(`aria-${key}`, value);
  }

  get #name() {
    return this.#element.dataset.panel;
  }

  get #isUpright() {
    return this.#element.getAttribute("aria-orientation") === "vertical";
  }

  get #sign() {
    return this.#element.dataset.from === "end" ? -1 : 1;
  }

  get #size() {
    const panel = this.#root.querySelector(`#${this.#element.getAttribute("aria-controls")}`);
    return this.#isUpright ? panel.offsetWidth : panel.offsetHeight;
  }

  #at(event) {
    return this.#isUpright ? event.clientX : event.clientY;
  }

  #grab(event) {
    event.preventDefault();
    this.#grip = { at: this.#at(event), size: this.#size };
    this.#element.setPointerCapture(event.pointerId);
  }

  #pressed(event) {
    const step = ARROWS[event.key];
    if (!step) return;
    event.preventDefault();
    this.#resize(this.#size + this.#sign * step * STEP);
  }

  #resize(wanted) {
    const [least, most] = LIMITS[this.#name];
    const size = Math.round(Math.min(most, Math.max(least, wanted)));
    this.#settings.set({ panels: { ...this.#settings.get().panels, [this.#name]: size } });
  }

  #forget() {
    const { [this.#name]: _, ...others } = this.#settings.get().panels ?? {};
    this.#settings.set({ panels: others });
  }
}

/** The bar of a phone: buttons with `data-view`, one panel of `root` at a time. Returns what opens one by its name. */
export function mountViews(bar, root) {
  const buttons = [...bar.querySelectorAll("[data-view]")];
  const open = (name) => {
    root.dataset.view = name;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.view === name));
  };
  for (const button of buttons) button.addEventListener("click", () => open(button.dataset.view));
  open("chat");
  return open;
}
