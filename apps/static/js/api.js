/**
 * The server's API: every URL the pages know is here. local_api.js has the same functions for pages without a server.
 * Replies are the decoded JSON of contract section 6. Rejects with Unreachable when no answer came (worth trying again),
 * with Refused when the answer was no.
 */

const SECONDS_FOR_A_REQUEST = 20;
const SECONDS_FOR_A_PROGRAM = 300;
const TASKS_AT_ONCE = 1000;

/** No answer: no connection, a time-out, or a server that is too busy or broken just now. */
export class Unreachable extends Error {
  constructor(message, retryAfter = null) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

/** The server's no: `status`, its plain sentence, and the reply it came in. */
export class Refused extends Error {
  constructor(status, reply) {
    super(typeof reply?.error === "string" ? reply.error : `The server answered with status ${status}.`);
    this.status = status;
    this.reply = reply;
  }
}

/** The folder of the API, seen from a page at `page`; the same pages are also served one folder down, in apps/. */
export function apiAddress(page) {
  const folder = new URL(".", page);
  return new URL(folder.pathname.endsWith("/apps/") ? "../api/" : "api/", folder);
}

/**
 * True when our server is behind the page at `page`. Plain file servers set no policy header, so on most of them nothing is
 * asked that fails (which the console would show); without any answer it is taken to be there.
 */
export async function hasServer(page) {
  const reply = await fetch(page, { method: "HEAD", cache: "no-store" }).catch(() => null);
  if (reply && !reply.headers.has("content-security-policy")) return false;
  const health = await fetch(new URL("health", apiAddress(new URL(page, location.href)))).catch(() => null);
  return health?.status !== 404;
}

/** The API at `base` (a URL). */
export function serverApi(base) {
  const call = (method, path, body, seconds) => request(new URL(path, base), method, body, seconds);
  const task = (taskId, rest = "") => `tasks/${encodeURIComponent(taskId)}${rest}`;
  const trace = (traceId, rest = "") => `traces/${encodeURIComponent(traceId)}${rest}`;
  return {
    isLocal: false,
    events: new URL("events", base),
    session: () => call("GET", "session"),
    signIn: (body) => call("POST", "session", body),
    signOut: () => call("DELETE", "session", {}),
    tasks: () => allTasks(call),
    task: (taskId) => call("GET", task(taskId)),
    submit: (taskId, body) => call("POST", task(taskId, "/submissions"), body),
    traces: async (taskId) => (await call("GET", task(taskId, "/traces"))).traces,
    addTrace: (taskId, body) => call("POST", task(taskId, "/traces"), body),
    editTrace: (traceId, body) => call("PATCH", trace(traceId), body),
    removeTrace: (traceId) => call("DELETE", trace(traceId), {}),
    vote: (traceId, vote) => call("PUT", trace(traceId, "/vote"), { vote }),
    sign: (taskId, body) => call("POST", task(taskId, "/variations"), body),
    unsign: (taskId, version) => call("DELETE", task(taskId, `/variations/${version}`), {}),
    flaws: async (taskId) => (await call("GET", task(taskId, "/flaws"))).flaws,
    addFlaw: (taskId, body) => call("POST", task(taskId, "/flaws"), body),
    runCode: (code, grids) => call("POST", "../execute_code", { code, input_grids: grids }, SECONDS_FOR_A_PROGRAM),
    ...chatCalls(base, call),
  };
}

function chatCalls(base, call) {
  const chat = (taskId, rest = "") => `chat/${encodeURIComponent(taskId)}${rest}`;
  return {
    models: async () => (await call("GET", "models")).models,
    conversation: (taskId) => call("GET", chat(taskId)),
    chatStream: (taskId) => new URL(chat(taskId, "/stream"), base),
    ask: (taskId, body) => call("POST", chat(taskId), body),
    regenerate: (taskId, body) => call("POST", chat(taskId, "/regenerate"), body),
    stop: (taskId, messageId) => call("POST", chat(taskId, "/stop"), { message_id: messageId }),
    clearConversation: (taskId) => call("DELETE", chat(taskId), {}),
    prompt: (taskId, shown) => call("GET", chat(taskId, `/prompt?${new URLSearchParams(shown)}`)),
  };
}

/** All rows, and the newest event when reading began: where a stream has to begin so that nothing is missed. */
async function allTasks(call) {
  const rows = [];
  let first = null;
  for (;;) {
    const reply = await call("GET", `tasks?offset=${rows.length}&limit=${TASKS_AT_ONCE}`);
    first ??= reply;
    rows.push(...reply.tasks);
    if (!reply.tasks.length || rows.length >= reply.total) return { tasks: rows, event_id: first.event_id };
  }
}

async function request(url, method, body, seconds = SECONDS_FOR_A_REQUEST) {
  const reply = await send(url, method, body, seconds);
  const decoded = await reply.json().catch(() => null);
  if (reply.ok && decoded) return decoded;
  const busy = reply.status === 429 || reply.status >= 500 || reply.ok;
  if (!busy) throw new Refused(reply.status, decoded);
  throw new Unreachable(decoded?.error ?? `status ${reply.status}`, Number(reply.headers.get("retry-after")) || null);
}

async function send(url, method, body, seconds) {
  const headers = body === undefined ? {} : { "Content-Type": "application/json" };
  const signal = AbortSignal.timeout(seconds * 1000);
  try {
    return await fetch(url, { method, headers, body: body && JSON.stringify(body), signal });
  } catch (error) {
    throw new Unreachable(error.name === "TimeoutError" ? "the server did not answer" : "no connection");
  }
}
