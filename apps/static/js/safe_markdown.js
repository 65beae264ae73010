/**
 * Markdown of strangers as elements. Markup in it is shown as text, pictures as links, and what is left goes through
 * DOMPurify, which lets only the listed tags and attributes pass.
 */

import DOMPurify from "../vendor/dompurify.js";
import { Marked } from "../vendor/marked.js";

const ALLOWED_TAGS = [
  "a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "strong",
  "table", "tbody", "td", "th", "thead", "tr", "ul",
];
const RULES = {
  ALLOWED_TAGS,
  ALLOWED_ATTR: ["href", "start", "align"],
  ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
};

const MOST_MARKS = 300; // of emphasis in one text: the time to pair them grows with their square

const TOO_DEEP = /^(?:[ \t]*(?:>|[*+-](?=\s))){30}/m;

const escaped = (text) => text.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);

const marked = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    html: ({ text }) => escaped(text),
    image: ({ href, text }) => `<a href="${escaped(href)}">${escaped(text || href)}</a>`,
    checkbox: ({ checked }) => (checked ? "☑ " : "☐ "),
  },
});

/** A fragment with what `text` says. */
export function safeMarkdown(text) {
  const fragment = DOMPurify.sanitize(asMarkup(text), RULES);
  for (const link of fragment.querySelectorAll("a")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
  }
  return fragment;
}

function asMarkup(text) {
  if (TOO_DEEP.test(text) || (text.match(/[*_]/g)?.length ?? 0) > MOST_MARKS) return asPlainText(text);
  try {
    return marked.parse(text);
  } catch {
    return asPlainText(text); // what marked stumbles over is shown as it was written
  }
}

const asPlainText = (text) => `<p>${escaped(text)}</p>`;
