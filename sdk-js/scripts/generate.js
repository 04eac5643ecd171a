// Generates the message and service types: the contract from ../proto, and the google.rpc error details from ./proto.
// Usage: node scripts/generate.js <output folder>
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const sdk = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(sdk, "node_modules", ".bin");
const template = join(sdk, "..", "proto", "buf.gen.yaml");

/** Replaces what is in `folder` by freshly generated code. */
export function generate(folder) {
  rmSync(folder, { recursive: true, force: true });
  // The recipe writes to src/gen below the folder it is given.
  const base = resolve(folder, "..", "..");
  for (const input of [join(sdk, "..", "proto"), join(sdk, "proto")]) {
    execFileSync(join(bin, "buf"), ["generate", input, "--template", template, "--output", base], {
      stdio: "inherit",
      env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
    });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  generate(resolve(process.argv[2] ?? join(sdk, "src", "gen")));
}
