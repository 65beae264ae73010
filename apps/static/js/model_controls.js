/** Which model answers, how, with which pairs and on whose key. Choices are kept in the settings; a key only in this tab. */

import { h, setText } from "./element.js";

const KEY = "arc2.own_key";
const OTHER = "other";
const NEEDS_NO_KEY = "OFFLINE";

/** {settings(): the body's part of a question, load(models)}; `find(testid)` is an element of the page. */
export function mountModelControls({ find, settings, tabStorage = globalThis.sessionStorage }) {
  const model = find("model");
  const other = find("model-other");
  const temperature = find("temperature");
  const source = find("task-data-source");
  const key = find("own-key");
  let models = [];

  const chosen = () => (model.value === OTHER ? other.value.trim() : model.value);

  function show() {
    const { model: wanted = NEEDS_NO_KEY } = settings.get();
    const isListed = models.some(({ name }) => name === wanted);
    model.replaceChildren(
      ...models.map((one) => h("option", { value: one.name, title: one.why_not }, `${one.name}${one.available || hasKey(one) ? "" : " (not available)"}`)),
      h("option", { value: OTHER }, "Another…"),
    );
    model.value = isListed ? wanted : OTHER;
    if (!isListed) other.value = wanted;
    describe();
  }

  const hasKey = ({ why_not: reason }) => key.value.trim() !== "" && /key/i.test(reason ?? "");

  function describe() {
    other.hidden = model.value !== OTHER;
    const found = models.find(({ name }) => name === model.value);
    const missing = found && !found.available && !hasKey(found);
    setText(find("model-note"), missing ? found.why_not : other.hidden ? "" : "openrouter:<model id> or local:<model id>");
    find("model-note").hidden = !missing && other.hidden;
    find("key-button").setAttribute("aria-pressed", String(key.value.trim() !== ""));
  }

  function load(listed) {
    models = listed;
    show();
  }

  for (const control of [model, other]) {
    control.addEventListener("change", () => {
      if (chosen()) settings.set({ model: chosen() });
      describe();
    });
  }
  temperature.value = settings.get().temperature ?? "";
  temperature.addEventListener("change", () => temperature.reportValidity() && settings.set({ temperature: temperature.value }));
  source.value = settings.get().dataSource ?? "original";
  source.addEventListener("change", () => settings.set({ dataSource: source.value }));
  mountKey({ find, key, tabStorage, onChange: show });

  return {
    load,
    settings() {
      const own = key.value.trim();
      return {
        model: chosen() || NEEDS_NO_KEY,
        data_source: source.value,
        ...(temperature.value !== "" && temperature.validity.valid ? { temperature: Number(temperature.value) } : {}),
        ...(own && chosen() !== NEEDS_NO_KEY ? { api_key: own } : {}),
      };
    },
  };
}

/** The field for an own key, behind a button. */
function mountKey({ find, key, tabStorage, onChange }) {
  key.value = tabStorage.getItem(KEY) ?? "";
  key.addEventListener("input", () => {
    const own = key.value.trim();
    if (own) tabStorage.setItem(KEY, own);
    else tabStorage.removeItem(KEY);
    onChange();
  });
  find("key-button").addEventListener("click", () => {
    const panel = find("key-panel");
    panel.hidden = !panel.hidden;
    find("key-button").setAttribute("aria-expanded", String(!panel.hidden));
    if (!panel.hidden) key.focus();
  });
  find("forget-key").addEventListener("click", () => {
    key.value = "";
    key.dispatchEvent(new Event("input"));
  });
}
