/**
 * Every change goes through here: kept in the browser first, then sent in order, tried again for as long as no answer
 * comes. A change is {call, args}; a later one with the same `replaces` takes the place of one that still waits.
 * `state` is {waiting: [change], phase: "idle" | "sending" | "offline" | "signed_out"}; what the server refuses goes to
 * `onRefused` with the change, so that no text is lost.
 */

import { Refused, Unreachable } from "./api.js";
import { createStore } from "./store.js";

const LONGEST_PAUSE = 15_000;

export class Outbox {
  state = createStore({ waiting: [], phase: "idle" });
  #database;
  #ways;
  #pause = 0;
  #timer = null;
  #isRunning = false;

  /**
   * `apiOf(change)` is where a change goes, `mayGo(change)` says whether there is a session for it; `onSent(change, reply)`,
   * `onRefused(change, error)` and `onFailure(error)` (the browser keeps nothing) are told.
   */
  constructor(database, { apiOf, mayGo, onSent, onRefused, onFailure }) {
    this.#database = database;
    this.#ways = { apiOf, mayGo, onSent, onRefused, onFailure };
  }

  /** Take up what an earlier page left. */
  async open() {
    this.#update({ waiting: await this.#database.all("outbox") });
    this.run();
  }

  async push(change) {
    const isReplaced = (other) => change.replaces && other.replaces === change.replaces && !other.sending;
    const replaced = this.state.get().waiting.find(isReplaced);
    if (replaced) await this.#drop(replaced);
    const kept = { ...change, number: await this.#keep(change) };
    this.#update({ waiting: [...this.state.get().waiting, kept] });
    this.#pause = 0;
    this.run();
  }

  /** Send what waits, now. */
  async run() {
    clearTimeout(this.#timer);
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.state.get().waiting.length && await this.#sendFirst());
    this.#isRunning = false;
    if (!this.state.get().waiting.length) this.#update({ phase: "idle" });
  }

  /** The number of the kept change; where the browser keeps nothing a negative one: it is sent from memory. */
  #keep(change) {
    return this.#database.keep("outbox", change).catch((error) => {
      this.#ways.onFailure(error);
      return -Date.now();
    });
  }

  #update(changes) {
    this.state.set({ ...this.state.get(), ...changes });
  }

  async #drop(change) {
    this.#update({ waiting: this.state.get().waiting.filter(({ number }) => number !== change.number) });
    if (change.number > 0) await this.#database.delete("outbox", change.number);
  }

  /** True when the first change is dealt with, one way or the other. */
  async #sendFirst() {
    const [change] = this.state.get().waiting;
    if (!this.#ways.mayGo(change)) return this.#stopAs("signed_out");
    change.sending = true;
    if (this.state.get().phase !== "offline") this.#update({ phase: "sending" });
    try {
      const reply = await alone(() => this.#send(change));
      if (reply) this.#ways.onSent(change, reply);
      await this.#drop(change);
      this.#pause = 0;
      this.#update({ phase: "sending" });
      return true;
    } catch (error) {
      change.sending = false;
      return this.#failed(change, error);
    }
  }

  /** The reply; null when another tab, which shares what waits, has sent it. */
  async #send(change) {
    const stillWaits = change.number < 0 || (await this.#database.get("outbox", change.number)) !== undefined;
    return stillWaits ? this.#ways.apiOf(change)[change.call](...change.args) : null;
  }

  async #failed(change, error) {
    if (error instanceof Refused && error.status === 401) return this.#stopAs("signed_out");
    if (error instanceof Unreachable) return this.#tryLater(error.retryAfter);
    await this.#drop(change);
    if (!wasDoneBefore(change, error)) this.#ways.onRefused(change, error);
    return true;
  }

  #stopAs(phase) {
    this.#update({ phase });
    return false;
  }

  #tryLater(retryAfter) {
    this.#pause = Math.min(LONGEST_PAUSE, Math.max(1000, this.#pause * 2));
    const wait = retryAfter ? retryAfter * 1000 : this.#pause * (0.5 + Math.random() / 2);
    this.#timer = setTimeout(() => this.run(), wait);
    return this.#stopAs("offline");
  }
}

/** True when the refusal only means that an earlier try was done and its reply was lost. */
function wasDoneBefore({ call, args }, { status, reply }) {
  if (call === "removeTrace" || call === "unsign") return status === 404;
  return call === "editTrace" && status === 409 && reply?.trace?.text === args[1].text;
}

/** Run `work` while no other tab does; where the browser has no locks (not a secure context), at once. */
function alone(work) {
  return navigator.locks ? navigator.locks.request("arc2.outbox", work) : work();
}
