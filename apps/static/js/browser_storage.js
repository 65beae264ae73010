/** localStorage; where the browser forbids it, one that lasts as long as the page. Setting may throw when it is full. */

export const storage = usable() ?? memory();

function usable() {
  try {
    const found = globalThis.localStorage;
    found.setItem("arc2.probe", "");
    found.removeItem("arc2.probe");
    return found;
  } catch {
    return null; // forbidden, full, or not a browser
  }
}

/** The same for as long as somebody holds it. */
export function memory() {
  const values = new Map();
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, String(value)),
    removeItem: (key) => void values.delete(key),
  };
}
