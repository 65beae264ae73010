/**
 * Server-Sent Events read with fetch, which sees what an EventSource hides: the status, and silence. `parser` is pure.
 * Follows the stream format of the HTML standard, section 9.2 (event, data, id; comments; LF, CR and CRLF).
 */

const SECONDS_OF_SILENCE = 30;
const SECONDS_BETWEEN_POLLS = 5;
const SECONDS_AT_LIMIT = 30;
const LONGEST_PAUSE = 10;

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
 * A stream that is kept open for ever. `onEvent` gets each event, `onOpen` is told after each (re)connection, `onPoll` is
 * asked every few seconds while the server has no stream to spare, `onLost` is told when the connection is gone.
 */
export class KeptStream {
  #address;
  #tell;
  #lastId;
  #current = null;
  #pause = 0;
  #timer = null;

  /** `address()` gives the URL at each opening; the stream begins after event `firstId` (null: now). */
  constructor(address, firstId, { onEvent, onOpen, onPoll, onLost }) {
    this.#address = address;
    this.#lastId = firstId === null ? "" : String(firstId);
    this.#tell = { onEvent, onOpen, onPoll, onLost };
    this.#open();
  }

  async #open() {
    clearTimeout(this.#timer);
    const mine = new AbortController();
    this.#current = mine;
    const outcome = await readStream(this.#address(), this.#lastId, mine, {
      onOpen: () => this.#opened(),
      onEvent: (event) => this.#arrived(event),
    });
    if (mine !== this.#current) return; // closed or opened again meanwhile
    if (outcome === "full") this.#poll(SECONDS_AT_LIMIT);
    else this.#lost();
  }

  #opened() {
    this.#pause = 0;
    this.#tell.onOpen();
  }

  #arrived(event) {
    this.#lastId = event.id || this.#lastId;
    this.#tell.onEvent(event);
  }

  #lost() {
    this.#tell.onLost();
    this.#pause = Math.min(LONGEST_PAUSE, Math.max(1, this.#pause * 2));
    this.#timer = setTimeout(() => this.#open(), this.#pause * 1000 * (0.5 + Math.random() / 2));
  }

  #poll(seconds) {
    if (seconds <= 0) return void this.#open();
    this.#tell.onPoll();
    this.#timer = setTimeout(() => this.#poll(seconds - SECONDS_BETWEEN_POLLS), SECONDS_BETWEEN_POLLS * 1000);
  }

  /** Open it again at once, where it was. */
  reopen() {
    this.close();
    this.#pause = 0;
    this.#open();
  }

  close() {
    clearTimeout(this.#timer);
    const before = this.#current;
    this.#current = null;
    before?.abort();
  }
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
