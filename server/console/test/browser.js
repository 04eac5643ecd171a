// A browser and servers for the tests: real ones, which are gone when the tests are.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const START_MS = 120_000;
const ANSWER_MS = 60_000;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The browser of this machine, if it has one. */
export function findBrowser() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const inPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [process.env.CHROMIUM_BIN ?? "", ...inPath].find((path) => path && existsSync(path));
}

/** What the server's process is called with. Settings of whoever runs the tests do not count. */
function environment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^LOJAL_/.test(name)));
}

function binary() {
  const path = process.env.LOJAL_BIN;
  if (!path) throw new Error("name the server's binary with LOJAL_BIN; tests/run does");
  return path;
}

/** Runs a command of the binary to its end. */
export function lojal(...args) {
  return execFileSync(binary(), args, { env: environment(), encoding: "utf8" }).trim();
}

/** Starts a server, and answers where it says that its console is. */
export async function start(...args) {
  const child = spawn(binary(), args, {
    env: environment(),
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const url = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("the server did not start")), START_MS);
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
    // Read on to the end, as a full pipe would stop the server.
    createInterface(child.stdout).on("line", (line) => {
      const [, found] = /(?:console on|Look at) (https?:\/\/[^\s,]+)/.exec(line) ?? [];
      if (!found) return;
      clearTimeout(timer);
      resolve(found);
    });
  });
  const stop = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  return { url, stop };
}

export function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), "lojal-console-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function launch(path) {
  return chromium.launch({ executablePath: path, args: ["--no-sandbox"] });
}

/** A page that notes what it should not do: speak to others, and complain. */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints = [];
  const origins = new Set();
  page.on("request", (request) => origins.add(new URL(request.url()).origin));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  return { page, complaints, origins, close: () => context.close() };
}

/** Goes to a question, and waits until all of it is answered. */
export async function ask(page, url, question) {
  await page.goto(`${url}#/${question}`);
  await answered(page);
}

/** Waits until nothing is asked any more. */
export async function answered(page) {
  const isAnswered = () => {
    const pictures = [...document.querySelectorAll("main section")];
    return (
      pictures.length > 0 && pictures.every((one) => one.getAttribute("aria-busy") === "false")
    );
  };
  await page.waitForFunction(isAnswered, null, { timeout: ANSWER_MS });
}

/** What axe-core finds that keeps people out: each rule with the elements. */
export async function barriers(page) {
  // Evaluated and not put into the page, whose policy lets no script in.
  await page.evaluate(AXE);
  const found = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    }),
  );
  const grave = found.violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  return grave.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`,
  );
}
