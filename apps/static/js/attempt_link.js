/**
 * A model's answers in an address, so that a report can link a failed attempt: `#/task/<id>?attempt=<answers>`.
 *
 * `<answers>` has one part per test input, joined by ",": `<height>x<width>.<cells>`, or nothing where there is no answer.
 * `<cells>` are the H * W digits, row by row, read as one decimal number and written big-endian in base64url without "=".
 * 30 x 30 cells take 499 characters. In Python:
 *
 *     digits = "".join(str(cell) for row in grid for cell in row)
 *     number = int(digits).to_bytes((int(digits).bit_length() + 7) // 8 or 1, "big")
 *     part = f"{len(grid)}x{len(grid[0])}.{base64.urlsafe_b64encode(number).decode().rstrip('=')}"
 *
 * `&label=...` (a model's name) may follow; the page shows it as plain text, and opens the first test input that differs
 * unless the address names one. tests/vectors/attempt_links.json has examples. Pure.
 */

import { isGrid } from "./grid.js";

/** The text of `answers`: a grid or null per test input. */
export function encodeAttempt(answers) {
  return answers.map((grid) => (grid ? `${grid.length}x${grid[0].length}.${packed(grid)}` : "")).join(",");
}

function packed(grid) {
  const number = BigInt(grid.flat().join("")).toString(16);
  const hex = number.length % 2 ? `0${number}` : number;
  const bytes = hex.match(/../g).map((pair) => String.fromCharCode(Number.parseInt(pair, 16)));
  return btoa(bytes.join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** A grid or null per test input; null when `text` is not such a list. */
export function decodeAttempt(text) {
  const answers = text.slice(0, 20_000).split(",").map(decodePart);
  return answers.includes(undefined) ? null : answers;
}

function decodePart(part) {
  if (part === "") return null;
  const match = /^(\d{1,2})x(\d{1,2})\.([\w-]+)$/.exec(part);
  if (!match) return undefined;
  const [rows, columns] = [Number(match[1]), Number(match[2])];
  const digits = unpacked(match[3])?.padStart(rows * columns, "0");
  if (digits?.length !== rows * columns) return undefined;
  const grid = Array.from({ length: rows }, (_, r) => [...digits.slice(r * columns, (r + 1) * columns)].map(Number));
  return isGrid(grid) ? grid : undefined;
}

function unpacked(text) {
  try {
    const bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const hex = [...bytes].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, "0"));
    return BigInt(`0x${hex.join("")}`).toString();
  } catch {
    return null; // not base64
  }
}
