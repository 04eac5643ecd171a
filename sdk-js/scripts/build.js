// Compiles src twice, as ES modules and as CommonJS, each with its own type declarations.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const sdk = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(sdk, "dist");
rmSync(dist, { recursive: true, force: true });

for (const [name, type, settings] of [
  ["esm", "module", ["--module", "esnext"]],
  ["cjs", "commonjs", ["--module", "commonjs"]],
]) {
  const out = join(dist, name);
  execFileSync(
    join(sdk, "node_modules", ".bin", "tsc"),
    ["-p", join(sdk, "tsconfig.build.json"), "--outDir", out, ...settings],
    { stdio: "inherit" },
  );
  mkdirSync(out, { recursive: true });
  // Tells Node and TypeScript which kind of module the files of this folder are.
  writeFileSync(join(out, "package.json"), `${JSON.stringify({ type, sideEffects: false })}\n`);
}
