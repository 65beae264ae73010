/** Handing in what was worked out: words and, if wanted, the program; the server says how many train pairs it passes. */

import { Unreachable } from "./api.js";
import { h, setText } from "./element.js";

/**
 * `submit(body)` sends a trace and resolves to it, or to null when nobody's name is known; `proposed()` are words to begin
 * with; `keep(text)` is told what is typed; `address(trace)` is where it is shown.
 */
export function mountTraceForm(form, { find, newId, submit, code, version, proposed, keep, address }) {
  const text = find("trace-text");
  const withCode = find("trace-code");
  const button = find("submit-trace");
  const outcome = find("trace-outcome");
  let isTyped = false;
  let unsent = null;

  function show(typed) {
    isTyped = Boolean(typed);
    text.value = typed || proposed();
    outcome.replaceChildren();
  }

  /** Words of the newest answer, unless somebody has begun to write. */
  function propose() {
    if (!isTyped) text.value = proposed();
  }

  async function send() {
    const body = { text: text.value.trim(), version: version(), ...(withCode.checked ? { code: code() } : {}) };
    if (!body.text) {
      text.focus();
      return say("Write first how the output follows from the input.", "bad");
    }
    const name = JSON.stringify(body);
    if (unsent?.name !== name) unsent = { name, id: newId() };
    button.disabled = true;
    try {
      const trace = await submit({ ...body, client_id: unsent.id });
      if (trace) sent(trace);
    } catch (error) {
      say(error instanceof Unreachable ? `Not sent: ${error.message}. The text stays here; try again.` : error.message, "bad");
    } finally {
      button.disabled = false;
    }
    return undefined;
  }

  function sent(trace) {
    unsent = null;
    isTyped = false;
    keep("");
    const { train_passed: passed, train_total: total } = trace.verified ?? {};
    const badge = trace.verified && h("span", { class: `badge${passed === total ? " good" : ""}`, "data-testid": "trace-verified" }, `passes ${passed} of ${total} train pairs`);
    outcome.replaceChildren("Submitted. ", badge ?? "", " ", h("a", { href: address(trace), "data-testid": "trace-link" }, "See it in the testing interface"));
    outcome.className = "";
  }

  function say(sentence, kind) {
    setText(outcome, sentence);
    outcome.className = kind;
  }

  text.addEventListener("input", () => {
    isTyped = true;
    keep(text.value);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });

  return {
    show, propose,
    use(words) {
      isTyped = true;
      text.value = words;
      keep(words);
      text.focus();
    },
  };
}
