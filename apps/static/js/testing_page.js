/** The testing interface: makes the parts of the page, and carries what happens in one to the others. */

import { mountAccountField } from "./account_field.js";
import { taskAddress } from "./address.js";
import { Refused, Unreachable, apiAddress, hasServer, serverApi } from "./api.js";
import { mountBench } from "./bench.js";
import { benchCommands } from "./commands.js";
import { liveUpdates, mountStatus } from "./connection.js";
import { openDatabase } from "./database.js";
import { askPasswords, openHelp, openSettings } from "./dialogs.js";
import { createDrafts } from "./drafts.js";
import { calmed, h, setText } from "./element.js";
import { acceptDrops, mountFiles } from "./files_panel.js";
import { mountGallery } from "./gallery.js";
import { listenForKeys } from "./keyboard.js";
import { createLibrary } from "./library.js";
import { localApi } from "./local_api.js";
import { createNavigation } from "./navigation.js";
import { mountNotices } from "./notices.js";
import { createOutbox } from "./outbox.js";
import { pageFiles } from "./page_files.js";
import { PALETTES } from "./palettes.js";
import { createSession } from "./session.js";
import { createSettings } from "./settings.js";
import { mountTabs } from "./tabs.js";
import { mountNotes, newId } from "./task_notes.js";
import { mountTaskSearch } from "./task_search.js";

const NO_STORAGE = "This browser keeps nothing here (its storage is full or forbidden): what you do is gone when you leave.";
const SECTIONS = [["traces", "Traces"], ["transforms", "Transforms"], ["flaws", "Flaws"], ["files", "Files"]];
const CALLS_OF_NOTES = ["addTrace", "editTrace", "removeTrace", "vote", "addFlaw"];

const SIGN_IN = "Sign in first: type your name at the top of the page.";

const find = (testid) => document.querySelector(`[data-testid="${testid}"]`);

async function start() {
  const settings = createSettings();
  showTheme(settings);
  const notices = mountNotices(find("notices"));
  const tell = (sentence, more) => notices.show(sentence, more);
  const [isServed, database] = await Promise.all([hasServer(location.pathname), openDatabase().catch(() => tell(NO_STORAGE) && null)]);
  if (!database) return;
  const api = isServed
    ? serverApi(apiAddress(location.href)) : localApi(database, { datasetUrl: "static/dataset.json", onEvent: (event) => live(event.event, event.data) });
  const local = api.isLocal ? api : localApi(database, { onEvent: (event) => live(event.event, event.data) });
  const session = createSession(api, (name, message) => askPasswords(document.body, name, message));
  const library = createLibrary(api, local);
  const drafts = createDrafts(database, () => tell(NO_STORAGE));

  // --- the parts

  const bench = mountBench(document.querySelector("#task"), {
    find, settings, drafts, run: (command, key) => run(command, key), announce: (text) => setText(find("live"), text),
    onSteps: () => notes.show(), onNext: () => (bench.base.test + 1 < bench.base.task.test.length ? navigation.nextTest() : navigation.step(1)),
  });
  const gallery = mountGallery(document.querySelector("#gallery"), {
    loadTask: library.task, settings, onFilter: (hash) => history.replaceState(null, "", hash),
  });
  const navigation = createNavigation(document, { find, library, bench, session, gallery, onTask, fail, tell });
  const outbox = await createOutbox(database, {
    apiOf: (change) => (change.isLocal ? local : api),
    mayGo: (change) => change.isLocal || api.isLocal || session.store.get() !== null,
    onSent, onRefused, onFailure: () => tell(NO_STORAGE),
  });
  const tabs = mountTabs(document.querySelector(".tabs"), document.querySelector(".panels"), SECTIONS);
  const notes = mountNotes(tabs, {
    settings, session, library, bench, push, outbox: () => outbox.state, onFailure: fail,
    address: (trace) => taskAddress(trace.task_id, { version: trace.version, trace: trace.trace_id }),
    context: () => ({
      taskId: navigation.where.taskId, version: navigation.where.version, chosen: navigation.where.parameters.trace,
      versionData: navigation.version, steps: bench.editor.state.transform,
    }),
  });
  const account = mountAccountField(document.querySelector(".account"), { session, tell });
  const search = mountTaskSearch(document.querySelector(".search"), {
    rows: () => library.rows.get(), onChoose: navigation.toTask, onNothing: (text) => tell(`No task id has “${text}” in it.`),
  });
  const setCut = mountStatus(find("connection"), { outbox, retry: tryAgain });
  const run = benchCommands(bench, pageCommands());
  const files = pageFiles(document, {
    database, drafts, local, isLocal: api.isLocal, library, navigation, notes, push, reload, tell, fail,
  });
  mountFiles(tabs.panels.files, { actions: { save: files.saveAs, open: files.open } });
  acceptDrops(document, files.open);
  listenForKeys(document, { editor: bench.editor, element: bench.element, areOn: () => settings.get().shortcuts, run });
  mountBarButtons(run, settings, navigation);
  let stream = null;

  function pageCommands() {
    return {
      submit, gallery: navigation.gallery, search: () => search.focus(), help: () => openHelp(document.body, settings),
      settings: () => openSettings(document.body, settings, { username: session.store.get(), signOut }),
      "previous-task": () => navigation.step(-1), "next-task": () => navigation.step(1), "random-task": navigation.random,
      "next-test": navigation.nextTest,
    };
  }

  // --- changes

  /** Send a change as soon as it can be; false when a name is missing, which the bar then asks for. */
  async function push(change) {
    const home = library.homeOf(navigation.where.taskId);
    const isLocal = home.isLocal && !api.isLocal;
    if (change.call !== "submit" && !(await account.ensure())) {
      account.focus();
      if (api.isLocal || isLocal) return tell("Type your name first, at the top of the page.") && false;
    }
    await outbox.push({ ...change, isLocal });
    return true;
  }

  async function submit() {
    const { taskId, test, task: { version } } = bench.base;
    const { grid, verdict, steps, actions, seconds } = bench.submit();
    if (steps.length) return;
    const id = newId();
    const solution = { version, test_index: test, grid, actions, seconds };
    const kept = { solution_id: id, task_id: taskId, username: session.store.get() ?? "", correct: verdict.correct, timestamp: new Date().toISOString(), ...solution };
    await database.keep("solutions", kept).catch(() => tell(NO_STORAGE));
    await account.ensure();
    await push({ call: "submit", args: [taskId, { ...solution, client_id: id }] });
  }

  function onSent(change, reply) {
    if (CALLS_OF_NOTES.includes(change.call)) notes.sent(change, reply);
    if (change.call === "sign") signed(change, reply);
    if (change.call === "unsign") navigation.refresh().catch(fail);
    if (["sign", "submit", "addTrace"].includes(change.call)) reloadRows();
  }

  async function signed({ args: [taskId, { base_version: base }] }, { version }) {
    library.forget(taskId);
    const { where } = navigation;
    if (where?.taskId !== taskId || where.version !== base) return tell(`Signed: ${taskId} has version ${version} now.`);
    bench.preview([]);
    return navigation.toVersion(version);
  }

  function onRefused(change, error) {
    const [, body] = change.args;
    const { trace } = error.reply ?? {};
    if (trace) notes.sent({ call: "editTrace", args: change.args }, { trace });
    tell(`Not done: ${error.message}`, { text: body?.text ?? "" });
    notes.refresh();
  }

  // --- live

  function live(kind, data) {
    if (kind === "presence") return showPresence(data, session.store.get());
    const isHere = data.task_id === navigation.where?.taskId;
    if (kind === "variation") {
      library.forget(data.task_id);
      if (isHere) navigation.refresh().then(() => notes.show(), fail);
    } else if (isHere) notes.refresh();
    return reloadRows();
  }

  const reloadRows = calmed(() => library.load().catch(() => {}), 1500);

  function listen() {
    if (api.isLocal) return;
    if (stream) return void stream.reopen();
    const address = () => `${api.events}?${new URLSearchParams({ task_id: navigation.where.taskId })}`;
    stream = liveUpdates(address, library.firstEvent(), {
      onEvent: live, onCatchUp: catchUp, onCut: () => setCut(true), onBack,
    });
  }

  function onBack() {
    setCut(false);
    outbox.run();
  }

  function catchUp() {
    notes.refresh();
    navigation.refresh().then(() => notes.show(), () => {});
    reloadRows();
  }

  function tryAgain() {
    if (outbox.state.get().phase === "signed_out") account.focus();
    stream?.reopen();
    outbox.run();
  }

  const listenSoon = calmed(listen, 150);

  function onTask(isNew) {
    if (isNew) showPresence({ users: [] });
    notes.open();
    if (isNew) listenSoon();
  }

  // --- beginning, and beginning again

  async function reload() {
    library.forgetAll();
    await library.load();
    await navigation.route();
  }

  /** Somebody else is here now; who had no name yet goes on with the same answer. */
  async function signedIn(name, before) {
    notices.clear(SIGN_IN);
    const goesOn = before === null && name !== null && bench.base !== null && await bench.rename(navigation.draft());
    if (name) await drafts.adopt(name);
    if (name && local !== api) await local.signIn({ username: name });
    outbox.run();
    await (goesOn ? library.load() : reload()).catch(fail);
    if (goesOn) notes.refresh();
    if (navigation.where) listenSoon();
  }

  /** What the page shows may be for those who are signed in only: it begins anew. */
  const signOut = () => session.signOut().then(() => location.reload(), fail);

  function fail(error) {
    if (error instanceof Unreachable) return setCut(true);
    if (!(error instanceof Refused) && !(error instanceof RangeError)) console.error(error);
    return tell(error.message);
  }

  outbox.state.watch(() => navigation.where && notes.show());
  session.store.watch(signedIn);
  library.rows.watch(() => {
    if (!document.querySelector("#gallery").hidden) navigation.route();
  });
  addEventListener("hashchange", () => navigation.route());
  showBanner(api.isLocal);
  document.body.classList.remove("starting");
  await begin({ session, reload, tell, fail });
}

/** Who is here, then the tasks; without a connection, again after a while. */
async function begin({ session, reload, tell, fail }) {
  try {
    const { passwords_needed: isShared } = await session.load();
    if (isShared && session.store.get() === null) tell(SIGN_IN);
    else if (session.store.get() === null) await reload();
  } catch (error) {
    fail(error);
    if (error instanceof Unreachable) setTimeout(begin, 2000, { session, reload, tell, fail });
  }
}

function showTheme(settings) {
  const show = () => {
    const { theme } = settings.get();
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  };
  settings.watch(show);
  show();
}

function showBanner(isLocal) {
  const banner = find("banner");
  banner.hidden = !isLocal;
  setText(banner, isLocal ? "No server here: what you do stays in this browser. Export it under Files to keep or share it." : "");
}

function showPresence({ users = [] }, me) {
  const others = users.filter((name) => name !== me);
  find("presence").replaceChildren(...others.slice(0, 5).map((name) => h("li", { title: name, "data-username": name },
    h("span", { "aria-hidden": "true" }, [...name].slice(0, 2).join("")), h("span", { class: "hidden" }, name))));
}

function mountBarButtons(run, settings, navigation) {
  for (const command of ["gallery", "previous-task", "next-task", "random-task", "next-test", "help", "settings"]) {
    find(command).addEventListener("click", () => run(command));
  }
  find("version").addEventListener("change", (event) => navigation.toVersion(Number(event.target.value)));
  const palette = find("palette");
  palette.append(...Object.entries(PALETTES).map(([value, { label }]) => h("option", { value }, label)));
  const controls = [[palette, "palette", "value"], [find("show-numbers"), "numbers", "checked"], [find("show-distance"), "distance", "checked"]];
  for (const [element, name, property] of controls) {
    element[property] = settings.get()[name];
    element.addEventListener("change", () => settings.set({ [name]: element[property] }));
  }
}

start();
