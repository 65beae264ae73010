/** Where the discussion page is: follows the address, and goes from task to task and from version to version. */

import { parseAddress, taskAddress } from "./address.js";
import { setText } from "./element.js";
import { stay, versionOption } from "./navigation.js";
import { neighbour } from "./task_list.js";

export class DiscussNavigation {
  /** What is shown: {taskId, version, test}; null before the first task. */
  where = null;
  #wanted = null; // the address that is being opened
  #page;
  #parts;
  #versions = [];

  /** `parts` has find(testid), library; onTask(), told when another task or version is shown; tell(sentence), fail(error). */
  constructor(page, parts) {
    const { find } = parts;
    this.#page = page;
    this.#parts = parts;
    find("previous-task").addEventListener("click", () => this.#step(-1));
    find("next-task").addEventListener("click", () => this.#step(1));
    find("version").addEventListener("change", ({ target }) => this.#go(taskAddress(this.where.taskId, { version: Number(target.value) })));
    find("task-number").addEventListener("change", ({ target }) => this.#toNumber(target.value));
    page.defaultView.addEventListener("hashchange", () => this.route());
  }

  /** The version that is shown, with its grids. */
  get version() {
    return this.#versions.find(({ version }) => version === this.where?.version);
  }

  toTask(taskId) {
    if (taskId) this.#go(taskAddress(taskId));
  }

  /** Show what the address says. */
  async route() {
    const address = parseAddress(this.#page.location.hash);
    if (address.page === "task") return this.#open(address).catch((error) => this.#stay(address, error));
    if (address.page !== "start") this.#parts.tell("This address names no task. Here is the first one.");
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

  get #rows() {
    return this.#parts.library.rows.get();
  }

  #go(hash) {
    this.#page.location.hash = hash;
  }

  #step(number) {
    this.toTask(neighbour(this.#rows, this.where?.taskId, number));
  }

  #toNumber(number) {
    const row = this.#rows[Number(number) - 1];
    if (row) this.toTask(row.task_id);
    else this.#parts.tell(`There is no task number ${number}: they go from 1 to ${this.#rows.length}.`);
  }

  async #open(address) {
    this.#wanted = address;
    const versions = await this.#parts.library.task(address.taskId);
    if (this.#wanted !== address) return;
    this.#versions = versions;
    const version = versions.find((one) => one.version === address.version) ?? this.#original(address);
    this.where = { ...address, version: version.version, test: Math.min(address.test, version.test.length - 1) };
    this.#showBar();
    this.#parts.onTask();
  }

  #original({ taskId, version }) {
    this.#parts.tell(`Task ${taskId} has no version ${version}. Here is the original.`);
    return this.#versions[0];
  }

  #showBar() {
    const { find } = this.#parts;
    const { taskId, version, test } = this.where;
    this.#page.title = `${taskId} · discussion · ARC`;
    setText(find("task-id"), taskId);
    const place = this.#rows.findIndex((row) => row.task_id === taskId);
    find("task-number").value = place < 0 ? "" : place + 1;
    find("task-number").max = this.#rows.length;
    setText(find("task-count"), `of ${this.#rows.length}`);
    find("version").replaceChildren(...this.#versions.map((one) => versionOption(one, one === this.version)));
    find("open-task").href = `testing_interface.html${taskAddress(taskId, { version, test })}`;
  }
}
