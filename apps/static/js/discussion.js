/**
 * The conversation about one task, in step with the server. `store` holds {taskId, phase, messages}; phase is "closed",
 * "loading" or "ready". Answers are written on the server; here they are only followed, and taken up again after any gap.
 */

import { Refused, Unreachable } from "./api.js";
import { afterEvent, underWay } from "./conversation.js";
import { createStore } from "./store.js";
import { keepStream } from "./stream.js";

const SECONDS_UNSEEN = 20;
const RETRY_MS = 2000;
const CLOSED = { taskId: null, phase: "closed", messages: [] };

/** `onFailure(error)` is told what went wrong, `onCut(isCut)` about the connection; `newId()` makes ids for questions. */
export function createDiscussion(api, { page, newId, onFailure, onCut }) {
  const store = createStore(CLOSED);
  let visit = null; // one opening of one task: whatever comes later for another one is dropped
  let unsent = null;
  let timer = null;

  const isHere = (mine) => mine === visit;

  function close() {
    visit?.stream?.close();
    clearTimeout(visit?.timer);
    visit = null;
    store.set(CLOSED);
  }

  /** Show the conversation about a task. */
  function open(taskId) {
    close();
    visit = { taskId, stream: null, timer: null, late: null };
    store.set({ taskId, phase: "loading", messages: [] });
    return read(visit);
  }

  /** Show a task for which nothing can have been said: nobody has given a name yet. */
  function startEmpty(taskId) {
    close();
    visit = { taskId, stream: null, timer: null, late: null };
    store.set({ taskId, phase: "ready", messages: [] });
  }

  async function read(mine) {
    const late = [];
    mine.late = late; // what the stream tells while this is read
    try {
      const { messages, event_id: eventId } = await api.conversation(mine.taskId);
      if (!isHere(mine) || mine.late !== late) return;
      mine.late = null;
      const now = late.reduce((sofar, [event, data]) => sofar && afterEvent(sofar, event, data), messages);
      if (now === null) return void read(mine);
      store.set({ taskId: mine.taskId, phase: "ready", messages: now });
      mine.stream ??= follow(mine, eventId);
      onCut(false);
    } catch (error) {
      if (isHere(mine) && mine.late === late) failedToRead(mine, error);
    }
  }

  function failedToRead(mine, error) {
    onFailure(error);
    if (error instanceof Unreachable) mine.timer = setTimeout(read, RETRY_MS, mine);
  }

  function follow(mine, eventId) {
    return keepStream(() => api.chatStream(mine.taskId), eventId, {
      onOpen: () => isHere(mine) && onCut(false),
      onEvent: ({ event, data }) => isHere(mine) && take(mine, event, JSON.parse(data)),
      onPoll: () => isHere(mine) && read(mine),
      onLost: () => isHere(mine) && onCut(true),
    });
  }

  function take(mine, event, data) {
    mine.late?.push([event, data]);
    const state = store.get();
    const messages = afterEvent(state.messages, event, data);
    if (messages === null) read(mine);
    else store.set({ ...state, messages });
  }

  /** A page that nobody looks at holds no connection: browsers have only six for all tabs of a server. */
  function seen() {
    clearTimeout(timer);
    if (page.hidden) timer = setTimeout(() => visit?.stream?.close(), SECONDS_UNSEEN * 1000);
    else if (visit?.stream) visit.stream.reopen();
  }

  page.addEventListener("visibilitychange", seen);
  globalThis.addEventListener("online", () => visit?.stream?.reopen());

  /** Ask; true once the question has arrived. A question that is sent again after a failure is asked once. */
  async function ask(body) {
    const { taskId } = store.get();
    const name = JSON.stringify([taskId, body.text, body.replaces]);
    if (unsent?.name !== name) unsent = { name, id: newId() };
    return attempted(async () => {
      await api.ask(taskId, { ...body, client_id: unsent.id });
      unsent = null;
    });
  }

  async function attempted(work) {
    const mine = visit;
    try {
      await work();
      if (isHere(mine)) await read(mine);
      return true;
    } catch (error) {
      if (isHere(mine)) onFailure(error);
      if (error instanceof Refused && error.status === 404 && isHere(mine)) read(mine);
      return false;
    }
  }

  return {
    store, open, startEmpty, close, ask,
    regenerate: (body) => attempted(() => api.regenerate(store.get().taskId, body)),
    stop: () => {
      const answer = underWay(store.get().messages);
      return answer && attempted(() => api.stop(store.get().taskId, answer.message_id));
    },
    clear: () => attempted(() => api.clearConversation(store.get().taskId)),
    reopen: () => visit?.stream?.reopen(),
  };
}
