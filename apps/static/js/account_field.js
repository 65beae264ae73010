/** The name in the bar: typing another one goes on as that person. */

import { Refused } from "./api.js";

/** Returns {ensure}: resolves to the name once the server knows it, null when there is none yet. */
export function mountAccountField(form, { session, onFailure }) {
  const input = form.querySelector("input");
  let signingIn = null;

  async function signIn(name) {
    try {
      return await session.signIn(name);
    } catch (error) {
      onFailure(error instanceof Refused ? error : new Error("Without a connection nobody can sign in. It is tried again with the next change."));
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
  return { ensure, focus: () => input.focus(), clear: () => (input.value = "") };
}
