/**
 * Every change goes through here: kept in the browser first, then sent in order, tried again for as long as no answer
 * comes. A change is {call, args, subject}; a later one with the same `replaces` takes the place of one that still waits.
 * `state` is {waiting: [change], phase: "idle" | "sending" | "offline" | "signed_out"}; what the server refuses goes to
 * `onRefused` with the change, so that no text is lost.
 */

import { Refused, Unreachable } from "./api.js";
import { createStore } from "./store.js";

const LONGEST_PAUSE = 15_000;

/**
 * `apiOf(change)` is where a change goes, `mayGo(change)` says whether there is a session for it.
 */
export async function createOutbox(database, { apiOf, mayGo, onSent, onRefused, onFailure }) {
  const state = createStore({ waiting: await database.all("outbox"), phase: "idle" });
  let pause = 0;
  let timer = null;
  let running = false;

  const update = (changes) => state.set({ ...state.get(), ...changes });
  const without = (number) => state.get().waiting.filter((change) => change.number !== number);

  async function push(change) {
    const replaced = change.replaces && state.get().waiting.find((other) => other.replaces === change.replaces && !other.sending);
    if (replaced) await drop(replaced);
    const kept = { ...change };
    kept.number = await database.keep("outbox", change).catch((error) => {
      onFailure(error);
      return -Date.now(); // the browser keeps nothing: it is sent from memory
    });
    update({ waiting: [...state.get().waiting, kept] });
    pause = 0;
    run();
  }

  async function drop(change) {
    update({ waiting: without(change.number) });
    if (change.number > 0) await database.delete("outbox", change.number);
  }

  async function run() {
    clearTimeout(timer);
    if (running) return;
    running = true;
    while (state.get().waiting.length && await sendFirst());
    running = false;
    if (!state.get().waiting.length) update({ phase: "idle" });
  }

  /** True when the first change is dealt with, one way or the other. */
  async function sendFirst() {
    const [change] = state.get().waiting;
    if (!mayGo(change)) return signedOut();
    change.sending = true;
    if (state.get().phase !== "offline") update({ phase: "sending" });
    try {
      const reply = await alone(async () => (await stillWaits(change)) && apiOf(change)[change.call](...change.args));
      if (reply) onSent(change, reply);
      await drop(change);
      pause = 0;
      update({ phase: "sending" });
      return true;
    } catch (error) {
      change.sending = false;
      return failed(change, error);
    }
  }

  /** Two tabs share the changes that wait; only one sends. */
  async function stillWaits(change) {
    return change.number < 0 || (await database.get("outbox", change.number)) !== undefined;
  }

  function signedOut() {
    update({ phase: "signed_out" });
    return false;
  }

  async function failed(change, error) {
    if (error instanceof Refused && error.status === 401) return signedOut();
    if (error instanceof Unreachable) {
      update({ phase: "offline" });
      pause = Math.min(LONGEST_PAUSE, Math.max(1000, pause * 2));
      timer = setTimeout(run, error.retryAfter ? error.retryAfter * 1000 : pause * (0.5 + Math.random() / 2));
      return false;
    }
    await drop(change);
    onRefused(change, error);
    return true;
  }

  run();
  return { push, run, state };
}

/** Run `work` while no other tab does; where the browser has no locks (not a secure context), at once. */
function alone(work) {
  return navigator.locks ? navigator.locks.request("arc2.outbox", work) : work();
}
