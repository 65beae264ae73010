/** Where the discussion page is: follows the address, and goes from task to task and from version to version. */

import { parseAddress, taskAddress } from "./address.js";
import { setText } from "./element.js";
import { neighbour } from "./task_list.js";
import { describe } from "./transforms.js";

/** `onTask({taskId, version, test})` is told what is shown; `tell(sentence)` and `fail(error)` what went wrong. */
export function createDiscussNavigation(page, { find, library, onTask, tell, fail }) {
  let where = null;
  let versions = [];

  const rows = () => library.rows.get();
  const go = (hash) => {
    page.location.hash = hash;
  };
  const toTask = (taskId) => taskId && go(taskAddress(taskId));

  async function route() {
    const address = parseAddress(page.location.hash);
    if (address.page === "task") return open(address).catch(fail);
    if (address.page !== "start") tell("This address names no task. Here is the first one.");
    const first = rows()[0]?.task_id;
    if (first) page.location.replace(taskAddress(first));
    return undefined;
  }

  async function open(address) {
    where = address;
    const read = await library.task(address.taskId);
    if (where !== address) return;
    versions = read;
    const found = versions.find(({ version }) => version === address.version);
    if (!found) tell(`Task ${address.taskId} has no version ${address.version}. Here is the original.`);
    const version = found ?? versions[0];
    where = { ...address, version: version.version, test: Math.min(address.test, version.test.length - 1) };
    showBar();
    onTask(where, version);
  }

  function showBar() {
    const { taskId } = where;
    page.title = `${taskId} · discussion · ARC`;
    setText(find("task-id"), taskId);
    const place = rows().findIndex((row) => row.task_id === taskId) + 1;
    find("task-number").value = place || "";
    find("task-number").max = rows().length;
    setText(find("task-count"), `of ${rows().length}`);
    find("version").replaceChildren(...versions.map(option));
    const { version, test } = where;
    find("open-task").href = `testing_interface.html${taskAddress(taskId, { version, test })}`;
  }

  function option({ version, transform, signed_by: signers }) {
    const element = page.createElement("option");
    element.value = String(version);
    element.textContent = version ? [version, describe(transform), ...(signers?.length ? [signers.join(", ")] : [])].join(" · ") : "0 · original";
    element.selected = version === where.version;
    return element;
  }

  const step = (number) => toTask(neighbour(rows(), where?.taskId, number));
  find("previous-task").addEventListener("click", () => step(-1));
  find("next-task").addEventListener("click", () => step(1));
  find("version").addEventListener("change", (event) => go(taskAddress(where.taskId, { version: Number(event.target.value) })));
  find("task-number").addEventListener("change", ({ target }) => {
    const row = rows()[Number(target.value) - 1];
    if (row) toTask(row.task_id);
    else tell(`There is no task number ${target.value}: they go from 1 to ${rows().length}.`);
  });
  page.defaultView.addEventListener("hashchange", () => route());

  return {
    route, toTask, step,
    get where() { return where; },
    get version() { return versions.find(({ version }) => version === where?.version); },
  };
}
