// Asks the questions of tests/vectors/questions.json by lojal/web in a browser, bundled as for a site, on a page of
// another origin than the server's.
//
//   npm run build && node in-browser.mjs http://127.0.0.1:50051 WORKSPACE /usr/bin/chromium
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build, preview } from "vite";
import { groups, questions } from "./vectors.mjs";

const [url, workspace, executablePath] = process.argv.slice(2);
if (!url || !workspace || !executablePath) {
  throw new Error("usage: node in-browser.mjs URL WORKSPACE PATH_OF_CHROMIUM");
}
const root = fileURLToPath(new URL("page", import.meta.url));
const outDir = mkdtempSync(join(tmpdir(), "lojal-page-"));
const undo = [() => rmSync(outDir, { recursive: true, force: true })];
try {
  const site = { root, configFile: false, logLevel: "warn", build: { outDir, emptyOutDir: true } };
  await build(site);
  const served = await preview({ ...site, preview: { host: "127.0.0.1", port: 0 } });
  undo.push(() => served.close());
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  undo.push(() => browser.close());
  const page = await browser.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  const [address] = served.resolvedUrls.local;
  await page.goto(address);
  const asked = await page.evaluate(
    (given) => globalThis.askFromHere(...given),
    [url, workspace, groups, questions],
  );
  if (complaints.length > 0) throw new Error(`the browser complains: ${complaints.join("\n")}`);
  console.log(JSON.stringify(asked));
} finally {
  for (const each of undo.reverse()) await each();
}
