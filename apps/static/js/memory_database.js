/** What database.js does, for a browser that keeps nothing: it holds until the page is left. */

import { keyPathOf } from "./database.js";

export class MemoryDatabase {
  #stores = new Map();
  #lastNumber = 0;

  #store(name) {
    if (!this.#stores.has(name)) this.#stores.set(name, new Map());
    return this.#stores.get(name);
  }

  async get(store, key) {
    return this.#store(store).get(nameOf(key))?.value;
  }

  async all(store, index, wanted) {
    return this.#found(store, index, wanted).map(({ value }) => value);
  }

  async keys(store, index, wanted) {
    return this.#found(store, index, wanted).map(({ key }) => key);
  }

  #found(store, index, wanted) {
    const fits = (value) => (wanted instanceof IDBKeyRange ? wanted.includes(value[index]) : value[index] === wanted);
    return [...this.#store(store).values()].filter(({ value }) => !index || fits(value));
  }

  async put(store, value) {
    const path = keyPathOf(store);
    const key = Array.isArray(path) ? path.map((part) => value[part]) : value[path] ?? (this.#lastNumber += 1);
    const kept = typeof path === "string" ? { ...value, [path]: key } : value;
    this.#store(store).set(nameOf(key), { key, value: kept });
    return key;
  }

  keep(store, value) {
    return this.put(store, value);
  }

  async delete(store, key) {
    this.#store(store).delete(nameOf(key));
  }
}

const nameOf = (key) => JSON.stringify(key);
