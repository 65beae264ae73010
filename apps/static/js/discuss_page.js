/** The discussion interface: makes the parts of the page, and carries what happens in one to the others. */

import { AccountField } from "./account_field.js";
import { taskAddress } from "./address.js";
import { Refused, Unreachable, apiAddress, hasServer, serverApi } from "./api.js";
import { encodeAttempt } from "./attempt_link.js";
import { memory } from "./browser_storage.js";
import { Chat } from "./chat.js";
import { BEGINNING, CodeEditor } from "./code_editor.js";
import { CodeRunner } from "./code_runner.js";
import { Composer } from "./composer.js";
import { proposalOf, underWay, wordsOf } from "./conversation.js";
import { mountConversationTools } from "./conversation_tools.js";
import { openDatabase } from "./database.js";
import { askPasswords, openSettings } from "./dialogs.js";
import { DiscussNavigation } from "./discuss_navigation.js";
import { Discussion } from "./discussion.js";
import { calmed, setText } from "./element.js";
import { createLibrary } from "./library.js";
import { localApi } from "./local_api.js";
import { ModelControls } from "./model_controls.js";
import { mountNotices } from "./notices.js";
import { showTheme } from "./page_bar.js";
import { mountPanels, mountViews } from "./panels.js";
import { createSession } from "./session.js";
import { createSettings } from "./settings.js";
import { newId } from "./task_notes.js";
import { TaskPairs } from "./task_pairs.js";
import { mountTaskSearch } from "./task_search.js";
import { textDrafts } from "./text_drafts.js";
import { TraceForm } from "./trace_form.js";

const NO_STORAGE = "This browser keeps nothing here (its storage is full or forbidden): what you write is gone when you leave.";
const NO_SERVER = "There is no server behind this page, and models and programs run on it. Start it with “make serve” (or “python -m apps.server”) and open http://127.0.0.1:5000/arc2/discuss_interface.html";
const SIGN_IN = "Sign in first: type your name at the top of the page.";
const NO_TASK = "The task is not here yet: try again in a moment.";
const NEEDS_SERVER = ["chat-input", "chat-send", "copy-prompt", "export", "export-markdown", "clear-history", "run-code", "run-all-pairs", "submit-trace"];
const RETRY_MS = 2000;
const SECONDS_SAID = 3;

const find = (testid) => document.querySelector(`[data-testid="${testid}"]`);
const part = (selector) => document.querySelector(selector);

class DiscussPage {
  #settings = createSettings();
  #notices = mountNotices(find("notices"));
  #api;
  #session;
  #isShared = false; // a server that asks for passwords
  #library;
  #account;
  #navigation;
  #pairs;
  #openView;
  #editor;
  #runner;
  #discussion;
  #chat;
  #controls;
  #composer;
  #trace;
  #drafts = textDrafts("", () => {}, memory());
  #owner = null; // whose drafts they are; null: nobody's, written before there was a task
  #proposedFrom = null;

  async start() {
    showTheme(this.#settings);
    this.#api = await theApi().catch(() => null);
    if (!this.#api) return this.#tell(NO_STORAGE);
    this.#session = createSession(this.#api, (name, message) => askPasswords(document.body, name, message));
    this.#library = createLibrary(this.#api, this.#api);
    this.#makeProgramParts();
    this.#makeChatParts();
    this.#makeBar();
    this.#listen();
    if (this.#api.isLocal) showNoServer();
    document.body.classList.remove("starting");
    return this.#begin();
  }

  #tell = (sentence, more) => this.#notices.show(sentence, { stays: [NO_STORAGE, SIGN_IN].includes(sentence), ...more });

  #fail = (error) => {
    if (error instanceof Unreachable) return this.#setCut(true);
    if (!(error instanceof Refused) && !(error instanceof RangeError)) console.error(error);
    return this.#tell(error.message);
  };

  // --- the parts

  #makeBar() {
    this.#account = new AccountField(part(".account"), { session: this.#session, tell: this.#tell });
    this.#navigation = new DiscussNavigation(document, { find, library: this.#library, onTask: () => this.#onTask(), tell: this.#tell, fail: this.#fail });
    mountTaskSearch(part(".search"), {
      rows: () => this.#library.rows.get(),
      onChoose: (taskId) => this.#navigation.toTask(taskId),
      onNothing: (text) => this.#tell(`No task id has “${text}” in it.`),
    });
    this.#openView = mountViews(part(".views"), part("main"));
    mountPanels(document.body, { settings: this.#settings, onResize: () => this.#pairs.redraw() });
    const account = () => ({ username: this.#session.store.get(), signOut: () => this.#signOut() });
    find("settings").addEventListener("click", () => openSettings(document.body, this.#settings, account()));
    find("connection").addEventListener("click", () => this.#discussion.reopen());
  }

  #makeProgramParts() {
    const looks = this.#looks;
    this.#pairs = new TaskPairs(part("#pairs"), { looks });
    this.#editor = new CodeEditor(part(".editor-box"), {
      onChange: (code) => this.#programChanged(code), onRun: () => this.#runAll(),
    });
    this.#runner = new CodeRunner({
      find, api: this.#api, editor: this.#editor, looks, keepInput: (input) => this.#drafts.keep({ input }),
      answerAddress: (grid, name) => this.#answerAddress(grid, name),
    });
    this.#trace = new TraceForm(part(".trace-form"), {
      find, newId, submit: (body) => this.#submitTrace(body), code: () => this.#editor.text,
      version: () => this.#navigation.where.version, proposed: () => proposalOf(this.#lastAnswer),
      keep: (trace) => this.#drafts.keep({ trace }),
      address: ({ task_id: taskId, version, trace_id: trace }) => `testing_interface.html${taskAddress(taskId, { version, trace })}`,
    });
    find("copy-output").addEventListener("click", () => this.#copy(find("code-output").dataset.grid));
  }

  #makeChatParts() {
    this.#discussion = new Discussion(this.#api, { page: document, newId, onFailure: this.#failInChat, onCut: (isCut) => this.#setCut(isCut) });
    this.#chat = new Chat(part(".messages"), { actions: this.#actions(), toEndButton: find("to-end") });
    this.#controls = new ModelControls({ find, settings: this.#settings });
    this.#composer = new Composer(part(".composer"), {
      find, send: (text, replaces) => this.#send(text, replaces), stop: () => this.#discussion.stop(),
      keep: (question) => this.#drafts.keep({ question }),
    });
    mountConversationTools(document, {
      find, discussion: this.#discussion, tell: this.#tell, copyPrompt: () => this.#copyPrompt(),
    });
  }

  /** What can be done with a message and what is in it. */
  #actions() {
    return {
      edit: (message) => this.#composer.edit(message),
      regenerate: (message) => this.#regenerate(message),
      copy: (text) => this.#copy(text),
      asTrace: (text) => {
        this.#openView("code");
        this.#trace.use(wordsOf(text));
      },
      toEditor: (code) => {
        this.#openView("code");
        this.#editor.replace(code);
        this.#editor.focus();
      },
      runOnAll: (code) => {
        this.#editor.replace(code);
        this.#runAll();
      },
      useGrid: (grid) => {
        this.#openView("code");
        this.#runner.useGrid(grid);
      },
      looks: this.#looks,
    };
  }

  #looks = () => ({ palette: this.#settings.get().palette, numbers: this.#settings.get().numbers });

  #listen() {
    this.#discussion.store.watch((state) => this.#showConversation(state));
    this.#session.store.watch(() => this.#onSomebodyElse());
    this.#settings.watch((now, before) => {
      if (now.palette === before.palette && now.numbers === before.numbers) return;
      this.#pairs.redraw();
      this.#runner.redraw();
    });
  }

  /** Who is here, the models and the tasks; without a connection, again after a while. */
  async #begin() {
    try {
      ({ passwords_needed: this.#isShared = false } = await this.#session.load());
      if (this.#mayRead) await this.#load();
      else this.#tell(SIGN_IN);
    } catch (error) {
      this.#fail(error);
      if (error instanceof Unreachable) setTimeout(() => this.#begin(), RETRY_MS);
    }
  }

  get #mayRead() {
    return !this.#isShared || this.#session.store.get() !== null;
  }

  async #load() {
    if (!this.#api.isLocal) this.#controls.load(await this.#api.models());
    await this.#library.load();
    this.#setCut(false);
    await this.#navigation.route();
  }

  // --- a task and a person

  #onTask() {
    const { taskId } = this.#navigation.where;
    const isNew = this.#discussion.store.get().taskId !== taskId;
    this.#pairs.show(this.#navigation.version);
    if (!isNew) return this.#runner.open(this.#navigation.version, this.#drafts.read().input);
    this.#discussion.close();
    this.#openDrafts(taskId);
    return this.#converse(taskId);
  }

  /** Show what this person had begun to write for this task. */
  #openDrafts(taskId) {
    const early = this.#owner === null ? this.#drafts.read() : {};
    this.#takeDrafts(taskId);
    const before = this.#drafts.read();
    const question = [before.question, early.question].filter(Boolean).join("\n\n");
    this.#drafts.keep({ ...early, ...before, question });
    const { code, input, trace } = this.#drafts.read();
    this.#editor.open(code || BEGINNING);
    this.#trace.offerProgram(this.#editor.text !== BEGINNING);
    this.#runner.open(this.#navigation.version, input);
    this.#composer.fill(question);
    this.#trace.open(trace);
    this.#say("");
  }

  #takeDrafts(taskId) {
    this.#owner = this.#session.store.get() ?? "";
    this.#drafts = textDrafts(JSON.stringify([this.#owner, taskId]), () => this.#tell(NO_STORAGE));
  }

  #converse(taskId) {
    if (this.#api.isLocal || this.#session.store.get() === null) return this.#discussion.openEmpty(taskId);
    return this.#discussion.open(taskId);
  }

  /** Conversations and drafts are one's own; what was written before a name was given goes with the person. */
  #onSomebodyElse() {
    if (this.#navigation.where === null) return this.#isShared && this.#load().then(() => this.#notices.clear(SIGN_IN), this.#fail);
    const { taskId } = this.#navigation.where;
    const written = this.#drafts.read();
    if (this.#owner === "") {
      this.#takeDrafts(taskId);
      this.#drafts.keep(written);
    } else this.#openDrafts(taskId);
    return this.#converse(taskId);
  }

  /** A name for whoever has not given one: on one's own machine any will do. */
  async #someName() {
    if (await this.#account.ensure()) return true;
    if (this.#isShared) {
      this.#account.focus();
      return this.#say(SIGN_IN);
    }
    await this.#session.signIn(`guest-${newId().slice(0, 6)}`).catch(this.#failInChat);
    return this.#session.store.get() !== null;
  }

  /** Whether there are a person and a task to do something for; else what is missing is said. */
  async #isReady() {
    if (!(await this.#someName())) return false;
    return this.#navigation.where !== null || this.#say(NO_TASK);
  }

  /** What the page shows may be for those who are signed in only: it begins anew. */
  #signOut() {
    this.#session.signOut().then(() => location.reload(), this.#fail);
  }

  // --- talking

  get #lastAnswer() {
    return this.#discussion.store.get().messages.findLast(({ role, status }) => role === "assistant" && status !== "streaming");
  }

  #showConversation(state) {
    this.#chat.show(state);
    this.#composer.setBusy(underWay(state.messages) !== null);
    if (this.#lastAnswer === this.#proposedFrom) return;
    this.#proposedFrom = this.#lastAnswer;
    this.#trace.propose();
  }

  async #send(text, replaces) {
    this.#say("");
    if (!(await this.#isReady())) return false;
    this.#chat.toEnd();
    const { version } = this.#navigation.where;
    return this.#discussion.ask({ text, version, ...this.#controls.body, ...(replaces ? { replaces } : {}) });
  }

  #regenerate({ message_id: id }) {
    this.#say("");
    const { data_source: _, ...wanted } = this.#controls.body;
    return this.#discussion.regenerate({ message_id: id, ...wanted });
  }

  /** A sentence over the field for questions. */
  #say(sentence) {
    setText(find("chat-problem"), sentence);
    find("chat-problem").hidden = !sentence;
    return false;
  }

  #failInChat = (error) => {
    if (error instanceof Refused) return this.#say(error.message);
    if (!(error instanceof Unreachable)) return this.#fail(error);
    return this.#say(`Not done: ${error.message.replace(/\.$/, "")}. What you wrote is kept; try again.`);
  };

  async #copyPrompt() {
    this.#say("");
    if (!(await this.#isReady())) return;
    const { taskId, version } = this.#navigation.where;
    const { data_source } = this.#controls.body;
    await this.#api.prompt(taskId, { data_source, version }).then(({ text }) => this.#copy(text), this.#failInChat);
  }

  #hush = calmed(() => setText(find("live"), ""), SECONDS_SAID * 1000);

  async #copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      setText(find("live"), "Copied");
      this.#hush();
    } catch {
      this.#tell("This browser does not let the page copy: take it from here.", { text }); // forbidden, or no secure context
    }
  }

  #setCut(isCut) {
    find("connection").hidden = !isCut;
    setText(find("connection"), isCut ? "Offline · catching up when it is back" : "");
  }

  // --- the program

  #programChanged(code) {
    const isOwn = code !== BEGINNING;
    this.#drafts.keep({ code: isOwn ? code : "" });
    this.#trace.offerProgram(isOwn);
  }

  #runAll() {
    this.#openView("code");
    this.#runner.runAll();
  }

  /** Only what was made of a test input is an attempt at the task. */
  #answerAddress(grid, name) {
    const { taskId, version } = this.#navigation.where;
    const [kind, index] = name.split("-");
    const test = Number(index);
    return kind !== "test" ? null : `testing_interface.html${taskAddress(taskId, { version, test, attempt: encodeAttempt(grid), label: "your program" })}`;
  }

  async #submitTrace(body) {
    if (!(await this.#isReady())) return null;
    return (await this.#api.addTrace(this.#navigation.where.taskId, body)).trace;
  }
}

/** The server's API, or the tasks alone where there is none. */
async function theApi() {
  if (await hasServer(location.pathname)) return serverApi(apiAddress(location.href));
  return localApi(await openDatabase(), { datasetUrl: "static/dataset.json" });
}

function showNoServer() {
  setText(find("banner"), NO_SERVER);
  find("banner").hidden = false;
  for (const name of NEEDS_SERVER) find(name).disabled = true;
}

new DiscussPage().start();
