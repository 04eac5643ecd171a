// lojal/web in a real browser, on a page of another origin than the server's: what only breaks there is CORS, and
// whether the details of errors reach the page.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { Code } from "../../src/index.js";
import { startServer, temporaryFolder } from "./server.js";

const SDK = fileURLToPath(new URL("../..", import.meta.url));
const ANSWER_MS = 45_000;
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

function findBrowser(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const inPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [process.env.CHROMIUM_BIN ?? "", ...inPath].find((path) => path && existsSync(path));
}

const browser = findBrowser();
if (!browser) console.log("no chromium here: lojal/web is not tried in a browser (CHROMIUM_BIN)");

/** Where a browser finds the packages that lojal/web imports, as their package.json says. */
function importMap(): Record<string, string> {
  const imports: Record<string, string> = {};
  for (const name of ["@bufbuild/protobuf", "@connectrpc/connect", "@connectrpc/connect-web"]) {
    const about = readFileSync(join(SDK, "node_modules", name, "package.json"), "utf8");
    const exported: Record<string, { import: string }> = JSON.parse(about).exports;
    for (const [path, target] of Object.entries(exported)) {
      imports[join(name, path)] = join("/node_modules", name, target.import);
    }
  }
  return imports;
}

/** Runs in the page. What it finds out goes back to the test. */
const PAGE_SCRIPT = `
import { createClient, timestamp } from "/lojal/web.js";

const plain = (value) => JSON.stringify(value, (_, each) => (typeof each === "bigint" ? Number(each) : each));
const failure = (promise) => promise.then(
  () => "it did not fail",
  ({ name, code, reason, domain, metadata, fieldViolations, message }) =>
    ({ name, code, reason, domain, metadata, fieldViolations, message }),
);
async function ask() {
  const client = createClient(new URLSearchParams(location.search).get("server"), { workspace: "browser" });
  const rows = Array.from({ length: 300 }, (_, i) => ({
    customerId: "c" + (i % 90), time: new Date(Date.UTC(2025, i % 12, 1 + (i % 28))), amount: (1 + (i % 7)) + ".50",
  }));
  const answers = { origin: location.origin };
  await client.workspaces.createWorkspace({});
  answers.nobody = await failure(client.customers.getCustomer({ customerId: "žaba" }));
  answers.tooLittle = await failure(client.clv.fit());
  answers.loaded = await client.transactions.load(rows, { chunkRows: 100 });
  answers.again = await client.transactions.load(rows);
  answers.window = await failure(client.nps.getNps({ window: "soon" }));
  answers.counted = (await client.admin.getServerInfo({})).workspace.transactions;
  answers.predicted = 0;
  for await (const one of client.clv.predict({ asOf: timestamp("2026-01-01") })) {
    if (one.customerId) answers.predicted += 1;
  }
  return answers;
}
const answers = await ask().catch((error) => ({ error: String(error), stack: error?.stack }));
await fetch("/answers", { method: "POST", body: plain(answers) });
`;

/** Serves the page, lojal/web in `build`, and what it imports. */
async function servePage(build: string): Promise<{ url: string; answers: Promise<unknown> }> {
  const map = JSON.stringify({ imports: importMap() });
  const page = `<!doctype html><script type="importmap">${map}</script><script type="module">${PAGE_SCRIPT}</script>`;
  let received: (answers: unknown) => void = () => {};
  const answers = new Promise<unknown>((resolve) => {
    received = resolve;
  });
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://page").pathname);
    if (path === "/answers") {
      let body = "";
      for await (const part of request) body += part;
      received(JSON.parse(body));
      response.end();
    } else if (path === "/") {
      response.setHeader("content-type", "text/html; charset=utf-8").end(page);
    } else {
      const file = path.startsWith("/lojal/") ? join(build, path.slice(7)) : join(SDK, path);
      const known = extname(file) === ".js" && existsSync(file);
      response.writeHead(known ? 200 : 404, { "content-type": "text/javascript" });
      response.end(known ? readFileSync(file) : undefined);
    }
  });
  await new Promise<void>((ready) => server.listen(0, "localhost", ready));
  onTestFinished(() => void server.close());
  return { url: `http://localhost:${(server.address() as AddressInfo).port}/`, answers };
}

test.skipIf(!browser)("lojal/web in a browser", { timeout: 90_000 }, async () => {
  const folder = temporaryFolder();
  onTestFinished(folder.remove);
  const build = join(folder.path, "esm");
  const tsc = join(SDK, "node_modules", ".bin", "tsc");
  const settings = ["-p", join(SDK, "tsconfig.build.json"), "--outDir", build];
  execFileSync(tsc, [...settings, "--module", "esnext", "--declaration", "false"]);
  const lojal = await startServer(join(folder.path, "data"));
  onTestFinished(() => lojal.stop());
  const { url, answers } = await servePage(build);

  let log = "";
  const chromium = spawn(
    browser ?? "",
    [
      ...["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
      ...["--no-first-run", "--enable-logging=stderr", `--user-data-dir=${folder.path}/profile`],
      `${url}?server=${encodeURIComponent(lojal.url)}`,
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  chromium.stderr.on("data", (text) => {
    log = (log + text).slice(-4_000);
  });
  const ended = new Promise<void>((resolve) => chromium.once("close", () => resolve()));
  onTestFinished(async () => {
    chromium.kill("SIGKILL");
    await ended;
  });
  const late = new Promise((_, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no answer from the page:\n${log}`)),
      ANSWER_MS,
    );
    onTestFinished(() => clearTimeout(timer));
  });

  expect(await Promise.race([answers, late])).toMatchObject({
    origin: new URL(url).origin,
    nobody: {
      name: "LojalError",
      code: Code.NotFound,
      reason: "CUSTOMER_NOT_FOUND",
      domain: "lojal.dev",
      metadata: { customer_id: "žaba" },
    },
    tooLittle: { code: Code.FailedPrecondition, reason: "INSUFFICIENT_HISTORY" },
    loaded: { rows: 300, recorded: 300 },
    again: { recorded: 0, duplicates: 300 },
    window: { reason: "INVALID_FIELD", fieldViolations: [{ field: "window" }] },
    counted: 300,
    predicted: 90,
  });
});
