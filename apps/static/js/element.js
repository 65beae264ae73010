/** Building the page: elements with attributes, listeners and text. Text only ever becomes text, never markup. */

/** An element. `on*` are listeners, `class` and attributes as in HTML; null and false leave an attribute out. */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else setAttribute(element, key, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : value);
}

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Make `container` hold `elements` in this order, moving as few as possible so that focus and scrolling stay. */
export function arrange(container, elements) {
  const wanted = new Set(elements);
  for (const child of [...container.children]) if (!wanted.has(child)) child.remove();
  elements.forEach((element, place) => {
    if (container.children[place] !== element) container.insertBefore(element, container.children[place] ?? null);
  });
}

/** "3 cells", "1 cell". */
export const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

const SVG = "http://www.w3.org/2000/svg";
const SPRITE = new URL("../icons.svg", import.meta.url);

let sprite = null;

/** A picture of the sprite, which is read once: a `use` would ask the server for it each time, and fail without a connection. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("aria-hidden", "true");
  sprite ??= readSprite();
  sprite.then((pictures) => pictures && drawInto(svg, pictures.getElementById(name).cloneNode(true)));
  return svg;
}

async function readSprite() {
  try {
    return new DOMParser().parseFromString(await (await fetch(SPRITE)).text(), "image/svg+xml");
  } catch {
    sprite = null; // the next picture tries again
    return null;
  }
}

function drawInto(svg, { attributes, childNodes }) {
  for (const { name, value } of attributes) if (name !== "id") svg.setAttribute(name, value);
  svg.append(...childNodes);
}

/** A button with a picture; `label` is read out and shown as a tooltip. */
export function iconButton(name, label, attributes = {}) {
  return h("button", { type: "button", "aria-label": label, title: label, ...attributes }, icon(name));
}

/** A function that waits until it has not been called for `ms`, and then runs once. */
export function calmed(work, ms) {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...args), ms);
  };
}
