/** The conversation: its messages, which follow what comes unless somebody reads further up. */

import { arrange, h } from "./element.js";
import { chatMessage } from "./chat_message.js";

const NEAR_END = 48;

/** {show(state), toEnd()}; `state` is that of discussion.js, `actions` those of chat_message.js. */
export function mountChat(scroller, { actions, toEndButton }) {
  const items = new Map();
  const list = scroller.querySelector("ol");
  const empty = scroller.querySelector(".empty");
  let follows = true;

  scroller.addEventListener("scroll", () => {
    follows = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END;
    toEndButton.hidden = follows;
  }, { passive: true });
  new ResizeObserver(() => follows && toEnd()).observe(list);
  new ResizeObserver(() => follows && toEnd()).observe(scroller);
  toEndButton.addEventListener("click", () => toEnd());

  function toEnd() {
    follows = true;
    toEndButton.hidden = true;
    scroller.scrollTop = scroller.scrollHeight;
  }

  function show({ messages, phase }) {
    const ids = new Set(messages.map((message) => message.message_id));
    for (const id of [...items.keys()]) if (!ids.has(id)) items.delete(id);
    const isBusy = messages.some((message) => message.status === "streaming");
    arrange(list, messages.map((message) => item(message).element));
    messages.forEach((message, place) => {
      items.get(message.message_id).show(message, { isLast: place === messages.length - 1, isBusy });
    });
    empty.hidden = messages.length > 0 || phase === "loading";
  }

  function item(message) {
    if (!items.has(message.message_id)) items.set(message.message_id, chatMessage(message, actions));
    return items.get(message.message_id);
  }

  return { show, toEnd };
}

/** The field for questions; `find(testid)` is an element of the page. `send(text, replaces)` resolves to true once the question has arrived; until then the text stays. */
export function mountComposer(form, { find, send, stop, keep }) {
  const field = find("chat-input");
  const sendButton = find("chat-send");
  const stopButton = find("chat-stop");
  const note = find("editing");
  let replaces = null;
  let isSending = false;
  let isBusy = false;

  function update() {
    sendButton.hidden = isBusy;
    stopButton.hidden = !isBusy;
    sendButton.disabled = isSending || field.disabled;
    note.hidden = replaces === null;
  }

  async function submit() {
    const text = field.value.trim();
    if (!text || isSending || isBusy) return;
    isSending = true;
    update();
    const hasArrived = await send(text, replaces);
    isSending = false;
    if (hasArrived && field.value.trim() === text) fill("");
    update();
  }

  /** Put a text there; with `message`, it is one's earlier question and the answer to it goes. */
  function fill(text, message = null) {
    field.value = text;
    replaces = message?.message_id ?? null;
    if (!message) keep(text);
    update();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  field.addEventListener("input", () => {
    if (replaces === null) keep(field.value);
  });
  stopButton.addEventListener("click", stop);
  find("cancel-editing").addEventListener("click", () => fill(""));

  return {
    fill,
    edit(message) {
      fill(message.text, message);
      field.focus();
    },
    setBusy(busy) {
      isBusy = busy;
      update();
    },
  };
}
