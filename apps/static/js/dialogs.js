/** Dialogs: the keys, the settings, and the passwords that a shared server asks for. */

import { h } from "./element.js";
import { GRID_KEYS, KEYS } from "./keyboard.js";

const THEMES = [["system", "As the system"], ["light", "Light"], ["dark", "Dark"]];

/** A modal dialog with a heading; closed by its button, Escape, or a click beside it. */
function openDialog(page, title, { testid, content, buttons }) {
  const dialog = h("dialog", { "data-testid": testid, "aria-label": title, onclick: (event) => event.target === dialog && dialog.close() },
    h("div", { class: "dialog-body" }, h("h2", {}, title), content, h("div", { class: "form-row" }, buttons)));
  dialog.addEventListener("close", () => dialog.remove());
  page.append(dialog);
  dialog.showModal();
  return dialog;
}

const closeButton = (label = "Close") => h("button", { type: "button", onclick: (event) => event.target.closest("dialog").close() }, label);

const keyText = (key) => key.replace("mod+", "Ctrl ").replace("shift+", "Shift ")
  .replace(/\b[a-z]$/, (letter) => letter.toUpperCase()).replace(/^[a-z]/, (letter) => letter.toUpperCase());

export function openHelp(page, settings) {
  const keyRow = ([keys, ...words]) => h("tr", {},
    h("th", { scope: "row" }, keys.split(" ").map((key) => h("kbd", {}, keyText(key)))), h("td", {}, words.at(-1)));
  const table = (caption, rows) => h("table", {}, h("caption", {}, caption), h("tbody", {}, rows.map(keyRow)));
  openDialog(page, "Help and keys", {
    testid: "help-dialog",
    content: [
      h("p", {}, "Find the rule that turns each train input into its output, and draw what it makes of the test input. ",
        "Drag to draw. Right-click, or Alt with a click, takes a colour. Drag over any grid to select cells, ",
        "then copy them or link to them from a trace. Drag the edges of the answer to resize it."),
      h("div", { class: "key-tables", tabindex: "0", role: "region", "aria-label": "Keys" }, table("In the answer", GRID_KEYS), table("Everywhere", KEYS)),
      shortcutsCheck(settings),
    ],
    buttons: [closeButton()],
  });
}

function shortcutsCheck(settings) {
  const box = h("input", { type: "checkbox", "data-testid": "shortcuts", checked: settings.get().shortcuts, onchange: () => settings.set({ shortcuts: box.checked }) });
  return h("label", { class: "check" }, box, h("span", {}, "Single keys are shortcuts (those with Ctrl always work)"));
}

/** `account` is {username, signOut}. */
export function openSettings(page, settings, account) {
  const theme = h("select", { "data-testid": "theme", onchange: () => settings.set({ theme: theme.value }) },
    THEMES.map(([value, text]) => h("option", { value, selected: settings.get().theme === value }, text)));
  const signOut = account.username && h("button", {
    type: "button", class: "quiet", "data-testid": "sign-out",
    onclick: (event) => {
      event.target.closest("dialog").close();
      account.signOut();
    },
  }, `Sign out ${account.username}`);
  openDialog(page, "Settings", {
    testid: "settings-dialog",
    content: [h("label", { class: "field" }, h("span", {}, "Light or dark"), theme), shortcutsCheck(settings)],
    buttons: [signOut, closeButton()],
  });
}

/** Ask for passwords; resolves to {password, access_password}, or null when the person gave up. */
export function askPasswords(page, username, message) {
  return new Promise((resolve) => {
    const field = (name, label, more) => h("label", { class: "field stacked" }, h("span", {}, label), h("input", { type: "password", name, ...more }));
    const form = h("form", { method: "dialog", id: "passwords" },
      h("p", { class: "hint", role: "alert" }, message),
      h("input", { class: "hidden", name: "username", autocomplete: "username", value: username, readonly: true, tabindex: "-1", "aria-label": "Name" }),
      field("password", `Password of ${username}`, { autocomplete: "current-password", required: true, "data-testid": "password" }),
      field("access_password", "Access password of this server (new accounts only)", { autocomplete: "off", "data-testid": "access-password" }));
    let typed = null;
    form.addEventListener("submit", () => (typed = Object.fromEntries(new FormData(form))));
    const dialog = openDialog(page, "Sign in", {
      testid: "sign-in-dialog",
      content: form,
      buttons: [closeButton("Cancel"), h("button", { type: "submit", class: "primary", form: "passwords", "data-testid": "sign-in" }, "Sign in")],
    });
    dialog.addEventListener("close", () => resolve(typed && { password: typed.password, ...(typed.access_password ? { access_password: typed.access_password } : {}) }));
  });
}

