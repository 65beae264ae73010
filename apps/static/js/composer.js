/** The field for questions: Enter sends, and the text stays until the question has arrived. */

export class Composer {
  #parts;
  #field;
  #replaces = null; // the id of one's earlier question that is being edited
  #isSending = false;
  #isBusy = false;

  /** `parts` has find(testid), send(text, replaces), which resolves to true on arrival, stop() and keep(text). */
  constructor(form, parts) {
    this.#parts = parts;
    this.#field = parts.find("chat-input");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#field.addEventListener("keydown", (event) => this.#pressed(event));
    this.#field.addEventListener("input", () => this.#replaces === null && parts.keep(this.#field.value));
    parts.find("chat-stop").addEventListener("click", parts.stop);
    parts.find("cancel-editing").addEventListener("click", () => this.fill(""));
  }

  /** Put a text there. */
  fill(text) {
    this.#replaces = null;
    this.#field.value = text;
    this.#parts.keep(text);
    this.#update();
  }

  /** Change an earlier question; sending it replaces what followed. */
  edit({ message_id: id, text }) {
    this.#replaces = id;
    this.#field.value = text;
    this.#update();
    this.#field.focus();
  }

  /** While an answer is written, Stop stands in for Send. */
  setBusy(isBusy) {
    this.#isBusy = isBusy;
    this.#update();
  }

  #pressed(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#submit();
  }

  async #submit() {
    const text = this.#field.value.trim();
    if (!text || this.#isSending || this.#isBusy) return;
    this.#isSending = true;
    this.#update();
    const hasArrived = await this.#parts.send(text, this.#replaces);
    this.#isSending = false;
    if (hasArrived && this.#field.value.trim() === text) this.fill("");
    else this.#update();
  }

  #update() {
    const { find } = this.#parts;
    find("chat-send").hidden = this.#isBusy;
    find("chat-send").disabled = this.#isSending || this.#field.disabled;
    find("chat-stop").hidden = !this.#isBusy;
    find("editing").hidden = this.#replaces === null;
  }
}
