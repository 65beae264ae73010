/** One turn of a conversation: what was said, what became of it, and what can be done with it. */

import { h, icon, setAttribute, setText } from "./element.js";
import { longText } from "./long_text.js";
import { renderedText } from "./rendered_text.js";

/** {element, show(message, {isLast})}; `actions` has edit, regenerate, asTrace(text) and those of code_block.js. */
export function chatMessage(first, actions) {
  return first.role === "user" ? question(actions) : answer(actions);
}

const button = (picture, label, attributes) =>
  h("button", { type: "button", class: "quiet small", ...attributes }, icon(picture), h("span", {}, label));

function question(actions) {
  let message = null;
  const text = h("p", { class: "question-text" });
  const edit = button("edit", "Edit and resend", { "data-testid": "chat-edit", onclick: () => actions.edit(message) });
  const element = h("li", { class: "message asked", "data-testid": "chat-message", "data-role": "user" },
    h("h3", { class: "hidden" }, "You"), text, h("div", { class: "message-actions" }, edit));

  function show(next, { isBusy }) {
    message = next;
    element.dataset.messageId = message.message_id;
    setText(text, message.text);
    edit.disabled = isBusy;
  }

  return { element, show };
}

function answer(actions) {
  let message = null;
  const body = renderedText(actions);
  const thinking = thinkingView();
  const who = h("span", { class: "who" });
  const state = h("span", { class: "faint", "data-testid": "chat-status" });
  const error = h("p", { class: "message-error", "data-testid": "chat-error", role: "alert", hidden: true });
  const again = button("undo", "Regenerate", { "data-testid": "chat-regenerate", onclick: () => actions.regenerate(message) });
  const copy = button("copy", "Copy", { "data-testid": "chat-copy", onclick: () => actions.copy(message.text) });
  const trace = button("trace", "Use as trace", { "data-testid": "use-as-trace", onclick: () => actions.asTrace(message.text) });
  const element = h("li", { class: "message reply", "data-testid": "chat-message", "data-role": "assistant" },
    h("h3", { class: "message-head" }, who, state), thinking.element, body.element, error, h("div", { class: "message-actions" }, again, copy, trace));

  function show(next, { isLast, isBusy }) {
    message = next;
    const isOver = message.status !== "streaming";
    element.dataset.messageId = message.message_id;
    setAttribute(element, "data-status", message.status);
    setText(who, message.model);
    setText(state, stateText(message));
    thinking.show(message.thinking, isOver);
    body.show(message.text, isOver);
    error.hidden = message.status !== "failed";
    setText(error, message.status === "failed" ? message.error ?? "The answer could not be written." : "");
    showActions(isOver, isLast, isBusy);
  }

  function showActions(isOver, isLast, isBusy) {
    again.hidden = !isLast || !isOver;
    again.disabled = isBusy;
    setText(again.querySelector("span"), message.status === "failed" ? "Retry" : "Regenerate");
    copy.hidden = trace.hidden = !isOver || !message.text;
  }

  return { element, show };
}

/** "0.7 · 1,204 tokens · $0.0031", and how it ended where that matters. */
function stateText({ status, text, thinking, settings, usage, finish_reason: reason }) {
  if (status === "streaming") return text ? "writing…" : thinking ? "thinking…" : "waiting for the model…";
  const parts = [
    status === "stopped" && "stopped",
    reason === "length" && "cut off at the model's token limit",
    settings?.temperature != null && `temperature ${settings.temperature}`,
    settings?.data_source && settings.data_source !== "original" && `${settings.data_source}, version ${settings.version}`,
    usage?.completion_tokens && `${usage.completion_tokens.toLocaleString("en-GB")} tokens`,
    usage?.cost && `$${usage.cost.toPrecision(2)}`,
  ];
  return parts.filter(Boolean).join(" · ");
}

/** What the model thought, which is long and seldom read: laid out only when it is opened. */
function thinkingView() {
  const text = h("div", { class: "thinking-text" });
  const summary = h("summary", {}, "Thinking");
  const element = h("details", { class: "thinking", "data-testid": "chat-thinking", hidden: true, ontoggle: () => fill() }, summary, text);
  let source = "";
  let shown = longText(text);

  function fill() {
    if (!element.open) return;
    if (!source.startsWith(text.textContent)) {
      text.replaceChildren();
      shown = longText(text);
    }
    shown.append(source.slice(shown.length));
  }

  function show(thinking, isOver) {
    element.hidden = !thinking;
    setText(summary, isOver ? `Thinking (${thinking.length.toLocaleString("en-GB")} characters)` : "Thinking");
    if (thinking === source) return;
    source = thinking;
    fill();
  }

  return { element, show };
}
