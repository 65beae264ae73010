/** Sentences that stay until they are read: what failed and what to do, with any text that would else be lost. */

import { h, iconButton } from "./element.js";

/** `show(sentence, {text, action: [label, run]})`. The same sentence is shown once. */
export function mountNotices(root) {
  function show(sentence, { text = "", action = null } = {}) {
    const same = [...root.children].find((notice) => notice.dataset.sentence === sentence && !text);
    if (same) return same;
    const notice = h("div", { class: "notice", "data-testid": "notice" },
      h("p", {}, sentence),
      text && h("textarea", { readonly: true, rows: "3", "aria-label": "Your text" }, text),
      action && h("button", { type: "button", class: "quiet", onclick: () => { action[1](); notice.remove(); } }, action[0]),
      iconButton("close", "Close this message", { class: "quiet", onclick: () => notice.remove() }));
    notice.dataset.sentence = sentence;
    root.append(notice);
    return notice;
  }

  return { show, clear: (sentence) => [...root.children].find((notice) => notice.dataset.sentence === sentence)?.remove() };
}
