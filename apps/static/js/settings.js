/** How one person likes the pages: kept in this browser, and in step between its tabs. */

import { storage as browserStorage } from "./browser_storage.js";
import { createStore } from "./store.js";

const KEY = "arc2.settings";

export const DEFAULTS = {
  theme: "system",
  palette: "arc",
  numbers: false,
  distance: true,
  shortcuts: true,
  zoom: 1,
  sort: "score",
};

/** {get, set(changes), watch}; what cannot be kept (a full or forbidden storage) holds until the page is left. */
export function createSettings(storage = browserStorage) {
  const store = createStore({ ...DEFAULTS, ...read(storage) });
  globalThis.addEventListener?.("storage", (event) => {
    if (event.key === KEY) store.set({ ...DEFAULTS, ...read(storage) });
  });
  return {
    ...store,
    set(changes) {
      store.set({ ...store.get(), ...changes });
      write(storage, store.get());
    },
  };
}

function read(storage) {
  try {
    return JSON.parse(storage.getItem(KEY)) ?? {};
  } catch {
    return {}; // written by something else
  }
}

function write(storage, value) {
  try {
    storage.setItem(KEY, JSON.stringify(value));
  } catch {
    // storage is full: the settings hold for this page
  }
}
