// The console of what nobody expects: questions that cannot be asked, names as long as may be, one customer alone.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createClient } from "lojal/node";
import {
  answered,
  ask,
  findBrowser,
  launch,
  lojal,
  openPage,
  start,
  temporaryFolder,
} from "./browser.js";

const path = findBrowser();
/** The longest id, and the longest value of an attribute, without a place to break. */
const LONG = "y".repeat(128);
const MANY_WORKSPACES = 101;
const MORE_THAN_A_TIMELINE = 30;

function purchase(customerId, number, time, amount) {
  return {
    customerId,
    transactionId: `${number}-${customerId.slice(0, 100)}`,
    time,
    amount: { amount },
  };
}

/** Records what is odd into workspaces of its own. */
async function record(url) {
  const server = createClient(new URL(url).origin, { timeoutMs: 60_000 });
  const into = (workspace, transactions) =>
    server.ingest.recordTransactions(
      { transactions },
      { headers: { "lojal-workspace": workspace } },
    );
  await into("one", [purchase("only", 1, "2026-01-01T00:00:00Z", "1")]);
  const rare = ["rare", "SEGMENT_x"].flatMap((id) => [
    purchase(id, 1, "1969-01-01T00:00:00Z", "1.5"),
    purchase(id, 2, "2026-01-01T00:00:00Z", "19.99"),
  ]);
  const often = Array.from({ length: MORE_THAN_A_TIMELINE }, (_, day) =>
    purchase("often", day, new Date(Date.UTC(2026, 0, 1 + day)).toISOString(), "5"),
  );
  await into("odd", [...rare, ...often, purchase(LONG, 1, "2026-01-01T00:00:00Z", "9")]);
  await server.customers.upsertCustomers(
    { customers: [{ customerId: LONG, attributes: { note: LONG } }] },
    { headers: { "lojal-workspace": "odd" } },
  );
  const large = Array.from({ length: 40 }, (_, at) =>
    purchase(`rich${at % 20}`, at, `2026-0${1 + (at % 9)}-01T00:00:00Z`, "1234567.89"),
  );
  const longest = [1, 2].map((at) => purchase(LONG, at, `2026-0${at}-01T00:00:00Z`, "1234567.89"));
  await into("large", [...large, ...longest]);
  for (let at = 0; at < MANY_WORKSPACES; at++)
    await into(`w${at}`, [purchase("only", 1, "2026-01-01T00:00:00Z", "1")]);
}

describe("the console of what is odd", { skip: !path }, () => {
  const folder = temporaryFolder();
  let server;
  let browser;
  before(async () => {
    server = await start("serve", "--listen", "127.0.0.1:0", "--data-dir", folder.path);
    browser = await launch(path);
    await record(server.url);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    folder.remove();
  });

  /** Does something on a page of its own, which must not complain. */
  async function on(options, doing) {
    const { page, complaints, close } = await openPage(browser, options);
    await doing(page);
    assert.deepEqual(complaints, []);
    await close();
  }

  test("what cannot be asked is said, and nothing waits for ever", async () => {
    for (const [question, said] of [
      [`now?workspace=${encodeURIComponent("Ä b")}`, /Not a workspace: "Ä b"/],
      ["now?workspace=CAPITALS", /"CAPITALS"; allowed are a-z/],
      ["now?workspace=one&as_of=2026-13-45", /as_of in the address is "2026-13-45"/],
      ["voice?workspace=one&as_of=2026-02-30", /as_of in the address is "2026-02-30"/],
      ["segments?workspace=one&from=yesterday", /from in the address is "yesterday"/],
      ["voice?workspace=one&every=blink", /CALENDAR_INTERVAL_BLINK/],
      ["value?workspace=one&as_of=0000-01-01", /between the years/],
    ]) {
      await on({}, async (page) => {
        await ask(page, server.url, question);
        assert.equal(await page.locator(".loading").count(), 0, question);
        assert.match(await page.getByRole("alert").first().innerText(), said, question);
      });
    }
  });

  test("no sentence has a hole where an answer would be", async () => {
    await on({}, async (page) => {
      for (const question of [
        "now?workspace=one&as_of=1990-01-01",
        "value?workspace=one&as_of=1990-01-01",
        "segments?workspace=one&as_of=1990-01-01",
        "voice?workspace=none",
        "value?workspace=none",
        "customer?workspace=odd&id=nobody",
      ]) {
        await ask(page, server.url, question);
        const pictures = page.locator("main section").filter({
          has: page.locator(".empty, .problem"),
        });
        assert.ok((await pictures.count()) > 0, question);
        assert.equal(await pictures.locator(".about").count(), 0, question);
      }
    });
  });

  test("names without a blank stay within the page", async () => {
    for (const width of [1280, 400]) {
      await on({ viewport: { width, height: 900 } }, async (page) => {
        for (const question of [
          `customer?workspace=odd&id=${LONG}`,
          "segments?workspace=odd",
          "value?workspace=large",
          `customer?workspace=odd&id=${"z".repeat(5_000)}`,
          `now?workspace=${"x".repeat(5_000)}`,
        ]) {
          await ask(page, server.url, question);
          const wide = await page.evaluate(() => document.documentElement.scrollWidth);
          assert.ok(wide <= width, `${question.slice(0, 60)} is ${wide} wide of ${width}`);
        }
      });
    }
  });

  test("numbers and names beside a drawing are whole, however large", async () => {
    await on({}, async (page) => {
      for (const question of [
        "now?workspace=large",
        "value?workspace=large",
        "value?workspace=one",
      ]) {
        await ask(page, server.url, question);
        const [words, cut] = await page.evaluate(() => {
          const words = [...document.querySelectorAll("svg[role=img] text")];
          const cut = words.filter((word) => {
            const [one, frame] = [word, word.closest("svg")].map((e) => e.getBoundingClientRect());
            return one.left < frame.left - 1 || one.right > frame.right + 1;
          });
          return [words.length, cut.map((word) => word.textContent)];
        });
        assert.ok(words > 10, question);
        assert.deepEqual(cut, [], question);
      }
    });
  });

  test("one band is drawn, and no share is beyond the whole", async () => {
    await on({}, async (page) => {
      await ask(page, server.url, "value?workspace=one");
      const picture = page.getByRole("region", { name: "Who brings how much" });
      const bars = await picture.locator("svg[role=img] rect").all();
      assert.equal(bars.length, 2);
      for (const bar of bars) assert.ok((await bar.boundingBox()).height >= 8);
      const ticks = await picture.locator("svg[role=img] text").allTextContents();
      const shares = ticks
        .filter((text) => text.includes("%"))
        .map((text) => Number.parseFloat(text));
      assert.equal(Math.max(...shares), 100);
    });
  });

  test("small numbers have digits, and a cut history says so", async () => {
    await on({}, async (page) => {
      await ask(page, server.url, "customer?workspace=odd&id=rare&as_of=2026-11-01");
      const figures = await page.getByRole("region", { name: "Customer rare" }).innerText();
      assert.match(figures, /Purchases, 12 months\s+(< 0\.0001|0\.0\d*[1-9])/);
      await page.getByText("may begin after their first purchase").waitFor();
    });
  });

  test("all of a page of the timeline is seen", async () => {
    await on({}, async (page) => {
      await ask(page, server.url, "customer?workspace=odd&id=often");
      const timeline = page.getByRole("region", { name: "Timeline", exact: true }).last();
      assert.equal(await timeline.locator("tr").count(), 25);
      const hidden = await timeline.evaluate((e) => e.scrollHeight - e.clientHeight);
      assert.equal(hidden, 0);
      await page.getByRole("button", { name: "Older" }).click();
      await page.waitForFunction(
        (rows) => document.querySelectorAll("[aria-label=Timeline] tr").length === rows,
        MORE_THAN_A_TIMELINE - 25,
      );
    });
  });

  test("an id that looks like a word of the contract is asked for as it is", async () => {
    await on({}, async (page) => {
      await ask(page, server.url, "customer?workspace=odd&id=SEGMENT_x");
      const picture = page.getByRole("region", { name: "Customer SEGMENT_x" });
      await picture.getByText("Ask the same").click();
      const texts = await picture.locator("pre").allInnerTexts();
      assert.ok(texts.some((text) => text.includes('customers.get(customer_id="SEGMENT_x")')));
    });
  });

  test("every workspace can be chosen", async () => {
    await on({}, async (page) => {
      await ask(page, server.url, "now?workspace=one");
      const choice = page.getByRole("combobox", { name: "Workspace" });
      await choice.selectOption(`w${MANY_WORKSPACES - 1}`);
      await choice.selectOption("w99");
      await page.waitForURL(/workspace=w99/);
      assert.equal(await choice.locator("option").count(), MANY_WORKSPACES + 4);
    });
  });
});

describe("the console with a key that is not enough", { skip: !path }, () => {
  test("says so once, and asks for another", async (t) => {
    const folder = temporaryFolder();
    const browser = await launch(path);
    let server;
    t.after(async () => {
      await browser.close();
      await server?.stop();
      folder.remove();
    });
    const create = ["key", "create", "--data-dir", folder.path, "--name", "page", "--scope"];
    const [ingest, read] = ["ingest", "read"].map((scope) => lojal(...create, scope));
    server = await start("serve", "--listen", "127.0.0.1:0", "--data-dir", folder.path);
    const { page, complaints } = await openPage(browser);
    await page.goto(server.url);
    const field = page.getByLabel("Key", { exact: true });
    const use = async (key) => {
      await field.fill(key);
      await page.getByRole("button", { name: "Use it" }).click();
    };
    await use("lojal_ä");
    await page.getByRole("alert").filter({ hasText: "no key has" }).waitFor();
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
    // What is asked with a key before the server has told what it is, is refused in every picture.
    const asked = new Set();
    page.on("request", (request) => {
      if (Object.values(request.headers()).some((value) => value.includes(ingest))) {
        asked.add(request.url().split("/").at(-1));
      }
    });
    await use(ingest);
    await page.getByRole("alert").filter({ hasText: "SCOPE_READ" }).waitFor();
    assert.equal(await page.locator("[role=alert]").count(), 1);
    assert.deepEqual([...asked].sort(), ["GetServerInfo", "ListWorkspaces"]);
    await use(read);
    await answered(page);
    assert.equal(await field.count(), 0);
    assert.deepEqual(complaints, []);
  });
});
