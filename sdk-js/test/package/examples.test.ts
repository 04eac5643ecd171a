// The examples, each built and run with the packed package, in a folder of its own, against the real server.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, extname, join, normalize } from "node:path";
import { chromium } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { createClient } from "../../src/node.js";
import { runIn, withPackage } from "./installed.js";

const { install, url } = withPackage();
const TYPES: Record<string, string> = { ".html": "text/html", ".js": "text/javascript" };

test("node", async () => {
  const folder = await install("node", "examples/node");
  const environment = { LOJAL_URL: url(), LOJAL_WORKSPACE: "example-node" };
  const printed = await runIn(folder, "node", ["main.js"], environment);
  expect(printed).toContain("8 rows: 8 records of 4 customers, from 2026-01-03 to 2026-03-16");
  expect(printed).toContain("8 recorded, 0 there already");
  expect(printed).toContain("c1 4n 80.25");
  expect(printed).toMatch(/c1 is [A-Z_]+\n/);
  expect(printed).toContain('"orders":"8"');
  const again = await runIn(folder, "node", ["main.js"], environment);
  expect(again).toContain("0 recorded, 8 there already");
});

test("cjs", async () => {
  const folder = await install("cjs", "examples/cjs");
  const environment = { LOJAL_URL: url(), LOJAL_WORKSPACE: "example-cjs" };
  const printed = await runIn(folder, "node", ["main.js"], environment);
  expect(printed).toContain("3 recorded, 0 there already");
  expect(printed).toContain("row 4: score: 11 is not on the scale: 0 to 10");
  expect(JSON.parse(printed.slice(printed.indexOf("{")))).toMatchObject({ n: "3" });
});

test("vite", async () => {
  const folder = await install("vite", "examples/vite");
  await runIn(folder, "npm", ["run", "build"]);
  const browser = findBrowser();
  if (!browser) {
    console.log("no chromium here: the page is built and not opened (CHROMIUM_BIN)");
    return;
  }
  const page = await openPage(browser, await serve(join(folder, "dist")));
  await page.getByRole("button", { name: "9", exact: true }).click();
  await page.getByText("Of 1 answers the NPS is 100.").waitFor();
  await page.getByRole("button", { name: "0", exact: true }).click();
  await page.getByText("Of 2 answers the NPS is 0.").waitFor();
  const client = createClient(url(), { workspace: "example-vite" });
  expect((await client.admin.info({})).workspace?.surveyResponses).toBe(2n);
});

async function openPage(executablePath: string, address: string) {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(`${address}/?server=${encodeURIComponent(url())}&workspace=example-vite`);
  return page;
}

/** Serves the files of a folder, as any server of files does. */
async function serve(folder: string): Promise<string> {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://page").pathname);
    const file = join(folder, path === "/" ? "index.html" : path);
    const bytes = await readFile(file).catch(() => undefined);
    response.writeHead(bytes ? 200 : 404, { "content-type": TYPES[extname(file)] ?? "text/plain" });
    response.end(bytes);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function findBrowser(): string | undefined {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const folders = (process.env.PATH ?? "").split(delimiter);
  const inPath = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [process.env.CHROMIUM_BIN ?? "", ...inPath].find((path) => path && existsSync(path));
}
