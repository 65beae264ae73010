/** The conversation: its messages, which follow what comes unless somebody reads further up. */

import { Answer, Question } from "./chat_message.js";
import { arrange } from "./element.js";

const NEAR_END = 48;

export class Chat {
  #scroller;
  #toEndButton;
  #actions;
  #list;
  #items = new Map();
  #isFollowing = true;

  /** `actions` are those of chat_message.js. */
  constructor(scroller, { actions, toEndButton }) {
    this.#scroller = scroller;
    this.#toEndButton = toEndButton;
    this.#actions = actions;
    this.#list = scroller.querySelector("ol");
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    toEndButton.addEventListener("click", () => this.toEnd());
    const observer = new ResizeObserver(() => this.#isFollowing && this.toEnd());
    observer.observe(this.#list);
    observer.observe(scroller);
  }

  /** Show a state of discussion.js. */
  show({ messages, phase }) {
    const ids = new Set(messages.map((message) => message.message_id));
    for (const id of [...this.#items.keys()]) if (!ids.has(id)) this.#items.delete(id);
    arrange(this.#list, messages.map((message) => this.#item(message).element));
    const isBusy = messages.some((message) => message.status === "streaming");
    for (const message of messages) this.#item(message).show(message, { isLast: message === messages.at(-1), isBusy });
    this.#scroller.querySelector(".empty").hidden = messages.length > 0 || phase === "loading";
  }

  toEnd() {
    this.#isFollowing = true;
    this.#toEndButton.hidden = true;
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    this.#isFollowing = scrollHeight - scrollTop - clientHeight < NEAR_END;
    this.#toEndButton.hidden = this.#isFollowing;
  }

  #item({ message_id: id, role }) {
    if (!this.#items.has(id)) this.#items.set(id, new (role === "user" ? Question : Answer)(this.#actions));
    return this.#items.get(id);
  }
}
