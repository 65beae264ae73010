/** What the page shows while changes wait to be sent: the server's traces with one's own waiting changes on top. Pure. */

/** `traces` of `taskId` as they will be once the changes in `waiting` (outbox.js) are sent. */
export function withWaiting(traces, waiting, taskId, username) {
  return waiting.reduce((shown, { call, args }) => CHANGES[call]?.(shown, args, taskId, username) ?? shown, traces);
}

const CHANGES = {
  addTrace(traces, [taskId, body], shownTask, username) {
    if (taskId !== shownTask || traces.some((trace) => trace.client_id === body.client_id)) return traces;
    const trace = {
      trace_id: body.client_id, task_id: taskId, username: username ?? "", text: body.text, version: body.version,
      score: 0, my_vote: 0, timestamp: null, verified: null, isWaiting: true,
    };
    return [...traces, trace];
  },
  editTrace: (traces, [traceId, { text }]) => changed(traces, traceId, () => ({ text, isWaiting: true })),
  removeTrace: (traces, [traceId]) => traces.filter((trace) => trace.trace_id !== traceId),
  vote: (traces, [traceId, vote]) =>
    changed(traces, traceId, ({ score, my_vote: before }) => ({ score: score - before + vote, my_vote: vote })),
};

const changed = (traces, traceId, change) =>
  traces.map((trace) => (trace.trace_id === traceId ? { ...trace, ...change(trace) } : trace));

/** `traces` with what the reply to a sent change says. */
export function withReply(traces, { call, args }, reply) {
  if (call === "addTrace" || call === "editTrace") {
    const trace = { ...reply.trace, ...(call === "addTrace" ? { client_id: args[1].client_id } : {}) };
    const isKnown = traces.some((other) => other.trace_id === trace.trace_id);
    return isKnown ? changed(traces, trace.trace_id, () => trace) : [...traces, trace];
  }
  if (call === "removeTrace") return traces.filter((trace) => trace.trace_id !== args[0]);
  if (call === "vote") return changed(traces, args[0], () => ({ score: reply.score, my_vote: reply.my_vote }));
  return traces;
}

/** When a trace was written, in ms; one that still waits is the newest. */
const written = ({ timestamp }) => (timestamp ? Date.parse(timestamp) || 0 : Number.MAX_VALUE);

const ORDERS = {
  score: (one, other) => other.score - one.score,
  newest: (one, other) => written(other) - written(one),
  oldest: (one, other) => written(one) - written(other),
};

/** In one of the ORDERS; what that leaves open, newest first (or oldest first). `traces` are in the order of arrival. */
export function sorted(traces, order) {
  const oldestFirst = [...traces].sort(ORDERS.oldest);
  return order === "oldest" ? oldestFirst : oldestFirst.reverse().sort(ORDERS[order] ?? ORDERS.score);
}
