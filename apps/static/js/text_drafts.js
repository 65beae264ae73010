/** What somebody is writing (a question, a program, a trace), per task: kept in this browser with every change. */

import { storage as browserStorage } from "./browser_storage.js";

const NAME = "arc2.writing.";

/** {read(), keep(changes)} of one task and user; `onFailure` is told when the browser keeps nothing. */
export function textDrafts(name, onFailure, storage = browserStorage) {
  const key = NAME + name;

  function read() {
    try {
      return JSON.parse(storage.getItem(key)) ?? {};
    } catch {
      return {}; // written by something else
    }
  }

  function keep(changes) {
    const next = Object.fromEntries(Object.entries({ ...read(), ...changes }).filter(([, value]) => value !== "" && value !== null));
    try {
      if (Object.keys(next).length) storage.setItem(key, JSON.stringify(next));
      else storage.removeItem(key);
    } catch (error) {
      onFailure(error);
    }
  }

  return { read, keep };
}
