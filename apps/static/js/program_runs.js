/** What a program made of grids, put beside what was expected. Pure: running happens on the server. */

import { judge, verdictText } from "./verdict.js";

/** The pairs of a version: {name: "train-0", label: "Train 1", input, expected}; `expected` null where nobody knows it. */
export function pairsOf({ train, test }) {
  const named = (kind, label) => ({ input, output }, index) => ({ name: `${kind}-${index}`, label: `${label} ${index + 1}`, input, expected: output ?? null });
  return [...train.map(named("train", "Train")), ...test.map(named("test", "Test"))];
}

/** A pair's outcome: {...pair, result, verdict, passed}; `verdict` null where the program failed. */
export function outcomeOf(pair, result) {
  const verdict = result.success ? judge(result.output_grid, pair.expected) : null;
  return { ...pair, result, verdict, passed: verdict ? verdict.correct : false };
}

/** "passes 2 of 3 train pairs and 1 of 1 test pair", and whether it is all of them. */
export function summaryOf(outcomes) {
  const count = (kind) => {
    const known = outcomes.filter(({ name, passed }) => name.startsWith(kind) && passed !== null);
    return { passed: known.filter(({ passed }) => passed).length, total: known.length };
  };
  const parts = ["train", "test"].map((kind) => ({ kind, ...count(kind) })).filter(({ total }) => total);
  const words = parts.map(({ kind, passed, total }) => `${passed} of ${total} ${kind} pair${total === 1 ? "" : "s"}`);
  return { text: `Passes ${words.join(" and ")}`, isAll: parts.every(({ passed, total }) => passed === total) };
}

const LINE = /\s*\(line (\d{1,6})\)\s*$/;

/** What to say about one outcome; the line of a failure is told by `lineOf`. */
export function outcomeText({ verdict, result }) {
  if (verdict) return verdictText(verdict).replace("yours is", "the program's is");
  return failureText({ ...result, error: result.error.replace(LINE, "") });
}

/** Why a program made no grid, in one sentence. */
export function failureText({ error, error_type: type }) {
  const sentence = `${error.charAt(0).toUpperCase()}${error.slice(1)}`;
  return `${type === "timeout" ? "Stopped: " : ""}${type === "timeout" ? error : sentence}${/[.!?)]$/.test(error) ? "" : "."}`;
}

/** The line that an error names, or null. */
export function lineOf({ error }) {
  const match = LINE.exec(error ?? "");
  return match ? Number(match[1]) : null;
}

/** A grid as JSON, one row per line. */
export const gridJson = (grid) => `[${grid.map((row) => `[${row.join(", ")}]`).join(",\n ")}]`;

/** What the program printed, pair by pair. */
export function printed(outcomes) {
  const speaking = outcomes.filter(({ result }) => result.stdout);
  return speaking.map(({ label, result }) => `${label}: ${result.stdout.trimEnd().includes("\n") ? "\n" : ""}${result.stdout.trimEnd()}\n`).join("");
}
