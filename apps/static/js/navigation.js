/** Where the page is: follows the address, shows the gallery or a task, and goes from task to task. */

import { galleryAddress, parseAddress, taskAddress } from "./address.js";
import { Unreachable } from "./api.js";
import { decodeAttempt } from "./attempt_link.js";
import { draftName } from "./drafts.js";
import { h, setText } from "./element.js";
import { sizeText } from "./grid.js";
import { neighbour, randomTask } from "./task_list.js";
import { describe } from "./transforms.js";

const RETRY_MS = 2000;

export class Navigation {
  /** What is shown: {taskId, version, test, parameters}; null before the first task. */
  where = null;
  #wanted = null; // the address that is being opened
  #page;
  #parts;
  #views;
  #versions = [];
  #hasAttempt = false;

  /**
   * `page` is the document. `parts` has find(testid), library, bench, session, gallery; onTask(isNew), told when another
   * task, version or test is shown; fail(error) and tell(sentence), for what went wrong.
   */
  constructor(page, parts) {
    this.#page = page;
    this.#parts = parts;
    this.#views = { task: page.querySelector("#task"), gallery: page.querySelector("#gallery") };
  }

  /** The version that is shown, with its grids. */
  get version() {
    return this.#versions.find((one) => one.version === this.where?.version);
  }

  /** What the draft of the answer that is shown is called. */
  get draft() {
    const { taskId, version, test, parameters } = this.where;
    const username = this.#parts.session.store.get() ?? "";
    return draftName({ username, taskId, version, test, attempt: this.#hasAttempt && parameters.attempt });
  }

  get #rows() {
    return this.#parts.library.rows.get();
  }

  // --- going

  go(hash) {
    this.#page.location.hash = hash;
  }

  toTask(taskId) {
    if (taskId) this.go(taskAddress(taskId));
  }

  toVersion(version) {
    this.go(taskAddress(this.where.taskId, { version }));
  }

  /** So many tasks further in the list. */
  step(number) {
    this.toTask(neighbour(this.#rows, this.where?.taskId, number));
  }

  random() {
    this.toTask(randomTask(this.#rows, this.where?.taskId));
  }

  nextTest() {
    if (!this.where) return;
    const { taskId, version, test } = this.where;
    this.go(taskAddress(taskId, { version, test: (test + 1) % this.version.test.length }));
  }

  /** To the gallery, and from it back to where one was. */
  gallery() {
    if (this.#views.gallery.hidden) this.go(galleryAddress());
    else this.#page.defaultView.history.back();
  }

  // --- arriving

  /** Show what the address names. */
  async route() {
    const address = parseAddress(this.#page.location.hash);
    if (address.page === "gallery") return this.#showGallery(address.parameters);
    this.#showView("task");
    if (address.page === "task") return this.#openTask(address).catch((error) => this.#stay(address, error));
    if (address.page === "unknown") this.#parts.tell("This address names no task. Here is the first one.");
    return this.#toFirst();
  }

  #toFirst() {
    const first = this.#rows[0]?.task_id;
    if (first) this.#page.location.replace(taskAddress(first));
  }

  #stay(address, error) {
    const again = () => this.#wanted === address && this.route();
    if (this.#wanted === address) stay(this.where, address, error, { ...this.#parts, page: this.#page, again, toFirst: () => this.#toFirst() });
  }

  #showView(name) {
    for (const [view, element] of Object.entries(this.#views)) element.hidden = view !== name;
    this.#parts.find("gallery").setAttribute("aria-pressed", String(name === "gallery"));
  }

  #showGallery(parameters) {
    this.#wanted = null;
    this.#showView("gallery");
    this.#page.title = "Tasks · ARC";
    this.#parts.gallery.show(this.#rows, parameters);
    this.#parts.gallery.focus();
  }

  async #openTask(address) {
    this.#wanted = address;
    const versions = await this.#parts.library.task(address.taskId);
    if (this.#wanted !== address) return;
    const isNew = this.where?.taskId !== address.taskId;
    this.#versions = versions;
    const task = this.#versionOf(address);
    const attempt = this.#attemptOf(address.parameters);
    const test = Math.min(address.test, task.test.length - 1);
    const here = { ...address, version: task.version, test };
    this.where = here;
    this.#hasAttempt = attempt !== null;
    this.#showBar();
    const { label } = address.parameters;
    const title = attempt ? `Attempt${label ? ` of ${label}` : ""}:` : "";
    const isOpen = await this.#parts.bench.open(this.#placeOf(here, task), { attempt, title });
    if (isOpen && this.where === here) this.#parts.onTask(isNew);
  }

  #placeOf({ taskId, version, test }, task) {
    return { username: this.#parts.session.store.get() ?? "", taskId, version, task, test, draft: this.draft };
  }

  #versionOf({ taskId, version: number }) {
    const version = this.#versions.find((one) => one.version === number);
    if (!version) this.#parts.tell(`Task ${taskId} has no version ${number}. Here is the original.`);
    return version ?? this.#versions[0];
  }

  /** A model's answer that came with the address. */
  #attemptOf({ attempt: text }) {
    const attempt = text ? decodeAttempt(text) : null;
    if (text && !attempt) this.#parts.tell("The attempt in this address cannot be read: it may have been cut off.");
    return attempt;
  }

  /** Read the task that is shown again: its versions may have changed. What is being drawn stays. */
  async refresh() {
    if (!this.where) return;
    const { taskId, version } = this.where;
    this.#parts.library.forget(taskId);
    const versions = await this.#parts.library.task(taskId);
    if (this.where.taskId !== taskId) return;
    this.#versions = versions;
    if (this.version) return void this.#showBar();
    this.#parts.tell(`Version ${version} is gone: nobody stands by it any more. Here is the original.`);
    this.toTask(taskId);
  }

  #showBar() {
    const { find } = this.#parts;
    const { taskId, test } = this.where;
    const { test: tests } = this.version;
    this.#page.title = `${taskId} · ARC`;
    setText(find("task-id"), taskId);
    setText(this.#page.querySelector("#test-title"), tests.length > 1 ? `Test ${test + 1} of ${tests.length}` : "Test");
    find("next-test").hidden = tests.length < 2;
    setText(find("test-size"), sizeText(tests[test].input));
    find("from-file").hidden = !this.#parts.library.isFromFile(taskId);
    find("open-discussion").hidden = this.#parts.library.isFromFile(taskId); // models and their page do not see it
    find("open-discussion").href = `discuss_interface.html${taskAddress(taskId, { version: this.version.version, test })}`;
    find("version").replaceChildren(...this.#versions.map((one) => versionOption(one, one === this.version)));
  }
}

/** The task of an address cannot be shown: say so, and stay with what is `shown`, at its address; with nothing shown go on. */
export function stay(shown, address, error, { page, fail, tell, again, toFirst }) {
  const isCut = error instanceof Unreachable;
  fail(error);
  if (shown === null) return isCut ? setTimeout(again, RETRY_MS) : toFirst();
  const { taskId, version, test, parameters } = shown;
  if (isCut) tell(`Task ${address.taskId} cannot be loaded: ${error.message}.`);
  return page.defaultView.history.replaceState(null, "", taskAddress(taskId, { version, test, ...parameters }));
}

/** A version in a list of them. */
export function versionOption({ version, transform, signed_by: signers }, selected) {
  const names = signers?.length ? ` · ${signers.join(", ")}` : "";
  return h("option", { value: String(version), selected }, version ? `${version} · ${describe(transform)}${names}` : "0 · original");
}
