/** The discussion interface: makes the parts of the page, and carries what happens in one to the others. */

import { mountAccountField } from "./account_field.js";
import { taskAddress } from "./address.js";
import { Refused, Unreachable, apiAddress, hasServer, serverApi } from "./api.js";
import { encodeAttempt } from "./attempt_link.js";
import { mountChat, mountComposer } from "./chat.js";
import { BEGINNING, mountCodeEditor } from "./code_editor.js";
import { mountCodeRunner } from "./code_runner.js";
import { asMarkdown, underWay, wordsOf } from "./conversation.js";
import { openDatabase } from "./database.js";
import { askPasswords, openSettings } from "./dialogs.js";
import { createDiscussNavigation } from "./discuss_navigation.js";
import { createDiscussion } from "./discussion.js";
import { setText } from "./element.js";
import { save } from "./exchange.js";
import { createLibrary } from "./library.js";
import { localApi } from "./local_api.js";
import { mountModelControls } from "./model_controls.js";
import { mountNotices } from "./notices.js";
import { mountPanels, mountViews } from "./panels.js";
import { createSession } from "./session.js";
import { createSettings } from "./settings.js";
import { mountTaskPairs } from "./task_pairs.js";
import { newId } from "./task_notes.js";
import { mountTaskSearch } from "./task_search.js";
import { textDrafts } from "./text_drafts.js";
import { mountTraceForm } from "./trace_form.js";

const NO_STORAGE = "This browser keeps nothing here (its storage is full or forbidden): what you write is gone when you leave.";
const NO_SERVER = "There is no server behind this page, and models and programs run on it. Start it with “make serve” (or “python -m apps.server”) and open http://127.0.0.1:5000/arc2/discuss_interface.html";
const NEEDS_SERVER = ["chat-input", "chat-send", "copy-prompt", "export", "export-markdown", "clear-history", "run-code", "run-all-pairs", "submit-trace"];
const RETRY_MS = 2000;

const find = (testid) => document.querySelector(`[data-testid="${testid}"]`);

async function start() {
  const settings = createSettings();
  showTheme(settings);
  const notices = mountNotices(find("notices"));
  const tell = (sentence, more) => notices.show(sentence, more);
  const api = await theApi().catch(() => tell(NO_STORAGE) && null);
  if (!api) return;
  const session = createSession(api, (name, message) => askPasswords(document.body, name, message));
  const library = createLibrary(api, api);
  const looks = () => ({ palette: settings.get().palette, numbers: settings.get().numbers });
  let drafts = textDrafts("", () => {});
  let owner = "";
  let isShared = false;
  let proposedFrom = null;

  // --- the parts

  const account = mountAccountField(document.querySelector(".account"), { session, onFailure: fail });
  const navigation = createDiscussNavigation(document, { find, library, onTask, tell, fail });
  const pairs = mountTaskPairs(document.querySelector("#pairs"), { looks });
  const views = mountViews(document.querySelector(".views"), document.querySelector("main"));
  const editor = mountCodeEditor(document.querySelector(".editor-box"), {
    onChange: (code) => drafts.keep({ code: code === BEGINNING ? "" : code }), onRun: () => runAll(),
  });
  const runner = mountCodeRunner({
    find, api, editor, looks, version: () => navigation.version, onRun: () => {}, keepInput: (input) => drafts.keep({ input }), answerAddress,
  });
  const discussion = createDiscussion(api, { page: document, newId, onFailure: failInChat, onCut: setCut });
  const chat = mountChat(document.querySelector(".messages"), {
    toEndButton: find("to-end"),
    actions: { edit: (message) => composer.edit(message), regenerate, copy, asTrace, toEditor, runOnAll, useGrid, looks },
  });
  const controls = mountModelControls({ find, settings });
  const composer = mountComposer(document.querySelector(".composer"), {
    find, send, stop: () => discussion.stop(), keep: (question) => drafts.keep({ question }),
  });
  const trace = mountTraceForm(document.querySelector(".trace-form"), {
    find, newId, submit: submitTrace, code: () => editor.text, version: () => navigation.where.version,
    proposed: () => wordsOf(lastAnswer()?.text ?? ""), keep: (text) => drafts.keep({ trace: text }),
    address: ({ task_id: taskId, version, trace_id: id }) => `testing_interface.html${taskAddress(taskId, { version, trace: id })}`,
  });
  mountTaskSearch(document.querySelector(".search"), {
    rows: () => library.rows.get(), onChoose: navigation.toTask, onNothing: (text) => tell(`No task id has “${text}” in it.`),
  });
  mountPanels(document.body, { settings, onResize: () => pairs.redraw() });
  mountButtons();

  // --- a task

  function onTask({ taskId, test }, version) {
    const isNew = discussion.store.get().taskId !== taskId;
    pairs.show(version, test);
    if (!isNew) return runner.show(version, drafts.read().input);
    discussion.close();
    openDrafts(taskId);
    return converse(taskId);
  }

  /** Show what this person had begun to write for this task. */
  function openDrafts(taskId) {
    owner = session.store.get() ?? "";
    drafts = textDrafts(JSON.stringify([owner, taskId]), () => tell(NO_STORAGE));
    const kept = drafts.read();
    editor.show(kept.code ?? BEGINNING);
    runner.show(navigation.version, kept.input);
    composer.fill(kept.question ?? "");
    trace.show(kept.trace);
    say("");
  }

  function converse(taskId) {
    if (api.isLocal) return undefined;
    return session.store.get() === null ? discussion.startEmpty(taskId) : discussion.open(taskId);
  }

  function answerAddress(grid, pairName) {
    const { taskId, version } = navigation.where;
    const [kind, index] = pairName.split("-");
    const test = kind === "test" ? Number(index) : navigation.where.test;
    const answers = navigation.version.test.map((_, place) => (place === test ? grid : null));
    return `testing_interface.html${taskAddress(taskId, { version, test, attempt: encodeAttempt(answers), label: "your program" })}`;
  }

  // --- talking

  const lastAnswer = () => discussion.store.get().messages.findLast(({ role, status }) => role === "assistant" && status !== "streaming");

  async function send(text, replaces) {
    say("");
    if (!(await someName())) return false;
    chat.toEnd();
    const { version } = navigation.where;
    return discussion.ask({ text, version, ...controls.settings(), ...(replaces ? { replaces } : {}) });
  }

  function regenerate({ message_id: id }) {
    say("");
    const { data_source: _, ...wanted } = controls.settings();
    return discussion.regenerate({ message_id: id, ...wanted });
  }

  /** A name for whoever has not given one: on one's own machine any will do. */
  async function someName() {
    if (await account.ensure()) return true;
    if (isShared) {
      account.focus();
      return say("Sign in first: type your name at the top of the page.");
    }
    await session.signIn(`guest-${newId().slice(0, 6)}`).catch(failInChat);
    return session.store.get() !== null;
  }

  function say(sentence) {
    setText(find("chat-problem"), sentence);
    find("chat-problem").hidden = !sentence;
    return false;
  }

  function failInChat(error) {
    if (error instanceof Unreachable) setCut(true);
    if (error instanceof Unreachable || error instanceof Refused) return say(error instanceof Refused ? error.message : `Not done: ${error.message}. What you wrote is kept; try again.`);
    return fail(error);
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      setText(find("live"), "Copied");
    } catch {
      tell("This browser does not let the page copy: take it from here.", { text }); // forbidden, or no secure context
    }
  }

  async function copyPrompt() {
    const { data_source } = controls.settings();
    const { taskId, version } = navigation.where;
    await api.prompt(taskId, { data_source, version }).then(({ text }) => copy(text), failInChat);
  }

  function exported(asText, ending) {
    const { taskId, messages } = discussion.store.get();
    save(document, `discussion_${taskId}.${ending}`, asText(taskId, messages));
  }

  function clear() {
    if (!discussion.store.get().messages.length) return;
    notices.show("Remove the whole conversation about this task?", { action: ["Remove it", () => discussion.clear()] });
  }

  // --- the program

  function toEditor(code) {
    editor.set(code);
    views.open("code");
    editor.focus();
  }

  function runOnAll(code) {
    editor.set(code);
    runAll();
  }

  function runAll() {
    views.open("code");
    runner.runAll();
  }

  function useGrid(grid) {
    runner.useGrid(grid);
    views.open("code");
  }

  function asTrace(text) {
    trace.use(wordsOf(text));
    views.open("code");
  }

  async function submitTrace(body) {
    if (!(await someName())) return null;
    return (await api.addTrace(navigation.where.taskId, body)).trace;
  }

  // --- around it

  function mountButtons() {
    find("copy-prompt").addEventListener("click", copyPrompt);
    find("export").addEventListener("click", () => exported((task_id, messages) => JSON.stringify({ task_id, messages }, null, 2), "json"));
    find("export-markdown").addEventListener("click", () => exported(asMarkdown, "md"));
    find("clear-history").addEventListener("click", clear);
    find("copy-output").addEventListener("click", () => copy(find("code-output").dataset.grid));
    find("settings").addEventListener("click", () => openSettings(document.body, settings, { username: session.store.get(), signOut }));
    find("connection").addEventListener("click", () => discussion.reopen());
  }

  function setCut(isCut) {
    find("connection").hidden = !isCut;
    setText(find("connection"), isCut ? "Offline · catching up when it is back" : "");
  }

  async function signOut() {
    await session.signOut().catch(fail);
    account.clear();
  }

  function fail(error) {
    if (error instanceof Unreachable) return setCut(true);
    if (!(error instanceof Refused) && !(error instanceof RangeError)) console.error(error);
    return tell(error.message);
  }

  discussion.store.watch((state) => {
    chat.show(state);
    composer.setBusy(underWay(state.messages) !== null);
    if (lastAnswer() === proposedFrom) return;
    proposedFrom = lastAnswer();
    trace.propose();
  });
  settings.watch((now, before) => {
    if (now.palette === before.palette && now.numbers === before.numbers) return;
    pairs.redraw();
    runner.redraw();
  });
  session.store.watch(() => navigation.where && onSomebodyElse());

  /** Conversations and drafts are one's own; what was written before a name was given goes with the person. */
  function onSomebodyElse() {
    const { taskId } = navigation.where;
    const before = drafts.read();
    const wasNobody = owner === "";
    if (wasNobody) {
      owner = session.store.get() ?? "";
      drafts = textDrafts(JSON.stringify([owner, taskId]), () => tell(NO_STORAGE));
      drafts.keep(before);
    } else openDrafts(taskId);
    discussion.close();
    return converse(taskId);
  }

  /** Who is here, the models and the tasks; without a connection, again after a while. */
  async function begin() {
    try {
      ({ passwords_needed: isShared = false } = await session.load());
      if (isShared && session.store.get() === null) tell("Sign in first: type your name at the top of the page.");
      if (api.models) controls.load(await api.models());
      await library.load();
      setCut(false);
      await navigation.route();
    } catch (error) {
      fail(error);
      if (error instanceof Unreachable) setTimeout(begin, RETRY_MS);
    }
  }

  if (api.isLocal) showNoServer();
  await begin();
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

function showTheme(settings) {
  const show = () => {
    const { theme } = settings.get();
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  };
  settings.watch(show);
  show();
}

start();
