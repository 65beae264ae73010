/** Where the page is: follows the address, shows the gallery or a task, and goes from task to task. */

import { galleryAddress, parseAddress, taskAddress } from "./address.js";
import { decodeAttempt } from "./attempt_link.js";
import { draftName } from "./drafts.js";
import { setText } from "./element.js";
import { sameGrid, sizeText } from "./grid.js";
import { neighbour, randomTask } from "./task_list.js";
import { describe } from "./transforms.js";

/**
 * `onTask()` is told when another task, version or test is shown; `fail(error)` gets what went wrong, `tell(sentence)` a
 * sentence for people.
 */
export function createNavigation(page, { find, library, bench, session, gallery, onTask, fail, tell }) {
  const views = { task: page.querySelector("#task"), gallery: page.querySelector("#gallery") };
  let where = null;
  let versions = [];
  let hasAttempt = false;

  const go = (hash) => {
    page.location.hash = hash;
  };

  async function route() {
    const address = parseAddress(page.location.hash);
    if (address.page === "gallery") return showGallery(address.parameters);
    showView("task");
    if (address.page === "task") return openTask(address).catch(fail);
    if (address.page === "unknown") tell("This address names no task. Here is the first one.");
    const first = library.rows.get()[0]?.task_id;
    if (!first) return undefined;
    page.location.replace(taskAddress(first));
    return undefined;
  }

  function showView(name) {
    for (const [view, element] of Object.entries(views)) element.hidden = view !== name;
    find("gallery").setAttribute("aria-pressed", String(name === "gallery"));
  }

  function showGallery(parameters) {
    showView("gallery");
    page.title = "Tasks · ARC";
    gallery.show(library.rows.get(), parameters);
    gallery.focus();
  }

  async function openTask(address) {
    const isNew = where?.taskId !== address.taskId;
    where = address;
    const read = await library.task(address.taskId);
    if (where !== address) return;
    versions = read;
    const version = versionOf(address.version);
    const { attempt, test } = attemptOf(address, version);
    where = { ...address, version: version.version, test };
    const here = where;
    hasAttempt = attempt !== null;
    showBar(version);
    const title = attempt ? `Attempt${address.parameters.label ? ` of ${address.parameters.label}` : ""}:` : "";
    const opened = await bench.open({ taskId: address.taskId, task: version, test, draft: draft() }, { attempt, title });
    if (opened && where === here) onTask(isNew);
  }

  /** What the draft of the answer that is shown is called. */
  function draft() {
    const { taskId, version, test, parameters } = where;
    return draftName({ username: session.store.get() ?? "", taskId, version, test, attempt: hasAttempt && parameters.attempt });
  }

  function versionOf(number) {
    const version = versions.find((one) => one.version === number);
    if (!version) tell(`Task ${where.taskId} has no version ${number}. Here is the original.`);
    return version ?? versions[0];
  }

  /** The test input to show and, with an attempt in the address, the model's answer to it. */
  function attemptOf(address, version) {
    const last = version.test.length - 1;
    const text = address.parameters.attempt;
    const answers = text ? decodeAttempt(text) : null;
    if (text && !answers) tell("The attempt in this address cannot be read: it may have been cut off.");
    if (!answers) return { attempt: null, test: Math.min(address.test, last) };
    const wrong = version.test.findIndex(({ output }, place) => answers[place] && output && !sameGrid(answers[place], output));
    const test = address.namesTest || wrong < 0 ? Math.min(address.test, last) : wrong;
    if (!answers[test]) tell("The attempt has no answer to this test input.");
    return { attempt: answers[test] ?? null, test };
  }

  function showBar(version) {
    const { taskId, test } = where;
    const { length } = version.test;
    page.title = `${taskId} · ARC`;
    setText(find("task-id"), taskId);
    setText(page.querySelector("#test-title"), length > 1 ? `Test ${test + 1} of ${length}` : "Test");
    find("next-test").hidden = length < 2;
    setText(find("test-size"), sizeText(version.test[test].input));
    const choices = versions.map((one) => {
      const option = page.createElement("option");
      option.value = String(one.version);
      const signers = one.signed_by?.length ? ` · ${one.signed_by.join(", ")}` : "";
      option.textContent = one.version ? `${one.version} · ${describe(one.transform)}${signers}` : "0 · original";
      option.selected = one.version === version.version;
      return option;
    });
    find("version").replaceChildren(...choices);
  }

  /** Read the task that is shown again: its versions may have changed. What is being drawn stays. */
  async function refresh() {
    if (!where) return;
    library.forget(where.taskId);
    const { taskId } = where;
    const read = await library.task(taskId);
    if (where.taskId !== taskId) return;
    versions = read;
    const version = versions.find((one) => one.version === where.version);
    if (version) showBar(version);
    else if (where.version) {
      tell(`Version ${where.version} is gone: nobody stands by it any more. Here is the original.`);
      go(taskAddress(taskId));
    }
  }

  const rows = () => library.rows.get();
  const toTask = (taskId) => taskId && go(taskAddress(taskId));
  return {
    go, route, refresh, toTask, draft,
    step: (number) => toTask(neighbour(rows(), where?.taskId, number)),
    random: () => toTask(randomTask(rows(), where?.taskId)),
    gallery: () => (views.gallery.hidden ? go(galleryAddress()) : page.defaultView.history.back()),
    nextTest: () => go(taskAddress(where.taskId, { version: where.version, test: (where.test + 1) % bench.base.task.test.length })),
    toVersion: (version) => go(taskAddress(where.taskId, { version })),
    get where() { return where; },
    get version() { return versions.find((one) => one.version === where?.version); },
  };
}
