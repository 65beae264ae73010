/** Which model answers, how, with which pairs and on whose key. Choices are kept in the settings; a key nowhere but in its field. */

import { h, setText } from "./element.js";

const ANOTHER = "another";
const NEEDS_NO_KEY = "OFFLINE";

export class ModelControls {
  #find;
  #settings;
  #key;
  #models = [];

  /** `find(testid)` is an element of the page. */
  constructor({ find, settings }) {
    this.#find = find;
    this.#settings = settings;
    this.#key = new OwnKey(find, () => this.#show());
    this.#follow("temperature", "temperature", "");
    this.#follow("task-data-source", "dataSource", "original");
    for (const testid of ["model", "model-other"]) find(testid).addEventListener("change", () => this.#chosen());
  }

  /** Offer these models, as in the reply of `GET api/models`. */
  load(models) {
    this.#models = models;
    this.#show();
  }

  /** The choices as a part of a question's body. */
  get body() {
    const temperature = this.#find("temperature");
    const model = this.#model || NEEDS_NO_KEY;
    return {
      model,
      data_source: this.#find("task-data-source").value,
      ...(temperature.value !== "" && temperature.validity.valid ? { temperature: Number(temperature.value) } : {}),
      ...(this.#key.value && model !== NEEDS_NO_KEY ? { api_key: this.#key.value } : {}),
    };
  }

  get #model() {
    const { value } = this.#find("model");
    return value === ANOTHER ? this.#find("model-other").value.trim() : value;
  }

  #follow(testid, name, usual) {
    const control = this.#find(testid);
    control.value = this.#settings.get()[name] ?? usual;
    control.addEventListener("change", () => control.reportValidity() && this.#settings.set({ [name]: control.value }));
  }

  #chosen() {
    if (this.#model) this.#settings.set({ model: this.#model });
    this.#describe();
  }

  #show() {
    const { model: wanted = NEEDS_NO_KEY } = this.#settings.get();
    const options = this.#models.map((one) => h("option", { value: one.name, title: one.why_not }, `${one.name}${this.#isUsable(one) ? "" : " (not available)"}`));
    this.#find("model").replaceChildren(...options, h("option", { value: ANOTHER }, "Another…"));
    const isListed = this.#models.some(({ name }) => name === wanted);
    this.#find("model").value = isListed ? wanted : ANOTHER;
    if (!isListed) this.#find("model-other").value = wanted;
    this.#describe();
  }

  #isUsable({ available, why_not: reason }) {
    return available || (this.#key.value !== "" && /key/i.test(reason ?? ""));
  }

  #describe() {
    const { value } = this.#find("model");
    const isOther = value === ANOTHER;
    const listed = this.#models.find(({ name }) => name === value);
    const note = isOther ? "openrouter:<model id> or local:<model id>" : listed && !this.#isUsable(listed) ? listed.why_not : "";
    this.#find("model-other").hidden = !isOther;
    setText(this.#find("model-note"), note);
    this.#find("model-note").hidden = !note;
  }
}

/** The field for an own key, behind a button. */
class OwnKey {
  #find;
  #field;
  #onChange;

  constructor(find, onChange) {
    this.#find = find;
    this.#field = find("own-key");
    this.#onChange = onChange;
    this.#field.value = ""; // some browsers fill a field in again after a reload
    this.#field.addEventListener("input", () => this.#changed());
    find("key-button").addEventListener("click", () => this.#toggle());
    find("forget-key").addEventListener("click", () => this.#forget());
    this.#showState();
  }

  get value() {
    return this.#field.value.trim();
  }

  #changed() {
    this.#showState();
    this.#onChange();
  }

  #showState() {
    this.#find("key-button").setAttribute("aria-pressed", String(this.value !== ""));
  }

  #toggle() {
    const panel = this.#find("key-panel");
    panel.hidden = !panel.hidden;
    this.#find("key-button").setAttribute("aria-expanded", String(!panel.hidden));
    if (!panel.hidden) this.#field.focus();
  }

  #forget() {
    this.#field.value = "";
    this.#changed();
  }
}
