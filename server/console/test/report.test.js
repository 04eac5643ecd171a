// A report in a real browser: the console's screens out of one file, without a server.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import {
  ask,
  barriers,
  findBrowser,
  launch,
  lojal,
  openPage,
  start,
  temporaryFolder,
} from "./browser.js";

/** Each screen, and what it has: pictures with numbers in them. */
const SCREENS = { now: 5, segments: 4, value: 6, voice: 4 };

const path = findBrowser();
if (!path) {
  console.log("SKIPPED, AND NOTHING PROVED: a report needs chromium to be tried (CHROMIUM_BIN)");
}

describe("a report", { skip: !path }, () => {
  let folder;
  let browser;
  let reports;
  before(async () => {
    folder = temporaryFolder();
    const demo = await start("demo", "--listen", "127.0.0.1:0");
    const origin = new URL(demo.url).origin;
    const report = (name, ...args) => {
      const file = join(folder.path, name);
      lojal("report", "--out", file, "--server", origin, ...args);
      return pathToFileURL(file).href;
    };
    reports = {
      latest: report("latest.html"),
      before: report("then.html", "--as-of", "1997-10-01"),
      everybody: report("everybody.html", "--without-customers"),
    };
    // Whatever is seen from here on comes out of the files.
    await demo.stop();
    browser = await launch(path);
  });
  after(async () => {
    await browser?.close();
    folder?.remove();
  });

  /** Does something on a page that may neither complain nor load anything else. */
  async function on(doing) {
    const { page, complaints, close } = await openPage(browser);
    const asked = [];
    page.on("request", (request) => asked.push(request.url()));
    await doing(page);
    assert.deepEqual(complaints, []);
    assert.deepEqual(
      asked.filter((url) => !url.startsWith("file:")),
      [],
    );
    await close();
  }

  for (const name of ["latest", "before"]) {
    test(`every screen is drawn, whole, without barriers (${name})`, async () => {
      await on(async (page) => {
        for (const [screen, pictures] of Object.entries(SCREENS)) {
          await ask(page, reports[name], screen);
          assert.equal(await page.locator("main section").count(), pictures, screen);
          assert.deepEqual(await page.locator("[role=alert]").allInnerTexts(), [], screen);
          const texts = await page.locator("main").innerText();
          assert.doesNotMatch(texts, /NaN|undefined|Infinity|\[object/, screen);
          assert.deepEqual(await barriers(page), [], screen);
        }
      });
    });
  }

  test("it says what the server said, and when that was", async () => {
    await on(async (page) => {
      await ask(page, reports.latest, "now");
      const figures = await page.locator(".figures").innerText();
      for (const said of ["2,357", "812", "97,964", "-14.1"])
        assert.ok(figures.includes(said), said);
      await ask(page, reports.before, "now");
      assert.match(await page.locator("header.top").innerText(), /as of 1997-10-01/);
      assert.ok(!(await page.locator(".figures").innerText()).includes("97,964"));
    });
  });

  test("without single customers nobody is named in it", async () => {
    await on(async (page) => {
      await ask(page, reports.everybody, "value");
      const refused = await page.locator("[role=alert]").allInnerTexts();
      assert.deepEqual(refused, ["This report was made without single customers."]);
    });
    const named = readFileSync(new URL(reports.latest), "utf8").length;
    assert.ok(readFileSync(new URL(reports.everybody), "utf8").length < named);
  });

  test("a file that was cut short says so and nothing else", async () => {
    const whole = readFileSync(new URL(reports.latest), "utf8");
    const cut = join(folder.path, "cut.html");
    writeFileSync(cut, whole.slice(0, whole.length / 2));
    const { page, close } = await openPage(browser);
    await page.goto(pathToFileURL(cut).href);
    assert.equal(await page.locator("main section").count(), 0);
    await close();
  });
});
