/**
 * Sentences over the page: what failed and what to do, with any text that would else be lost. One with a text, an action or
 * `stays` is there until it is closed; any other until one goes elsewhere, and then only the newest few.
 */

import { h, iconButton } from "./element.js";

const MOST_PASSING = 3;
const FRESH_MS = 2000; // what has just been said may be about the address that one is being sent to

/** `show(sentence, {text, action: [label, run], stays})`. The same sentence is shown once. */
export function mountNotices(root) {
  const passing = () => [...root.children].filter((notice) => notice.dataset.passing !== undefined);

  function show(sentence, { text = "", action = null, stays = false } = {}) {
    const same = [...root.children].find((notice) => notice.dataset.sentence === sentence && !text);
    if (same) return same;
    const notice = h("div", { class: "notice", "data-testid": "notice" },
      h("p", {}, sentence),
      text && h("textarea", { readonly: true, rows: "3", "aria-label": "Your text" }, text),
      action && h("button", { type: "button", class: "quiet", onclick: () => { action[1](); notice.remove(); } }, action[0]),
      iconButton("close", "Close this message", { class: "quiet", onclick: () => notice.remove() }));
    notice.dataset.sentence = sentence;
    if (!text && !action && !stays) notice.dataset.passing = Date.now();
    root.append(notice);
    for (const oldest of passing().slice(0, -MOST_PASSING)) oldest.remove();
    return notice;
  }

  addEventListener("hashchange", () => {
    for (const notice of passing()) if (Date.now() - notice.dataset.passing > FRESH_MS) notice.remove();
  });

  return { show, clear: (sentence) => [...root.children].find((notice) => notice.dataset.sentence === sentence)?.remove() };
}
