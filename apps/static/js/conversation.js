/**
 * A conversation as the events of its stream change it. Pure. A message is as in the reply of `GET api/chat/<task_id>`.
 * Deltas say where they belong, so one that comes twice changes nothing.
 */

/** The messages after an event; null when they have to be read again. */
export function afterEvent(messages, event, data) {
  if (event === "message") return withNew(messages, data.message);
  if (event === "delta") return withDelta(messages, data);
  if (event === "done" || event === "failed") return withEnd(messages, data.message);
  return event === "reset" ? null : messages;
}

const place = (messages, id) => messages.findIndex((message) => message.message_id === id);

function withNew(messages, message) {
  return place(messages, message.message_id) < 0 ? [...messages, message] : messages;
}

function withDelta(messages, { message_id: id, restart, ...delta }) {
  const at = place(messages, id);
  if (at < 0) return null;
  const { text, thinking } = restart ? { text: "", thinking: "" } : messages[at];
  const changed = { text: placed(text, delta.text, delta.text_at), thinking: placed(thinking, delta.thinking, delta.thinking_at) };
  if (changed.text === null || changed.thinking === null) return null;
  return messages.with(at, { ...messages[at], ...changed });
}

/** `text` with `more` at a place; null where something in between is missing. */
function placed(text, more, at) {
  if (!more) return text;
  if (at > text.length) return null;
  return (at === text.length ? text : text.slice(0, at)) + more;
}

function withEnd(messages, message) {
  const at = place(messages, message.message_id);
  return at < 0 ? null : messages.with(at, message);
}

/** The answer that is being written, if any. */
export const underWay = (messages) => messages.find((message) => message.status === "streaming") ?? null;

const LONGEST_WORDS = 10_000;

/** The text of an answer without its programs, up to a length that somebody would read: what a person would keep as a trace. */
export function wordsOf(text) {
  return text.slice(0, LONGEST_WORDS).replace(/^\s*(```|~~~)[^\n]*\n[\s\S]*?(?:^\s*\1[^\n]*$|(?![\s\S]))/gm, "").replace(/\n{3,}/g, "\n\n").trim();
}

/** What an answer has to propose as a trace: nothing where OFFLINE, which says only what it found, found no program. */
export function proposalOf(answer) {
  const isEmptyHanded = answer?.model === "OFFLINE" && !answer.text.includes("```");
  return answer && !isEmptyHanded ? wordsOf(answer.text) : "";
}

/** A conversation as Markdown, to be read. */
export function asMarkdown(taskId, messages) {
  const turns = messages.map(({ role, text, thinking, model, error }) => {
    const title = role === "user" ? "## Question" : `## ${model}`;
    const thought = thinking ? `<details><summary>Thinking</summary>\n\n${thinking}\n\n</details>\n\n` : "";
    return `${title}\n\n${thought}${text}${error ? `\n\n> ${error}` : ""}\n`;
  });
  return `# Task ${taskId}\n\n${turns.join("\n")}`;
}
