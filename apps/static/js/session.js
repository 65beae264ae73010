/**
 * Who is here. `store` holds the user's name, or null. On the loopback address a name is enough; elsewhere the server asks
 * for passwords, and `askPasswords(name, message)` shows the form for them and resolves to what was typed, or null.
 */

import { Refused } from "./api.js";
import { createStore } from "./store.js";

export function createSession(api, askPasswords) {
  const store = createStore(null);

  /** Read who the server thinks this is; resolves to its reply. Without an answer the name stays as it was. */
  async function load() {
    const reply = await api.session();
    store.set(reply.username ?? null);
    return reply;
  }

  /** Go on as `username`; resolves to the name, or null when the person gave up. Rejects with Refused or Unreachable. */
  async function signIn(username, passwords = {}) {
    try {
      const reply = await api.signIn({ username, ...passwords });
      store.set(reply.username);
      return reply.username;
    } catch (error) {
      const canAsk = error instanceof Refused && (error.status === 401 || error.status === 403);
      if (!canAsk) throw error;
      const typed = await askPasswords(username, error.message);
      return typed ? signIn(username, typed) : null;
    }
  }

  async function signOut() {
    await api.signOut();
    store.set(null);
  }

  return { store, load, signIn, signOut };
}
