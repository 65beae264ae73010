/**
 * The address of everything: `#/task/<id>/v/<version>/test/<index>?trace=<id>&attempt=<rows>` and `#/gallery?...`.
 * Version 0 and test 0 may be left out. Pure.
 */

const TASK = /^\/task\/([^/]+)(?:\/v\/(\d{1,6}))?(?:\/test\/(\d{1,3}))?\/?$/;

/** {page: "task" | "gallery" | "start" | "unknown", ...} of a location hash. */
export function parseAddress(hash) {
  const [path, query = ""] = hash.replace(/^#/, "").split(/\?(.*)/s);
  const parameters = Object.fromEntries(new URLSearchParams(query));
  if (path === "" || path === "/") return { page: "start", parameters };
  if (path === "/gallery") return { page: "gallery", parameters };
  const match = TASK.exec(path);
  if (!match) return { page: "unknown", parameters };
  const [, id, version = "0", test = "0"] = match;
  return { page: "task", taskId: decoded(id), version: Number(version), test: Number(test), parameters };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray "%" in a hand-written address
  }
}

/** The hash of a task's address; parameters that are null, empty or undefined are left out. */
export function taskAddress(taskId, { version = 0, test = 0, ...parameters } = {}) {
  const path = `#/task/${encodeURIComponent(taskId)}${version ? `/v/${version}` : ""}${test ? `/test/${test}` : ""}`;
  return path + queryText(parameters);
}

export const galleryAddress = (parameters = {}) => `#/gallery${queryText(parameters)}`;

function queryText(parameters) {
  const present = Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const text = new URLSearchParams(present).toString();
  return text ? `?${text}` : "";
}
