// The console in a real browser, of the demo's data: every screen, and what must not happen on any.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  answered,
  ask,
  barriers,
  findBrowser,
  launch,
  lojal,
  openPage,
  start,
  temporaryFolder,
} from "./browser.js";

const TOOLS = fileURLToPath(new URL("../../../tests/.tools/venv/bin", import.meta.url));
/** What a machine may take that has other things to do; on a free one it is under a second. */
const FIRST_PICTURE_MS = 10_000;
/** Each screen, and what it has: pictures with numbers in them. */
const SCREENS = {
  now: 5,
  segments: 4,
  value: 6,
  voice: 4,
  "customer?id=1516": 5,
};

const path = findBrowser();
if (!path) {
  console.log("SKIPPED, AND NOTHING PROVED: the console needs chromium to be tried (CHROMIUM_BIN)");
}

/** A folder, a browser and a server of a test's own, which are gone with it, whatever becomes of it. */
async function alone(t) {
  const folder = temporaryFolder();
  const browser = await launch(path);
  let server;
  t.after(async () => {
    await browser.close();
    await server?.stop();
    folder.remove();
  });
  const serve = async (...args) => {
    server = await start("serve", "--listen", "127.0.0.1:0", ...args);
    return server;
  };
  return { folder, browser, serve };
}

describe("the console", { skip: !path }, () => {
  let demo;
  let browser;
  before(async () => {
    demo = await start("demo", "--listen", "127.0.0.1:0");
    browser = await launch(path);
  });
  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  /** Does something on a page of its own, which must neither complain nor speak to anybody else. */
  async function on(options, doing) {
    const { page, complaints, origins, close } = await openPage(browser, options);
    await doing(page);
    assert.deepEqual(complaints, []);
    assert.deepEqual([...origins], [new URL(demo.url).origin]);
    await close();
  }

  test("every screen is drawn, whole, without barriers, wide and narrow, light and dark", async () => {
    for (const options of [
      { colorScheme: "light" },
      { colorScheme: "dark" },
      { colorScheme: "light", viewport: { width: 400, height: 800 } },
    ]) {
      await on(options, async (page) => {
        for (const [question, pictures] of Object.entries(SCREENS)) {
          const where = `${question} ${JSON.stringify(options)}`;
          await ask(page, demo.url, question);
          assert.equal(await page.locator("main section").count(), pictures, where);
          assert.equal(await page.locator("[role=alert], .empty").count(), 0, where);
          const texts = await page.locator("main").innerText();
          assert.doesNotMatch(texts, /NaN|undefined|Infinity|\[object/, where);
          const [width, window] = await page.evaluate(() => [
            document.documentElement.scrollWidth,
            innerWidth,
          ]);
          assert.ok(width <= window, `${where} is ${width} wide of ${window}`);
          assert.deepEqual(await barriers(page), [], where);
        }
      });
    }
  });

  test("the first picture is there soon", async () => {
    await on({}, async (page) => {
      const begun = performance.now();
      await page.goto(demo.url);
      await page.locator(".figure").first().waitFor();
      const figure = Math.round(performance.now() - begun);
      await page.locator("svg[role=img]").first().waitFor();
      const picture = Math.round(performance.now() - begun);
      console.log(`first numbers after ${figure} ms, first picture after ${picture} ms`);
      assert.ok(picture < FIRST_PICTURE_MS, `${picture} ms`);
    });
  });

  test("it says what the server says", async () => {
    await on({}, async (page) => {
      await ask(page, demo.url, "now");
      // Of CDNOW, as the demo prints it.
      const figures = await page.locator(".figures").innerText();
      for (const said of ["2,357", "812", "97,964", "-14.1"])
        assert.ok(figures.includes(said), said);
      assert.match(figures, /95\s% interval -19\.1 to -9\.1/);
    });
  });

  test("a cell leads to its people, one of them to their page, and back", async () => {
    await on({}, async (page) => {
      await ask(page, demo.url, "segments");
      await page.getByRole("button", { name: /^Champions 77/ }).click();
      await page.getByRole("heading", { name: "People with R 5 and F 5" }).waitFor();
      await answered(page);
      const people = page.locator(".people");
      assert.equal(await people.locator("tbody tr").count(), 50);
      await page.getByRole("button", { name: "More" }).click();
      await page.waitForFunction(() => document.querySelectorAll(".people tbody tr").length === 27);
      await page.getByRole("button", { name: "Back" }).click();
      await page.waitForFunction(() => document.querySelectorAll(".people tbody tr").length === 50);
      await people.getByRole("link").first().click();
      await page.getByRole("heading", { name: "Customer 0006" }).waitFor();
      await page.goBack();
      await page.getByRole("heading", { name: "People with R 5 and F 5" }).waitFor();
    });
  });

  test("the time of all screens is in the address, and the slider moves it", async () => {
    await on({}, async (page) => {
      await ask(page, demo.url, "segments");
      const slider = page.getByRole("slider", { name: "As of" });
      await slider.focus();
      await page.keyboard.press("Home");
      await page.waitForURL(/as_of=1997-01-01/);
      await answered(page);
      await page.keyboard.press("End");
      await page.waitForURL((url) => !url.hash.includes("as_of"));
      await ask(page, demo.url, "segments?as_of=1998-01-01");
      await page.getByText("as of 1998-01-01 00:00 UTC").first().waitFor();
      await page.getByRole("link", { name: "Voice and staying" }).click();
      await page.waitForURL(/voice\?as_of=1998-01-01/);
      await answered(page);
      assert.equal(await page.locator("[role=alert]").count(), 0);
      await page.getByRole("button", { name: /^Latest/ }).click();
      await page.waitForURL((url) => !url.hash.includes("as_of"));
    });
  });

  test("the first days, and days long before, have less to show and say so", async () => {
    await on({}, async (page) => {
      for (const screen of Object.keys(SCREENS)) {
        for (const day of ["1997-01-03", "1990-01-01"]) {
          await ask(page, demo.url, `${screen.split("?")[0]}?as_of=${day}`);
          assert.equal(await page.locator(".loading").count(), 0, `${screen} ${day}`);
          const texts = await page.locator("main").innerText();
          assert.doesNotMatch(texts, /NaN|undefined|Infinity|\[object/, `${screen} ${day}`);
        }
      }
    });
  });

  test("customers are found, and who is not there is told in the server's words", async () => {
    await on({}, async (page) => {
      await ask(page, demo.url, "customer");
      await page.getByRole("searchbox").fill('15"16');
      await page.keyboard.press("Enter");
      await page.getByText("There is no such customer by then.").waitFor();
      await page.getByRole("searchbox").fill("151");
      await page.keyboard.press("Enter");
      await page.getByRole("link", { name: "1516" }).click();
      await page.getByRole("heading", { name: "Customer 1516" }).waitFor();
      await answered(page);
      await page.getByText("Buys often and is surely still there").waitFor();
      await ask(page, demo.url, "customer?id=nobody");
      assert.match(await page.getByRole("alert").first().innerText(), /nobody/);
    });
  });

  test("words are explained to who points at them or goes there by keys", async () => {
    await on({}, async (page) => {
      await ask(page, demo.url, "now");
      await page.getByRole("button", { name: "early warnings" }).focus();
      const meaning = page.getByRole("tooltip");
      assert.match(await meaning.innerText(), /A sign in a customer's own history/);
      assert.deepEqual(await barriers(page), []);
      await page.keyboard.press("Escape");
      assert.equal(await meaning.count(), 0);
      await page.getByRole("button", { name: "Worth, 12 months" }).hover();
      assert.ok((await meaning.innerText()).length > 20);
    });
  });

  test("what is shown is saved as CSV, with every digit", async () => {
    await on({}, async (page) => {
      await ask(page, demo.url, "now");
      const picture = page.getByRole("region", { name: "How things stand", exact: true });
      await picture.getByText("Table", { exact: true }).click();
      const saved = page.waitForEvent("download");
      await picture.getByRole("button", { name: "Save as CSV" }).click();
      const download = await saved;
      assert.equal(download.suggestedFilename(), "how-things-stand.csv");
      const lines = readFileSync(await download.path(), "utf8").split("\r\n");
      assert.equal(lines[0], "What,Value,From,To,Confidence");
      assert.ok(lines.includes("Customers,2357,,,"), lines.join("\n"));
      const nps = lines.find((line) => line.startsWith('"NPS, 365 days"'));
      assert.match(nps, /,-14\.14038657171\d+,-19\.0\d+,-9\.1\d+,0\.95$/);
    });
  });

  test("the same can be asked in Python and with grpcurl", {
    skip: !existsSync(join(TOOLS, "grpcurl")),
  }, async () => {
    const texts = new Set();
    await on({}, async (page) => {
      for (const question of [
        ...Object.keys(SCREENS),
        "segments?as_of=1998-01-01&segment=at_risk&from=1997-07-01",
      ]) {
        await ask(page, demo.url, question);
        for (const summary of await page.getByText("Ask the same").all()) await summary.click();
        for (const text of await page.locator("pre").allInnerTexts()) texts.add(text);
      }
    });
    const env = { ...process.env, PATH: `${TOOLS}:${process.env.PATH}` };
    const programs = [...texts].filter((text) => text.startsWith("import lojal"));
    const commands = [...texts].filter((text) => text.startsWith("grpcurl"));
    assert.ok(programs.length >= 20 && commands.length === programs.length, [...texts].join("\n"));
    // In one process: it is the calls that are tried, not how long Python takes to start.
    const all = programs.map((text) => text.replace("import lojal\n", "")).join("\n");
    execFileSync("python", ["-c", `import lojal\n${all}`], { env, encoding: "utf8" });
    for (const command of commands) {
      const answer = execFileSync("sh", ["-c", command], { env, encoding: "utf8" });
      assert.match(answer, /^\{/, command);
    }
  });
});

describe("the console of a server with keys", { skip: !path }, () => {
  test("asks for a key, keeps it in this tab alone, and says what it is not for", async (t) => {
    const { folder, browser, serve } = await alone(t);
    const create = ["key", "create", "--data-dir", folder.path, "--name", "page", "--scope"];
    const key = lojal(...create, "read");
    const server = await serve("--data-dir", folder.path);
    const { page, origins } = await openPage(browser);
    await page.goto(server.url);
    const field = page.getByLabel("Key", { exact: true });
    await field.waitFor();
    assert.deepEqual(await barriers(page), []);
    await field.fill("lojal_wrong_key");
    await page.getByRole("button", { name: "Use it" }).click();
    await page.getByRole("alert").waitFor();
    await field.fill(key);
    await page.getByRole("button", { name: "Use it" }).click();
    await answered(page);
    // Nothing was bought there, which is said; and lists of customers are not for this key.
    await page.getByText("Nobody has bought anything by then.").first().waitFor();
    await page.getByRole("alert").filter({ hasText: "personal" }).first().waitFor();
    const kept = await page.evaluate(() => [
      sessionStorage.length,
      localStorage.length,
      document.cookie,
    ]);
    assert.deepEqual(kept, [1, 0, ""]);
    assert.ok(!page.url().includes(key));
    assert.deepEqual([...origins], [new URL(server.url).origin]);
    await page.getByRole("button", { name: "Key" }).click();
    await page.getByRole("button", { name: "Forget the key" }).click();
    await field.waitFor();
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  });
});

describe("the console over TLS", { skip: !path }, () => {
  test("is the same", async (t) => {
    const { folder, browser, serve } = await alone(t);
    lojal("cert", "--out", folder.path);
    const [cert, key] = ["server.pem", "server.key"].map((name) => join(folder.path, name));
    const data = ["--data-dir", join(folder.path, "data"), "--tls-cert", cert, "--tls-key", key];
    const server = await serve(...data);
    assert.match(server.url, /^https:/);
    // By an authority that this browser does not know.
    const { page, complaints } = await openPage(browser, { ignoreHTTPSErrors: true });
    await ask(page, server.url, "now");
    await page.getByText("Nobody has bought anything by then.").first().waitFor();
    await page.getByRole("region", { name: "How things stand" }).getByText("Ask the same").click();
    const texts = await page.locator("pre").allInnerTexts();
    const commands = texts.filter((text) => text.startsWith("grpcurl"));
    assert.ok(commands.length > 0 && commands.every((text) => !text.includes("-plaintext")));
    assert.ok(texts.some((text) => text.includes('lojal.Client("https://127.0.0.1:')));
    assert.deepEqual(complaints, []);
  });
});
