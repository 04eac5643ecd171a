// The server is killed in the middle of loads, lists and exports, and comes back on its port with its data. When it dies
// is decided by what has arrived. What was under way goes on, or fails with one error that says why; nothing is there
// twice, and nothing that was answered is gone.
import { tableFromIPC } from "apache-arrow";
import { describe, expect, onTestFinished, test } from "vitest";
import { Code, type LojalClient, timestamp } from "../../src/index.js";
import { collect, failure } from "../unit/fake.js";
import { connect, type RunningServer, startServer, TRANSPORTS, temporaryFolder } from "./server.js";

const ROWS = 1_200;
const CHUNK_ROWS = 60;
const BUYERS = ROWS / 4;
const BIG = 120_000;
const asOf = timestamp("2025-07-01");
/** Too few tries to outlast a restart, unless what is under way is given a minute. */
const HASTY = { maxAttempts: 2, maxBackoffMs: 200 };
const PATIENT = { maxAttempts: 400, initialBackoffMs: 50, maxBackoffMs: 500 };
const ONCE = { maxAttempts: 1 };

/** Purchases of which two are alike and have no id, so that only counting them tells them apart. */
const PURCHASES = Array.from({ length: ROWS }, (_, index) => ({
  customerId: `c${Math.floor(index / 4)}`,
  time: `2025-03-${String(1 + (Math.floor(index / 2) % 20)).padStart(2, "0")}`,
  amount: "2.50",
}));

/** A server that dies when it is told to, once, and comes back meanwhile. */
async function mortal() {
  const folder = temporaryFolder();
  let server: RunningServer = await startServer(folder.path);
  const { url } = server;
  let next: Promise<void> | undefined;
  const restart = async () => {
    server = await startServer(folder.path, new URL(url).host);
  };
  onTestFinished(async () => {
    await next;
    await server.stop("SIGKILL");
    folder.remove();
  });
  return {
    url,
    restart,
    /** Kills it for good. */
    kill: () => server.stop("SIGKILL"),
    /** Kills it, and starts another in its place while whoever was served notices. */
    strike() {
      next ??= server.stop("SIGKILL").then(restart);
    },
    /** Whether it did, and the other one is there. */
    async struck() {
      await next;
      return next !== undefined;
    },
  };
}

const workspace = "shop";
const load = { currencyCode: "EUR", chunkRows: CHUNK_ROWS };

/** What is recorded is what one load records, to the last cent, and another load adds nothing. */
async function requireOneLoad(client: LojalClient) {
  const { workspace } = await client.admin.info({});
  expect(workspace).toMatchObject({ customers: BigInt(BUYERS), transactions: BigInt(ROWS) });
  const customers = await collect(client.customers.list({ asOf }));
  expect(customers).toHaveLength(BUYERS);
  expect(new Set(customers.map((each) => each.netSpend?.amount))).toEqual(new Set(["10.00"]));
  const again = await client.transactions.load(PURCHASES, { currencyCode: "EUR" });
  expect(again).toMatchObject({ recorded: 0, duplicates: ROWS });
}

describe.each(TRANSPORTS)("over %s", (transport) => {
  test.each([0, 1, 7, 19, 20])("a load goes on after %i answers", async (answered) => {
    const server = await mortal();
    const client = connect(transport, server.url, { workspace, retry: PATIENT });
    if (answered === 0) server.strike();
    let answers = 0;
    const onProgress = () => {
      answers += 1;
      if (answers === answered) server.strike();
    };
    const result = await client.transactions.load(PURCHASES, { ...load, onProgress });
    expect(await server.struck()).toBe(true);
    expect(result.rows).toBe(ROWS);
    expect(result.recorded + result.duplicates).toBe(ROWS);
    expect(result.recorded).toBeGreaterThanOrEqual(answered * CHUNK_ROWS);
    await requireOneLoad(client);
  });

  test.each([1, 7])("a load that ends after %i answers says so, and is loaded again", async (n) => {
    const server = await mortal();
    let answers = 0;
    let killed: Promise<void> | undefined;
    const onProgress = () => {
      answers += 1;
      if (answers === n) killed = server.kill();
    };
    const hasty = connect(transport, server.url, { workspace, retry: ONCE });
    const told = await failure(hasty.transactions.load(PURCHASES, { ...load, onProgress }));
    expect(told).toMatchObject({ name: "LojalError", code: Code.Unavailable });
    await killed;
    await server.restart();
    const client = connect(transport, server.url, { workspace, retry: PATIENT });
    const result = await client.transactions.load(PURCHASES, load);
    expect(result.recorded + result.duplicates).toBe(ROWS);
    expect(result.duplicates).toBeGreaterThanOrEqual(n * CHUNK_ROWS);
    await requireOneLoad(client);
  });

  test.each([1, 3])("a list goes on after %i pages, or ends with one error", async (pages) => {
    const server = await mortal();
    const options = { workspace, timeoutMs: 60_000 };
    const client = connect(transport, server.url, { ...options, retry: HASTY });
    await client.transactions.load(PURCHASES, { currencyCode: "EUR" });
    const wanted = (await collect(client.customers.list({ asOf }))).map((each) => each.customerId);
    const seen: string[] = [];
    for await (const { customerId } of client.customers.list({ asOf, pageSize: 50 })) {
      seen.push(customerId);
      if (seen.length === pages * 50) server.strike();
    }
    expect(await server.struck()).toBe(true);
    expect(seen).toEqual(wanted);

    const once = connect(transport, server.url, { ...options, retry: ONCE });
    const rest = once.customers.list({ asOf, pageSize: 50 });
    for (let row = 0; row < 50; row++) await rest.next();
    await server.kill();
    expect(await failure(rest)).toMatchObject({ code: Code.Unavailable });
    expect(await rest.next()).toMatchObject({ done: true });
  });

  test.each([1, 3])("an export goes on after %i pieces, or ends with one error", async (pieces) => {
    const server = await mortal();
    const client = connect(transport, server.url, { workspace, retry: HASTY });
    const rows = Array.from({ length: BIG }, (_, index) => ({
      customerId: `c${index}`,
      time: "2025-03-01",
      amount: `${index % 997}.01`,
    }));
    await client.transactions.load(rows, { currencyCode: "EUR" });
    const wanted = await tableFromIPC(client.export.transactions({ asOf }));
    const striking = async function* () {
      let seen = 0;
      for await (const bytes of client.export.transactions({ asOf })) {
        yield bytes;
        seen += 1;
        if (seen === pieces) server.strike();
      }
    };
    const table = await tableFromIPC(striking());
    expect(await server.struck()).toBe(true);
    expect(table.numRows).toBe(BIG);
    const buyers = (of: typeof table) => [...(of.getChild("customer_id") ?? [])];
    expect(new Set(buyers(table)).size).toBe(BIG);
    expect(buyers(table)).toEqual(buyers(wanted));

    const once = connect(transport, server.url, { workspace, retry: ONCE });
    const rest = once.export.transactions({ asOf });
    for (let piece = 0; piece < pieces; piece++) await rest.next();
    await server.kill();
    expect(await failure(rest)).toMatchObject({ code: Code.Unavailable });
  });
});
