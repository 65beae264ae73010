/** The name in the bar: typing another one goes on as that person. */

import { Refused } from "./api.js";

/**
 * `tell(sentence)` speaks to people. Returns {ensure, focus}; `ensure()` resolves to the name once the server knows it, or
 * to null when there is none yet.
 */
export function mountAccountField(form, { session, tell }) {
  const input = form.querySelector("input");
  let signingIn = null;

  async function signIn(name) {
    try {
      return await session.signIn(name);
    } catch (error) {
      tell(error instanceof Refused ? error.message : `Nobody can sign in just now: ${error.message}. It is tried again with the next change.`);
      return null;
    } finally {
      signingIn = null;
      show(session.store.get());
    }
  }

  function ensure() {
    const name = input.value.trim();
    if (!name || name === session.store.get()) return session.store.get();
    signingIn ??= signIn(name);
    return signingIn;
  }

  function show(name) {
    if (input.ownerDocument.activeElement !== input || !input.value) input.value = name ?? input.value;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    input.blur();
  });
  input.addEventListener("change", () => {
    if (!input.value.trim()) input.value = session.store.get() ?? "";
    ensure();
  });
  session.store.watch(show);
  show(session.store.get());
  return { ensure, focus: () => input.focus() };
}
