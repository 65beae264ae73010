/** Handing in what was worked out: words and, if wanted, the program; the server says how many train pairs it passes. */

import { Unreachable } from "./api.js";
import { h, setText } from "./element.js";

export class TraceForm {
  #parts;
  #text;
  #outcome;
  #isTyped = false;
  #unsent = null; // {name, id} of a trace that has not arrived for certain

  /**
   * `parts` has find(testid), newId(); submit(body), which resolves to the trace, or to null when nobody's name is known;
   * code(), version(), proposed() (words to begin with), keep(text) and address(trace).
   */
  constructor(form, parts) {
    this.#parts = parts;
    this.#text = parts.find("trace-text");
    this.#outcome = parts.find("trace-outcome");
    this.#text.addEventListener("input", () => this.#typed());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
  }

  /** Begin for another task with what was typed for it before, if anything. */
  open(typed) {
    this.#isTyped = Boolean(typed);
    this.#text.value = typed || this.#parts.proposed();
    this.#outcome.replaceChildren();
  }

  /** The words of the newest answer, unless somebody has begun to write. */
  propose() {
    if (!this.#isTyped) this.#text.value = this.#parts.proposed();
  }

  /** Whether there is a program of somebody's own to hand in; the one that the editor begins with is none. */
  offerProgram(isOwn) {
    const box = this.#parts.find("trace-code");
    if (box.disabled !== isOwn) return;
    box.disabled = !isOwn;
    box.checked = isOwn;
  }

  /** These words. */
  use(words) {
    this.#text.value = words;
    this.#typed();
    this.#text.focus();
  }

  #typed() {
    this.#isTyped = true;
    this.#parts.keep(this.#text.value);
  }

  async #send() {
    const { find, code, version, submit } = this.#parts;
    const body = { text: this.#text.value.trim(), version: version(), ...(find("trace-code").checked ? { code: code() } : {}) };
    if (!body.text) return this.#askForWords();
    const button = find("submit-trace");
    button.disabled = true;
    try {
      const trace = await submit({ ...body, client_id: this.#idOf(body) });
      if (trace) this.#sent(trace);
    } catch (error) {
      this.#say(error instanceof Unreachable ? `Not sent: ${error.message}. The text stays here; try again.` : error.message);
    } finally {
      button.disabled = false;
    }
    return undefined;
  }

  /** One id for what is sent again after a failure, so that it is there once. */
  #idOf(body) {
    const name = JSON.stringify(body);
    if (this.#unsent?.name !== name) this.#unsent = { name, id: this.#parts.newId() };
    return this.#unsent.id;
  }

  #askForWords() {
    this.#text.focus();
    this.#say("Write first how the output follows from the input.");
  }

  #sent(trace) {
    this.#unsent = null;
    this.#isTyped = false;
    this.#parts.keep("");
    const { train_passed: passed, train_total: total } = trace.verified ?? {};
    const badge = trace.verified && h("span", { class: `badge${passed === total ? " good" : ""}`, "data-testid": "trace-verified" }, `passes ${passed} of ${total} train pairs`);
    this.#outcome.replaceChildren("Submitted. ", badge ?? "", " ",
      h("a", { href: this.#parts.address(trace), "data-testid": "trace-link" }, "See it in the testing interface"));
    this.#outcome.className = "";
  }

  #say(sentence) {
    setText(this.#outcome, sentence);
    this.#outcome.className = "bad";
  }
}
