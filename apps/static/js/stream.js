/**
 * Server-Sent Events read with fetch, which sees what an EventSource hides: the status, and silence. `parser` is pure.
 * Follows the stream format of the HTML standard, section 9.2 (event, data, id; comments; LF, CR and CRLF).
 */

const SECONDS_OF_SILENCE = 30;
const SECONDS_BETWEEN_POLLS = 5;
const SECONDS_AT_LIMIT = 30;

/** A function that takes text as it comes and returns the events that are complete: {event, data, id} each. */
export function parser() {
  let rest = "";
  let event = {};
  let id = "";
  const take = (line) => {
    const [, field, value] = /^([^:]*)(?::\s?(.*))?$/s.exec(line);
    if (field === "data") event.data = event.data === undefined ? value ?? "" : `${event.data}\n${value ?? ""}`;
    else if (field === "event") event.name = value;
    else if (field === "id" && !value?.includes("\0")) id = value ?? "";
  };
  return (text) => {
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    const complete = [];
    for (const line of lines) {
      if (line !== "") take(line);
      else {
        if (event.data !== undefined) complete.push({ event: event.name || "message", data: event.data, id });
        event = {};
      }
    }
    return complete;
  };
}

/**
 * Keep a stream open for ever, from the event after `firstId` (null: from now on). `onEvent` gets each event, `onOpen` is told after each (re)connection, `onPoll` is asked
 * every few seconds while the server has no stream to spare, `onLost` is told when the connection is gone.
 * Returns {reopen, close}.
 */
export function keepStream(address, firstId, { onEvent, onOpen, onPoll, onLost }) {
  let current = null;
  let lastId = firstId === null ? "" : String(firstId);
  let pause = 0;
  let timer = null;

  async function open() {
    clearTimeout(timer);
    const mine = new AbortController();
    current = mine;
    const outcome = await readStream(address(), lastId, mine, { onOpen: opened, onEvent: arrived });
    if (mine !== current) return; // closed or opened again meanwhile
    if (outcome === "full") return poll(SECONDS_AT_LIMIT);
    onLost();
    pause = Math.min(10, Math.max(1, pause * 2));
    timer = setTimeout(open, pause * 1000 * (0.5 + Math.random() / 2));
  }

  function opened() {
    pause = 0;
    onOpen();
  }

  function arrived(event) {
    lastId = event.id || lastId;
    onEvent(event);
  }

  function poll(seconds) {
    if (seconds <= 0) return open();
    onPoll();
    timer = setTimeout(() => poll(seconds - SECONDS_BETWEEN_POLLS), SECONDS_BETWEEN_POLLS * 1000);
  }

  function close() {
    clearTimeout(timer);
    const before = current;
    current = null;
    before?.abort();
  }

  function reopen() {
    close();
    pause = 0;
    open();
  }

  open();
  return { reopen, close };
}

/** Read until the stream ends. Resolves to "full" (no stream to spare), "refused" or "lost". */
async function readStream(address, lastId, ending, { onOpen, onEvent }) {
  const silence = () => setTimeout(() => ending.abort(), SECONDS_OF_SILENCE * 1000);
  let watchdog = silence();
  try {
    const headers = lastId ? { "Last-Event-ID": lastId } : {};
    const reply = await fetch(address, { headers, signal: ending.signal, cache: "no-store" });
    if (!reply.ok) return reply.status === 503 || reply.status === 429 ? "full" : "refused";
    onOpen();
    const parse = parser();
    const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return "lost";
      clearTimeout(watchdog);
      watchdog = silence();
      parse(value).forEach(onEvent);
    }
  } catch {
    return "lost"; // the connection broke, or was silent for too long
  } finally {
    clearTimeout(watchdog);
  }
}
