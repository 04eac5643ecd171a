// What words and numbers mean, taken from where that is written: the contract's comments and the glossary.
//
// Sources name a meaning as "glossary:NPS" or "contract:GetNpsResponse.nps". The build looks for such names in them, and takes only what
// is named; it fails where there is no such word, so that no definition is missing or made up.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const CONSOLE = fileURLToPath(new URL("..", import.meta.url));
const ROOT = join(CONSOLE, "..", "..");
const MODULE = "virtual:definitions";
const NAMED = /"((?:glossary|contract):[^"]+)"/g;

export function definitions(): Plugin {
  return {
    name: "lojal-definitions",
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : undefined),
    load(id) {
      if (id !== `\0${MODULE}`) return undefined;
      return `export default ${JSON.stringify(named())};`;
    },
  };
}

/** What sources name, with its meaning. */
function named(): Record<string, string> {
  const known = new Map([...glossary(), ...contract()]);
  const names = new Set<string>();
  const sources = readdirSync(join(CONSOLE, "src"), { recursive: true, encoding: "utf8" });
  for (const source of sources.filter((name) => /\.(svelte|ts)$/.test(name))) {
    const text = readFileSync(join(CONSOLE, "src", source), "utf8");
    for (const [, name] of text.matchAll(NAMED)) names.add(name ?? "");
  }
  const found: Record<string, string> = {};
  for (const name of [...names].sort()) {
    const meaning = known.get(name);
    if (!meaning)
      throw new Error(
        `${name} is not explained; name a word of the glossary or a field of the contract`,
      );
    found[name] = meaning;
  }
  return found;
}

/** The rows of the glossary's tables of words, each word of a row by itself. */
function* glossary(): Generator<[string, string]> {
  const text = readFileSync(join(ROOT, "server", "docs", "glossary.md"), "utf8");
  for (const [, words = "", meaning = ""] of text.matchAll(/^\| ([^|]+) \| ([^|]+) \|$/gm)) {
    for (const word of words.split(","))
      yield [`glossary:${plain(word)}`, sentence(plain(meaning))];
  }
}

/** The first paragraph of the comment of every message, field and method. */
function* contract(): Generator<[string, string]> {
  const folder = join(ROOT, "proto", "lojal", "v1");
  for (const file of readdirSync(folder).sort()) {
    const within: string[] = [];
    let comment: string[] = [];
    for (const line of readFileSync(join(folder, file), "utf8").split("\n")) {
      const [, remark] = /^\s*\/\/ ?(.*)$/.exec(line) ?? [];
      if (remark !== undefined) {
        comment.push(remark);
        continue;
      }
      const [, block] = /^\s*(?:message|service|enum|oneof) (\w+) \{/.exec(line) ?? [];
      const [, field] = /^\s*(?:optional |repeated )?[\w.]+(?:<.*>)? (\w+) = \d+/.exec(line) ?? [];
      const [, method] = /^\s*rpc (\w+)\(/.exec(line) ?? [];
      const name = block ?? field ?? method;
      if (name && comment.length > 0) {
        yield [`contract:${[...within, name].join(".")}`, paragraph(comment)];
      }
      // A method that has options opens a block, too.
      if (line.trimEnd().endsWith("{")) within.push(name ?? "");
      if (line.trim() === "}") within.pop();
      comment = [];
    }
  }
}

function paragraph(comment: string[]): string {
  const end = comment.indexOf("");
  return plain(comment.slice(0, end < 0 ? undefined : end).join(" "));
}

function plain(text: string): string {
  return text
    .replace(/\[([^\]]+)\]\([^)]*\)/g, "$1")
    .replaceAll("`", "")
    .trim();
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.:)]$/.test(text) ? "" : "."}`;
}
