// The packed package, installed into folders in which there was nothing.
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll } from "vitest";
import { type RunningServer, startServer, temporaryFolder } from "../integration/server.js";

export const SDK = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

/** Runs a program in a folder, and returns what it printed. Says all of it where it fails. */
export async function runIn(
  folder: string,
  program: string,
  arguments_: string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<string> {
  const env = { ...process.env, ...environment };
  try {
    return (await run(program, arguments_, { cwd: folder, env })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${arguments_.join(" ")} failed:\n${stdout}\n${stderr}`);
  }
}

/** A server, and a function that makes a folder with the packed package installed. */
export function withPackage() {
  const folder = temporaryFolder();
  let server: RunningServer | undefined;
  let tarball = "";
  beforeAll(async () => {
    // What is built is packed: check:package has just done so.
    await runIn(SDK, "npm", ["pack", "--ignore-scripts", "--pack-destination", folder.path]);
    tarball = join(
      folder.path,
      readdirSync(folder.path).find((name) => name.endsWith(".tgz")) ?? "",
    );
    server = await startServer(join(folder.path, "data"));
  });
  afterAll(async () => {
    await server?.stop();
    folder.remove();
  });
  /** Installs into a new folder, with what is copied into it first. */
  const install = async (name: string, from?: string, files: Record<string, string> = {}) => {
    const target = join(folder.path, name);
    mkdirSync(target);
    if (from) cpSync(join(SDK, from), target, { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(join(target, file), text);
    await runIn(target, "npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", tarball]);
    return target;
  };
  return { install, url: () => server?.url ?? "" };
}
