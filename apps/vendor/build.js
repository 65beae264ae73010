/**
 * Builds apps/static/vendor from what package-lock.json pins: `npm ci && npm run vendor`.
 * One ES module per library, and LICENCES.txt with the licence of everything that went into them.
 */

import { readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, "../..");
const TARGET = join(ROOT, "apps/static/vendor");

const ENTRIES = {
  codemirror: join(HERE, "codemirror.js"),
  dompurify: join(ROOT, "node_modules/dompurify/dist/purify.es.mjs"),
  marked: join(ROOT, "node_modules/marked/lib/marked.esm.js"),
};

/**
 * CodeMirror's styles as adopted style sheets also outside of shadow roots: a policy without 'unsafe-inline' forbids the
 * style element that style-mod would make in a document.
 */
const adoptedStyles = {
  name: "adopted-styles",
  setup({ onLoad }) {
    onLoad({ filter: /style-mod\.js$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const contents = source.replace("!root.head && root.adoptedStyleSheets", "root.adoptedStyleSheets");
      if (contents === source) throw new Error("style-mod has changed: see how it chooses between style elements and adopted sheets");
      return { contents, loader: "js" };
    });
  },
};

const { metafile } = await build({
  absWorkingDir: ROOT,
  entryPoints: ENTRIES,
  outdir: TARGET,
  bundle: true,
  format: "esm",
  minify: true,
  target: "es2022",
  legalComments: "none",
  metafile: true,
  plugins: [adoptedStyles],
});
await writeFile(join(TARGET, "LICENCES.txt"), await licences(metafile));

/** The licence of every package that gave a file. */
async function licences({ inputs }) {
  const folders = Object.keys(inputs).map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  const packages = [...new Set(folders.filter(Boolean))].sort();
  return (await Promise.all(packages.map(licence))).join("\n");
}

async function licence(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(ROOT, folder, "package.json"), "utf8"));
  const file = (await readdir(join(ROOT, folder))).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} has no licence file`);
  return `${name} ${version} (${license})\n${"=".repeat(60)}\n${await readFile(join(ROOT, folder, file), "utf8")}`;
}
