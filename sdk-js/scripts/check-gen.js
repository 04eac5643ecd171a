// Fails when the committed generated code differs from what the contract generates today.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generate } from "./generate.js";

const sdk = dirname(dirname(fileURLToPath(import.meta.url)));
const temporary = mkdtempSync(join(tmpdir(), "lojal-gen-"));

/** The files of a folder by relative path, with their text. */
function filesIn(folder) {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  return new Map(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, "utf8")]));
}

try {
  const fresh = join(temporary, "src", "gen");
  generate(fresh);
  const wanted = filesIn(fresh);
  const committed = filesIn(join(sdk, "src", "gen"));
  const names = [...new Set([...wanted.keys(), ...committed.keys()])].sort();
  const different = names.filter((name) => wanted.get(name) !== committed.get(name));
  for (const name of different) console.error(`out of date: src/gen/${name}`);
  if (different.length > 0) {
    console.error("run `npm run generate` and commit the result");
    process.exitCode = 1;
  }
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
