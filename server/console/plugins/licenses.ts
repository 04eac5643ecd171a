// The licences of what is built in, beside it: whoever gets the one gets the other.
import { readdirSync, readFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

/** The text of the licence that packages name without having it. */
const APACHE = fileURLToPath(new URL("../../../LICENSE", import.meta.url));

/** Under which anything may be built in, as .cargo/deny.toml has it for crates. */
const ALLOWED = ["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0"];

export function licenses(): Plugin {
  return {
    name: "lojal-licenses",
    generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap((chunk) =>
        // What is left of a module that was thrown out is nothing.
        chunk.type === "chunk"
          ? Object.entries(chunk.modules).flatMap(([id, { renderedLength }]) =>
              renderedLength > 0 ? [id] : [],
            )
          : [],
      );
      const texts = packagesOf(modules).map(
        ({ name, license, text }) => `${name} (${license})\n\n${text}\n`,
      );
      const apache = readFileSync(APACHE, "utf8").trimEnd();
      const parts = ["The console is built from these packages.\n", ...texts, `${apache}\n`];
      const source = parts.join(`\n${"-".repeat(72)}\n\n`);
      this.emitFile({ type: "asset", fileName: "licenses.txt", source });
    },
  };
}

interface Package {
  name: string;
  license: string;
  text: string;
}

/** The packages that modules are of, by name; our own sources are of none. */
function packagesOf(modules: string[]): Package[] {
  const byFolder = new Map<string, string[]>();
  for (const id of modules) {
    const [, folder] = /^\0?(.*node_modules\/(?:@[^/]+\/)?[^/?]+)/.exec(id) ?? [];
    if (folder) byFolder.set(folder, [...(byFolder.get(folder) ?? []), id]);
  }
  const packages = [...byFolder].map(([folder, ids]) => read(folder, ids));
  return packages.sort((one, other) => one.name.localeCompare(other.name, "en"));
}

function read(folder: string, modules: string[]): Package {
  const { name, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const words = String(license)
    .split(/ AND |[()]/)
    .filter(Boolean);
  if (!words.every((word) => ALLOWED.includes(word))) {
    throw new Error(`${name} is under ${license}; take another package, or allow it`);
  }
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  const text = file ? readFileSync(join(folder, file), "utf8").trim() : notices(modules);
  if (!text) throw new Error(`${name} comes without its licence; find out what it is under`);
  return { name, license: words.join(" and "), text };
}

/** What modules say of their licence at their beginning, each notice once. */
function notices(modules: string[]): string {
  const found = modules.filter(isAbsolute).flatMap((module) => {
    const [begin = ""] = /^(?:\/\/.*\n)+/.exec(readFileSync(module, "utf8")) ?? [];
    return begin.includes("Copyright") ? [begin.replace(/^\/\/ ?/gm, "").trim()] : [];
  });
  return [...new Set(found)].sort().join("\n\n");
}
