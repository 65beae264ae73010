/**
 * What stays in this browser (IndexedDB): drafts, changes that wait for a connection, and, without a server, everything
 * people write. A rejected promise means that the browser keeps nothing (storage is full or forbidden).
 *
 * A page that is left loses the writes that IndexedDB has not finished. `keep` therefore notes a value in localStorage
 * first, which is done at once; opening the database finishes what was noted and not written.
 */

import { storage } from "./browser_storage.js";

const NAME = "arc2";
const NOTE = "arc2.unwritten.";
const STORES = {
  actions: { autoIncrement: true, indexes: ["draft", "note"] },
  outbox: { keyPath: "number", autoIncrement: true, indexes: ["note"] },
  solutions: { keyPath: "solution_id", indexes: ["task_id"] },
  solved: { keyPath: ["username", "task_id", "version", "test_index"], indexes: ["username"] },
  traces: { keyPath: "trace_id", indexes: ["task_id"] },
  variations: { keyPath: ["task_id", "version"], indexes: ["task_id"] },
  flaws: { keyPath: "flaw_id", indexes: ["task_id"] },
  tasks: { keyPath: "task_id", indexes: [] },
};

/** The path by which a store's values are found; undefined where they are numbered. */
export const keyPathOf = (store) => STORES[store].keyPath;

/** Opens the database, made if it is missing. */
export async function openDatabase(name = NAME) {
  const opening = indexedDB.open(name, 2);
  opening.addEventListener("upgradeneeded", () => {
    const missing = Object.entries(STORES).filter(([store]) => !opening.result.objectStoreNames.contains(store));
    for (const [store, { indexes, ...options }] of missing) {
      const made = opening.result.createObjectStore(store, options);
      for (const index of indexes) made.createIndex(index, index, { unique: index === "note" });
    }
  });
  const database = new Database(await settled(opening));
  await finishNotes(database);
  return database;
}

/** Write what an earlier page noted and could not finish. A note is unique, so what it did finish is not doubled. */
async function finishNotes(database) {
  const names = Object.keys(storage).filter((key) => key.startsWith(NOTE)).sort();
  for (const name of names) {
    const { store, value } = JSON.parse(storage.getItem(name)) ?? {};
    if (store) await database.put(store, value).catch(alreadyThere);
    storage.removeItem(name);
  }
}

/** Another tab was faster to write the same note. */
function alreadyThere(error) {
  if (error?.name !== "ConstraintError") throw error;
}

function settled(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
    request.addEventListener("blocked", () => reject(new Error("another page holds an older database open")));
  });
}

class Database {
  #database;

  constructor(database) {
    this.#database = database;
    database.addEventListener("versionchange", () => database.close());
  }

  #store(name, mode = "readonly") {
    return this.#database.transaction(name, mode).objectStore(name);
  }

  get(store, key) {
    return settled(this.#store(store).get(key));
  }

  /** All values of a store, or those whose `index` is `key` (or in the key range), in the order of their keys. */
  all(store, index, key) {
    const source = this.#store(store);
    return settled(index ? source.index(index).getAll(key) : source.getAll());
  }

  keys(store, index, key) {
    const source = this.#store(store);
    return settled(index ? source.index(index).getAllKeys(key) : source.getAllKeys());
  }

  /** Resolves to the key once the value is safe in the database. */
  put(store, value) {
    const target = this.#store(store, "readwrite");
    const request = target.put(value);
    return new Promise((resolve, reject) => {
      target.transaction.addEventListener("complete", () => resolve(request.result));
      target.transaction.addEventListener("abort", () => reject(target.transaction.error ?? request.error));
    });
  }

  /** As `put`, for values that must not be lost when the page is left at once. */
  async keep(store, value) {
    const note = `${Date.now()}.${String(performance.now()).padStart(12, "0")}.${Math.random()}`;
    const noted = { ...value, note };
    try {
      storage.setItem(NOTE + note, JSON.stringify({ store, value: noted }));
    } catch {
      // no room for notes: it is written a moment later
    }
    const key = await this.put(store, noted).catch(alreadyThere);
    storage.removeItem(NOTE + note);
    return key;
  }

  delete(store, key) {
    return settled(this.#store(store, "readwrite").delete(key));
  }
}
