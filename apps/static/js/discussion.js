/**
 * The conversation about one task, in step with the server. `store` holds {taskId, phase, messages}; phase is "closed",
 * "loading" or "ready". Answers are written on the server; here they are only followed, and taken up again after any gap.
 */

import { Refused, Unreachable } from "./api.js";
import { afterEvent, underWay } from "./conversation.js";
import { createStore } from "./store.js";
import { KeptStream } from "./stream.js";

const SECONDS_UNSEEN = 20;
const RETRY_MS = 2000;
const CLOSED = { taskId: null, phase: "closed", messages: [] };

export class Discussion {
  store = createStore(CLOSED);
  #api;
  #parts;
  #visit = null; // one opening of one task: whatever comes later for another one is dropped
  #unsent = null; // {name, id} of a question that has not arrived for certain
  #unseen = null;

  /** `parts` has page (the document), newId(), onFailure(error) and onCut(isCut), which is told about the connection. */
  constructor(api, parts) {
    this.#api = api;
    this.#parts = parts;
    parts.page.addEventListener("visibilitychange", () => this.#seen(parts.page.hidden));
    globalThis.addEventListener("online", () => this.reopen());
    globalThis.addEventListener("offline", () => parts.onCut(true));
  }

  /** Show the conversation about a task. */
  open(taskId) {
    this.#begin(taskId, "loading");
    return this.#read(this.#visit);
  }

  /** Show a task for which nothing can have been said: nobody has given a name yet. */
  openEmpty(taskId) {
    this.#begin(taskId, "ready");
  }

  close() {
    this.#visit?.stream?.close();
    clearTimeout(this.#visit?.timer);
    this.#visit = null;
    this.store.set(CLOSED);
  }

  /** Try the connection again; without a stream there is only the browser's word for it. */
  reopen() {
    if (this.#visit?.stream) this.#visit.stream.reopen();
    else this.#parts.onCut(!navigator.onLine);
  }

  // --- following

  #begin(taskId, phase) {
    this.close();
    this.#visit = { taskId, stream: null, timer: null, late: null };
    this.store.set({ taskId, phase, messages: [] });
  }

  async #read(visit) {
    const late = [];
    visit.late = late; // what the stream tells while this is read
    const isCurrent = () => this.#visit === visit && visit.late === late;
    try {
      const reply = await this.#api.conversation(visit.taskId);
      if (isCurrent()) this.#take(visit, reply);
    } catch (error) {
      if (!isCurrent()) return;
      this.#parts.onFailure(error);
      if (error instanceof Unreachable) visit.timer = setTimeout(() => this.#read(visit), RETRY_MS);
    }
  }

  #take(visit, { messages, event_id: eventId }) {
    const now = visit.late.reduce((sofar, [event, data]) => sofar && afterEvent(sofar, event, data), messages);
    visit.late = null;
    if (now === null) return void this.#read(visit);
    this.store.set({ taskId: visit.taskId, phase: "ready", messages: now });
    visit.stream ??= this.#follow(visit, eventId);
    this.#parts.onCut(false);
  }

  #follow(visit, eventId) {
    const here = (work) => (...args) => this.#visit === visit && work(...args);
    return new KeptStream(() => this.#api.chatStream(visit.taskId), eventId, {
      onOpen: here(() => this.#parts.onCut(false)),
      onEvent: here(({ event, data }) => this.#heard(visit, event, JSON.parse(data))),
      onPoll: here(() => this.#read(visit)),
      onLost: here(() => this.#parts.onCut(true)),
    });
  }

  #heard(visit, event, data) {
    visit.late?.push([event, data]);
    const messages = afterEvent(this.store.get().messages, event, data);
    if (messages === null) this.#read(visit);
    else this.store.set({ ...this.store.get(), messages });
  }

  /** A page that nobody looks at holds no connection: browsers have only six for all tabs of a server. */
  #seen(isHidden) {
    clearTimeout(this.#unseen);
    if (isHidden) this.#unseen = setTimeout(() => this.#visit?.stream?.close(), SECONDS_UNSEEN * 1000);
    else this.reopen();
  }

  // --- saying something: each resolves to true once the server has taken it

  /** Ask. A question that is sent again after a failure is asked once. */
  ask(body) {
    const { taskId } = this.store.get();
    const name = JSON.stringify([taskId, body.text, body.replaces]);
    if (this.#unsent?.name !== name) this.#unsent = { name, id: this.#parts.newId() };
    return this.#attempt(async () => {
      await this.#api.ask(taskId, { ...body, client_id: this.#unsent.id });
      this.#unsent = null;
    });
  }

  regenerate(body) {
    return this.#attempt(() => this.#api.regenerate(this.store.get().taskId, body));
  }

  stop() {
    const answer = underWay(this.store.get().messages);
    return answer && this.#attempt(() => this.#api.stop(this.store.get().taskId, answer.message_id));
  }

  clear() {
    return this.#attempt(() => this.#api.clearConversation(this.store.get().taskId));
  }

  async #attempt(work) {
    const visit = this.#visit;
    const isHere = () => this.#visit === visit;
    try {
      await work();
      if (isHere()) await this.#read(visit);
      return true;
    } catch (error) {
      if (isHere()) this.#parts.onFailure(error);
      if (isHere() && error instanceof Refused) this.#read(visit); // another tab may have changed what is here
      return false;
    }
  }
}
