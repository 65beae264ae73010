/** One turn of a conversation: what was said, what became of it, and what can be done with it. */

import { h, icon, setAttribute, setText } from "./element.js";
import { LongText } from "./long_text.js";
import { RenderedText } from "./rendered_text.js";

const button = (picture, label, attributes) =>
  h("button", { type: "button", class: "quiet small", ...attributes }, icon(picture), h("span", {}, label));

/** What a person said. `actions` has edit(message). */
export class Question {
  #message = null;
  #text = h("p", { class: "question-text" });
  #edit;

  constructor(actions) {
    this.#edit = button("edit", "Edit and resend", { "data-testid": "chat-edit", onclick: () => actions.edit(this.#message) });
    this.element = h("li", { class: "message asked", "data-testid": "chat-message", "data-role": "user" },
      h("h3", { class: "hidden" }, "You"), this.#text, h("div", { class: "message-actions" }, this.#edit));
  }

  show(message, { isBusy }) {
    this.#message = message;
    this.element.dataset.messageId = message.message_id;
    setText(this.#text, message.text);
    this.#edit.disabled = isBusy;
  }
}

/** What a model said. `actions` has regenerate(message), asTrace(text) and those of code_block.js. */
export class Answer {
  #message = null;
  #body;
  #thinking = new Thinking();
  #who = h("span", { class: "who" });
  #state = h("span", { class: "faint", "data-testid": "chat-status" });
  #error = h("p", { class: "message-error", "data-testid": "chat-error", role: "alert", hidden: true });
  #again;
  #uses;

  constructor(actions) {
    this.#body = new RenderedText(actions);
    this.#again = button("undo", "Regenerate", { "data-testid": "chat-regenerate", onclick: () => actions.regenerate(this.#message) });
    this.#uses = [
      button("copy", "Copy", { "data-testid": "chat-copy", onclick: () => actions.copy(this.#message.text) }),
      button("trace", "Use as trace", { "data-testid": "use-as-trace", onclick: () => actions.asTrace(this.#message.text) }),
    ];
    this.element = h("li", { class: "message reply", "data-testid": "chat-message", "data-role": "assistant" },
      h("h3", { class: "message-head" }, this.#who, this.#state), this.#thinking.element, this.#body.element, this.#error,
      h("div", { class: "message-actions" }, this.#again, this.#uses));
  }

  show(message, { isLast, isBusy }) {
    this.#message = message;
    const isOver = message.status !== "streaming";
    this.element.dataset.messageId = message.message_id;
    setAttribute(this.element, "data-status", message.status);
    setText(this.#who, message.model);
    setText(this.#state, stateText(message));
    this.#thinking.show(message.thinking, isOver);
    this.#body.show(message.text, isOver);
    this.#showError();
    this.#again.hidden = !isLast || !isOver;
    this.#again.disabled = isBusy;
    for (const use of this.#uses) use.hidden = !isOver || !message.text;
  }

  #showError() {
    const { status, error } = this.#message;
    const isFailed = status === "failed";
    this.#error.hidden = !isFailed;
    setText(this.#error, isFailed ? error ?? "The answer could not be written." : "");
    setText(this.#again.querySelector("span"), isFailed ? "Retry" : "Regenerate");
  }
}

/** "temperature 0.7 · 1,204 tokens · $0.0031", and how it ended where that matters. */
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
class Thinking {
  #source = "";
  #shown = "";
  #text = h("div", { class: "thinking-text" });
  #pieces = new LongText(this.#text);
  #summary = h("summary", {}, "Thinking");

  constructor() {
    this.element = h("details", { class: "thinking", "data-testid": "chat-thinking", hidden: true, ontoggle: () => this.#fill() }, this.#summary, this.#text);
  }

  show(thinking, isOver) {
    this.element.hidden = !thinking;
    setText(this.#summary, isOver ? `Thinking (${thinking.length.toLocaleString("en-GB")} characters)` : "Thinking");
    if (thinking === this.#source) return;
    this.#source = thinking;
    this.#fill();
  }

  #fill() {
    if (!this.element.open) return;
    if (!this.#source.startsWith(this.#shown)) {
      this.#text.replaceChildren();
      this.#pieces = new LongText(this.#text);
    }
    this.#pieces.append(this.#source.slice(this.#pieces.length));
    this.#shown = this.#source;
  }
}
