/** Panels side by side that can be resized, with the pointer or arrow keys, and remember it; on a phone one at a time. */

const STEP = 24;
const LIMITS = { pairs: [160, 560], code: [280, 960], editor: [96, 720] };

/** Separators are elements with `data-panel`, the name of the panel they size; `data-from` is the side it is on. */
export function mountPanels(root, { settings, onResize }) {
  const separators = [...root.querySelectorAll("[role=separator]")];
  for (const separator of separators) follow(separator);

  function size(name, wanted) {
    const [least, most] = LIMITS[name];
    const value = Math.round(Math.min(most, Math.max(least, wanted)));
    settings.set({ panels: { ...settings.get().panels, [name]: value } });
  }

  function follow(separator) {
    const name = separator.dataset.panel;
    const isColumn = separator.getAttribute("aria-orientation") === "vertical";
    const sign = separator.dataset.from === "end" ? -1 : 1;
    const panel = root.querySelector(`#${separator.getAttribute("aria-controls")}`);
    const now = () => (isColumn ? panel.offsetWidth : panel.offsetHeight);
    const at = (event) => (isColumn ? event.clientX : event.clientY);
    let grip = null;
    separator.addEventListener("pointerdown", (event) => {
      grip = { at: at(event), size: now() };
      separator.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    separator.addEventListener("pointermove", (event) => grip && size(name, grip.size + sign * (at(event) - grip.at)));
    for (const end of ["pointerup", "pointercancel"]) separator.addEventListener(end, () => (grip = null));
    separator.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      size(name, now() + sign * step * STEP);
    });
    separator.addEventListener("dblclick", () => {
      const { [name]: _, ...others } = settings.get().panels ?? {};
      settings.set({ panels: others });
    });
  }

  function show() {
    const { panels = {} } = settings.get();
    for (const name of Object.keys(LIMITS)) {
      if (panels[name]) root.style.setProperty(`--${name}-size`, `${panels[name]}px`);
      else root.style.removeProperty(`--${name}-size`);
    }
    for (const separator of separators) {
      const name = separator.dataset.panel;
      const [least, most] = LIMITS[name];
      separator.setAttribute("aria-valuemin", least);
      separator.setAttribute("aria-valuemax", most);
      separator.setAttribute("aria-valuenow", panels[name] ?? separator.dataset.usual);
    }
    onResize();
  }

  settings.watch((now, before) => now.panels !== before.panels && show());
  show();
}

/** The bar of a phone: buttons with `data-view`, one panel of `root` at a time. */
export function mountViews(bar, root) {
  const buttons = [...bar.querySelectorAll("[data-view]")];
  const open = (name) => {
    root.dataset.view = name;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.view === name));
  };
  for (const button of buttons) button.addEventListener("click", () => open(button.dataset.view));
  open("chat");
  return { open };
}
