/** The testing interface: makes the parts of the page, and carries what happens in one to the others. */

import { AccountField } from "./account_field.js";
import { taskAddress } from "./address.js";
import { Refused, Unreachable, apiAddress, hasServer, serverApi } from "./api.js";
import { Bench } from "./bench.js";
import { benchCommands } from "./commands.js";
import { liveUpdates, mountStatus } from "./connection.js";
import { openDatabase } from "./database.js";
import { askPasswords, openHelp, openSettings } from "./dialogs.js";
import { Drafts } from "./drafts.js";
import { calmed, setText } from "./element.js";
import { acceptDrops, mountFiles } from "./files_panel.js";
import { Gallery } from "./gallery.js";
import { listenForKeys } from "./keyboard.js";
import { createLibrary } from "./library.js";
import { localApi } from "./local_api.js";
import { MemoryDatabase } from "./memory_database.js";
import { Navigation } from "./navigation.js";
import { mountNotices } from "./notices.js";
import { Outbox } from "./outbox.js";
import { PageFiles } from "./page_files.js";
import { mountBar, showBanner, showPresence, showTheme } from "./page_bar.js";
import { createSession } from "./session.js";
import { createSettings } from "./settings.js";
import { mountTabs } from "./tabs.js";
import { TaskNotes, newId } from "./task_notes.js";
import { mountTaskSearch } from "./task_search.js";

const NO_STORAGE = "This browser keeps nothing here (its storage is full or forbidden): what you do is gone when you leave.";
const SIGN_IN = "Sign in first: type your name at the top of the page.";
const NO_NAME = "Type your name first, at the top of the page.";
const SECTIONS = [["traces", "Traces"], ["transforms", "Transforms"], ["flaws", "Flaws"], ["files", "Files"]];
const CALLS_OF_NOTES = ["addTrace", "editTrace", "removeTrace", "vote", "addFlaw"];
const CALLS_THAT_CHANGE_ROWS = ["sign", "unsign", "submit", "addTrace", "removeTrace"];

const find = (testid) => document.querySelector(`[data-testid="${testid}"]`);
const part = (selector) => document.querySelector(selector);

class TestingPage {
  #settings = createSettings();
  #notices = mountNotices(find("notices"));
  #database;
  #api;
  #local; // tasks from files, and everything where there is no server
  #session;
  #library;
  #drafts;
  #bench;
  #navigation;
  #outbox;
  #notes;
  #account;
  #search;
  #setCut;
  #stream = null;
  #question = null; // the one that waits for an answer
  #run;
  #reloadRows = calmed(() => this.#library.load().catch(() => {}), 1500); // the next event or reload tries again
  #listenSoon = calmed(() => this.#listen(), 150);

  async start() {
    showTheme(this.#settings);
    const forgetful = () => this.#tell(NO_STORAGE) && new MemoryDatabase();
    const [isServed, database] = await Promise.all([hasServer(location.pathname), openDatabase().catch(forgetful)]);
    this.#makeData(database, isServed);
    this.#makeParts();
    this.#listenToPage();
    await this.#outbox.open();
    showBanner(find("banner"), this.#api.isLocal);
    document.body.classList.remove("starting");
    return this.#begin();
  }

  #tell = (sentence, more) => this.#notices.show(sentence, { stays: [NO_STORAGE, SIGN_IN].includes(sentence), ...more });

  /** Do `run` once somebody says yes; a question goes away with the task that it is about. */
  #ask = (sentence, yes, run) => {
    this.#question?.remove();
    this.#question = this.#tell(sentence, { action: [yes, run] });
  };

  #fail = (error) => {
    if (error instanceof Unreachable) return this.#setCut(true);
    if (!(error instanceof Refused) && !(error instanceof RangeError)) console.error(error);
    return this.#tell(error.message);
  };

  // --- the parts

  #makeData(database, isServed) {
    const onEvent = ({ event, data }) => this.#live(event, data);
    this.#database = database;
    this.#local = localApi(database, { datasetUrl: isServed ? null : "static/dataset.json", onEvent });
    this.#api = isServed ? serverApi(apiAddress(location.href)) : this.#local;
    this.#session = createSession(this.#api, (name, message) => askPasswords(document.body, name, message));
    this.#library = createLibrary(this.#api, this.#local);
    this.#drafts = new Drafts(database, () => this.#tell(NO_STORAGE));
    this.#outbox = new Outbox(database, {
      apiOf: (change) => (change.isLocal ? this.#local : this.#api),
      mayGo: (change) => change.isLocal || this.#api.isLocal || this.#session.store.get() !== null,
      onSent: (change, reply) => this.#sent(change, reply),
      onRefused: (change, error) => this.#refused(change, error),
      onFailure: () => this.#tell(NO_STORAGE),
    });
  }

  #makeParts() {
    const shared = { find, settings: this.#settings, library: this.#library, session: this.#session, tell: this.#tell, fail: this.#fail };
    this.#bench = new Bench(part("#task"), {
      ...shared, drafts: this.#drafts, run: (command) => this.#run(command), announce: (text) => setText(find("live"), text),
      onSteps: () => this.#notes.show(), onNext: () => this.#goOn(),
    });
    const gallery = new Gallery(part("#gallery"), {
      loadTask: this.#library.task, settings: this.#settings, onFilter: (hash) => history.replaceState(null, "", hash),
    });
    this.#navigation = new Navigation(document, { ...shared, bench: this.#bench, gallery, onTask: (isNew) => this.#taskShown(isNew) });
    this.#run = benchCommands(this.#bench, this.#pageCommands());
    this.#account = new AccountField(part(".account"), { session: this.#session, tell: this.#tell });
    this.#search = mountTaskSearch(part(".search"), {
      rows: () => this.#library.rows.get(), onChoose: (taskId) => this.#navigation.toTask(taskId),
      onNothing: (text) => this.#tell(`No task id has “${text}” in it.`),
    });
    this.#setCut = mountStatus(find("connection"), { outbox: this.#outbox, retry: () => this.#tryAgain() });
    mountBar(find, { run: this.#run, settings: this.#settings, onVersion: (version) => this.#navigation.toVersion(version) });
    this.#makeNotes(shared);
  }

  #makeNotes(shared) {
    const tabs = mountTabs(part(".tabs"), part(".panels"), SECTIONS);
    const push = (change) => this.#push(change);
    this.#notes = new TaskNotes({
      ...shared, tabs, push, ask: this.#ask, bench: this.#bench, onFailure: this.#fail, context: () => this.#context(),
      waiting: () => this.#outbox.state.get().waiting,
      toVersion: (version) => this.#navigation.toVersion(version),
      address: (trace) => taskAddress(trace.task_id, { version: trace.version, trace: trace.trace_id }),
    });
    const files = new PageFiles(document, {
      ...shared, push, database: this.#database, drafts: this.#drafts, local: this.#local, api: this.#api, name: () => this.#account.ensure(),
      navigation: this.#navigation, notes: this.#notes, reload: () => this.#reload(),
    });
    const open = (list) => files.open(list);
    mountFiles(tabs.panels.files, { save: (kind) => files.save(kind), open });
    acceptDrops(document, open);
    this.#setReady(false);
  }

  #pageCommands() {
    const navigation = this.#navigation;
    return {
      submit: () => this.#submit(), search: () => this.#search.focus(), help: () => openHelp(document.body, this.#settings),
      settings: () => openSettings(document.body, this.#settings, { username: this.#session.store.get(), signOut: () => this.#signOut() }),
      gallery: () => navigation.gallery(), "random-task": () => navigation.random(), "next-test": () => navigation.nextTest(),
      "previous-task": () => navigation.step(-1), "next-task": () => navigation.step(1),
    };
  }

  #listenToPage() {
    const bench = this.#bench;
    listenForKeys(document, { editor: bench.editor, element: bench.element, areOn: () => this.#settings.get().shortcuts, run: this.#run });
    this.#outbox.state.watch(() => this.#navigation.where && this.#notes.show());
    this.#session.store.watch((name, before) => this.#signedIn(name, before));
    this.#library.rows.watch(() => !part("#gallery").hidden && this.#navigation.route());
    addEventListener("hashchange", () => this.#navigation.route());
  }

  // --- beginning

  /** Who is here, then the tasks; without a connection, again after a while. */
  async #begin() {
    try {
      const { passwords_needed: isShared } = await this.#session.load();
      if (this.#session.store.get() !== null) return; // #signedIn goes on
      if (isShared) this.#tell(SIGN_IN);
      else await this.#reload();
    } catch (error) {
      this.#fail(error);
      if (error instanceof Unreachable) setTimeout(() => this.#begin(), 2000);
    }
  }

  async #reload() {
    this.#library.forgetAll();
    await this.#library.load();
    await this.#navigation.route();
  }

  /** Somebody else is here now; who had no name yet goes on with the same answer. */
  async #signedIn(name, before) {
    this.#notices.clear(SIGN_IN);
    const goesOn = before === null && this.#bench.base !== null && await this.#bench.rename(this.#navigation.draft);
    await this.#drafts.adopt(name);
    if (!this.#api.isLocal) await this.#local.signIn({ username: name });
    this.#outbox.run();
    await (goesOn ? this.#library.load() : this.#reload()).catch(this.#fail);
    if (goesOn) this.#notes.refresh();
    if (this.#navigation.where) this.#listenSoon();
  }

  /** What the page shows may be for those who are signed in only: it begins anew. */
  #signOut() {
    this.#session.signOut().then(() => location.reload(), this.#fail);
  }

  #taskShown(isNew) {
    this.#setReady(true);
    this.#question?.remove();
    this.#notes.open();
    if (!isNew) return;
    showPresence(find("presence"), []);
    this.#listenSoon();
  }

  /** Before a task is shown there is nothing to draw on and to write about; files can be opened. */
  #setReady(isReady) {
    for (const element of [part(".solve"), ...document.querySelectorAll(".panel:not(#panel-files)")]) element.inert = !isReady;
  }

  #context() {
    const { taskId, version, parameters } = this.#navigation.where;
    return { taskId, version, chosen: parameters.trace, versionData: this.#navigation.version, steps: this.#bench.editor.state.transform };
  }

  #goOn() {
    const { test, task } = this.#bench.base;
    if (test + 1 < task.test.length) this.#navigation.nextTest();
    else this.#navigation.step(1);
  }

  // --- changes

  /** Send a change, of `taskId` if not of the task that is shown, as soon as it can be; false when a name is missing, which the bar then asks for. */
  async #push({ taskId = this.#navigation.where.taskId, ...change }) {
    const { isLocal } = this.#library.homeOf(taskId);
    const name = await this.#account.ensure();
    if (!name && change.call !== "submit") {
      this.#account.focus();
      if (isLocal) return this.#tell(NO_NAME) && false;
    }
    await this.#outbox.push({ ...change, isLocal });
    return true;
  }

  async #submit() {
    if (!this.#bench.base) return;
    const { taskId, test, task: { version } } = this.#bench.base;
    const { grid, verdict, steps, actions, seconds } = this.#bench.submit();
    if (steps.length) return;
    const id = newId();
    const solution = { version, test_index: test, grid, actions, seconds };
    const who = { username: this.#session.store.get() ?? "", timestamp: new Date().toISOString() };
    const kept = { solution_id: id, task_id: taskId, correct: verdict.correct, ...who, ...solution };
    await this.#drafts.submitted(kept).catch(() => this.#tell(NO_STORAGE));
    await this.#push({ call: "submit", args: [taskId, { ...solution, client_id: id }] });
  }

  #sent(change, reply) {
    if (CALLS_OF_NOTES.includes(change.call)) this.#notes.sent(change, reply);
    if (change.call === "sign") this.#signed(change, reply);
    if (change.call === "unsign") this.#navigation.refresh().catch(this.#fail);
    if (CALLS_THAT_CHANGE_ROWS.includes(change.call)) this.#reloadRows();
  }

  #signed({ args: [taskId, { base_version: base }] }, { version }) {
    this.#library.forget(taskId);
    const { where } = this.#navigation;
    if (where?.taskId !== taskId || where.version !== base) return this.#tell(`Signed: ${taskId} has version ${version} now.`);
    this.#bench.preview([]);
    return this.#navigation.toVersion(version);
  }

  #refused(change, error) {
    const { trace } = error.reply ?? {};
    const text = change.args[1]?.text ?? "";
    if (trace) this.#notes.sent({ call: "editTrace", args: change.args }, { trace });
    const isHere = trace && trace.task_id === this.#navigation.where?.taskId;
    const isOpen = isHere && this.#notes.editAgain(trace.trace_id, text);
    this.#tell(`Not done: ${error.message}`, { text: isOpen ? "" : text });
    if (this.#navigation.where) this.#notes.refresh();
  }

  // --- live

  #listen() {
    if (this.#api.isLocal) return;
    if (this.#stream) return void this.#stream.reopen();
    const address = () => `${this.#api.events}?${new URLSearchParams({ task_id: this.#navigation.where.taskId })}`;
    this.#stream = liveUpdates(address, this.#library.firstEvent(), {
      onEvent: (kind, data) => this.#live(kind, data), onCatchUp: () => this.#catchUp(),
      onCut: () => this.#setCut(true), onBack: () => this.#back(),
    });
  }

  #live(kind, data) {
    if (kind === "presence") return showPresence(find("presence"), data.users.filter((name) => name !== this.#session.store.get()));
    const isHere = data.task_id === this.#navigation.where?.taskId;
    if (kind === "variation") this.#library.forget(data.task_id);
    if (isHere && kind === "variation") this.#refreshVersions();
    else if (isHere) this.#notes.refresh();
    return this.#reloadRows();
  }

  #refreshVersions() {
    this.#navigation.refresh().then(() => this.#notes.show(), this.#fail);
  }

  #back() {
    this.#setCut(false);
    this.#outbox.run();
  }

  /** After a gap, whatever others did meanwhile. */
  #catchUp() {
    this.#notes.refresh();
    this.#refreshVersions();
    this.#reloadRows();
  }

  #tryAgain() {
    if (this.#outbox.state.get().phase === "signed_out") this.#account.focus();
    this.#stream?.reopen();
    this.#outbox.run();
  }
}

new TestingPage().start();
