/** The name in the bar: typing another one goes on as that person. */

import { Refused } from "./api.js";

export class AccountField {
  #input;
  #session;
  #tell;
  #signingIn = null;

  /** `tell(sentence)` speaks to people. */
  constructor(form, { session, tell }) {
    this.#input = form.querySelector("input");
    this.#session = session;
    this.#tell = tell;
    form.addEventListener("submit", (event) => this.#submitted(event));
    this.#input.addEventListener("change", () => this.#changed());
    session.store.watch((name) => this.#show(name));
  }

  /** Resolves to the name once the server knows it, to null when there is none yet. */
  async ensure() {
    const name = this.#input.value.trim();
    if (!name || name === this.#session.store.get()) return this.#session.store.get();
    this.#signingIn ??= this.#signIn(name);
    return this.#signingIn;
  }

  focus() {
    this.#input.focus();
  }

  async #signIn(name) {
    try {
      return await this.#session.signIn(name);
    } catch (error) {
      this.#tell(error instanceof Refused ? error.message : `Nobody can sign in just now: ${error.message}. It is tried again with the next change.`);
      return null;
    } finally {
      this.#signingIn = null;
      this.#show(this.#session.store.get());
    }
  }

  #submitted(event) {
    event.preventDefault();
    this.#input.blur();
    this.ensure();
  }

  #changed() {
    if (!this.#input.value.trim()) this.#input.value = this.#session.store.get() ?? "";
    this.ensure();
  }

  #show(name) {
    const isWriting = this.#input.ownerDocument.activeElement === this.#input;
    if (name && (!isWriting || !this.#input.value)) this.#input.value = name;
  }
}
