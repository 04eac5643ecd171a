// Starts the real server on a free port, with data of its own.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Interceptor } from "@connectrpc/connect";
import { afterAll, beforeAll } from "vitest";
import type { LojalClient, NetworkOptions } from "../../src/index.js";
import { createClient as createNodeClient } from "../../src/node.js";
import { createClient as createWebClient } from "../../src/web.js";

const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));
const START_MS = 20_000;
const STOP_MS = 15_000;

export const TRANSPORTS = ["node", "web"] as const;
export type TransportName = (typeof TRANSPORTS)[number];

/** The file of the server to test, the newer of two. Tests without one say nothing, so there is no going on. */
function binary(): string {
  const candidates = process.env.LOJAL_BIN
    ? [process.env.LOJAL_BIN]
    : ["release", "debug"].map((profile) => join(REPOSITORY, "target", profile, "lojal"));
  const builtAt = (path: string): number => statSync(path).mtimeMs;
  const [newest] = candidates
    .filter((path) => existsSync(path))
    .sort((a, b) => builtAt(b) - builtAt(a));
  if (newest) return newest;
  throw new Error(
    `no server to test at ${candidates.join(" or ")}: build it with \`cargo build --bin lojal\`, or set LOJAL_BIN to its path`,
  );
}

/** Runs the binary with arguments, and returns what it printed. */
export function runLojal(...arguments_: string[]): string {
  return execFileSync(binary(), arguments_, { encoding: "utf8", stdio: "pipe" }).trim();
}

/** A running server. */
export interface RunningServer {
  url: string;
  stop(signal?: "SIGTERM" | "SIGKILL"): Promise<void>;
}

/** Starts a server and waits until it is ready. */
export async function startServer(
  dataDir: string,
  listen = "127.0.0.1:0",
  more: string[] = [],
): Promise<RunningServer> {
  const child = spawn(binary(), ["serve", "--listen", listen, "--data-dir", dataDir, ...more], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  let log = "";
  child.stderr?.on("data", (text) => {
    log = (log + text).slice(-4_000);
  });
  try {
    return { url: await readyUrl(child), stop: (signal) => stop(child, ended, signal) };
  } catch (error) {
    child.kill("SIGKILL");
    throw new Error(`the server did not start: ${error}\n${log}`);
  }
}

/** The address the server says it listens on. */
function readyUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready in ${START_MS} ms`)), START_MS);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`it ended with ${code}`)));
    if (!child.stdout) return;
    // Read on to the end, as a full pipe would stop the server.
    createInterface(child.stdout).on("line", (line) => {
      const url = /listening on (https?:\/\/\S+)/.exec(line)?.[1];
      if (!url) return;
      clearTimeout(timer);
      resolve(url);
    });
  });
}

async function stop(child: ChildProcess, ended: Promise<void>, signal: NodeJS.Signals = "SIGTERM") {
  child.kill(signal);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`the server did not stop in ${STOP_MS} ms`));
    }, STOP_MS);
  });
  await Promise.race([ended, late]).finally(() => clearTimeout(timer));
}

/** A folder for a server's data that is gone after the tests. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "lojal-js-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** One server for all tests of a file. The function it returns makes a client with a workspace of its own. */
export function withServer(): (transport: TransportName, options?: NetworkOptions) => LojalClient {
  let server: RunningServer | undefined;
  const folder = temporaryFolder();
  beforeAll(async () => {
    server = await startServer(folder.path);
  });
  afterAll(async () => {
    await server?.stop();
    folder.remove();
  });
  return (transport, options) => connect(transport, server?.url ?? "", options);
}

/** A client with a workspace of its own, unless one is given. */
export function connect(
  transport: TransportName,
  url: string,
  options: NetworkOptions = {},
): LojalClient {
  const create = transport === "node" ? createNodeClient : createWebClient;
  return create(url, { workspace: `t-${randomUUID()}`, ...options }) as LojalClient;
}

/** Notes the name of each RPC that is called, such as `NpsService.GetNps`. */
export function noting(names: Set<string>): Interceptor {
  return (next) => (request) => {
    names.add(rpcName(request.method));
    return next(request);
  };
}

/** The name of an RPC, such as `NpsService.GetNps`. */
export function rpcName(method: { name: string; parent: { name: string } }): string {
  return `${method.parent.name}.${method.name}`;
}
