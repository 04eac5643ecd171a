// Lines of orders, amounts less than zero, and customers by their addresses: loaded by this client and by Python's, in
// either order, each once, with the same ids.
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { NodeClient, NodeLoadOptions } from "../../src/node.js";
import { failure } from "../unit/fake.js";
import { connect, type RunningServer, startServer, temporaryFolder } from "./server.js";

const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));
const asOf = "2026-06-01";
const folder = temporaryFolder();
let server: RunningServer | undefined;
let url = "";
beforeAll(async () => {
  server = await startServer(folder.path);
  url = server.url;
});
afterAll(async () => {
  await server?.stop();
  folder.remove();
});

function fileOf(lines: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "lojal-orders-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "orders.csv");
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}

/** Loads a file by the Python client of this repository. */
function byPython(url: string, workspace: string, file: string, options: object) {
  const python = process.env.LOJAL_PYTHON ?? join(REPOSITORY, "tests/.tools/venv/bin/python");
  if (!existsSync(python)) {
    throw new Error(
      `there is no Python client at ${python}: run \`tests/run --only tools\`, or set LOJAL_PYTHON to a Python that has it`,
    );
  }
  const script = join(REPOSITORY, "sdk-python/tests/load_file.py");
  const said = JSON.stringify(options);
  return JSON.parse(
    execFileSync(python, [script, url, workspace, file, said], { encoding: "utf8" }),
  );
}

interface Case {
  what: string;
  lines: string[];
  options: NodeLoadOptions;
  python: object;
  recorded: number;
  refunds: number;
  leftOut?: Record<string, number>;
  /** What customers spent, by their ids. */
  spend: Record<string, string>;
}

const CASES: Case[] = [
  {
    what: "lines with a price and a quantity",
    lines: [
      "order_id,customer_id,date,unit_price,quantity",
      "o1,c1,2026-03-01,1.50,2",
      "o1,c1,2026-03-01,4,1",
      "o2,c2,2026-03-02,2.25,3",
      "o3,c1,2026-03-03,0.333333,3",
    ],
    options: { lines: true, currencyCode: "eur" },
    python: { lines: true, currency_code: "eur" },
    recorded: 3,
    refunds: 0,
    spend: { c1: "7.999999", c2: "6.75" },
  },
  {
    what: "lines with their own total",
    lines: [
      "order_id,customer_id,date,line_total,price,quantity",
      "o1,c1,2026-03-01,3.00,1.50,2",
      "o1,c1,2026-03-01,-1.00,1.00,-1",
    ],
    options: { lines: true, currencyCode: "EUR" },
    python: { lines: true, currency_code: "EUR" },
    recorded: 1,
    refunds: 0,
    spend: { c1: "2" },
  },
  {
    what: "amounts less than zero, without ids and with equals",
    lines: [
      "customer_id,date,value",
      "c1,2026-03-01,10",
      "c1,2026-03-01,10",
      "c1,2026-03-05,4.50",
      "c1,2026-03-06,-12.25",
      "c2,2026-03-01,5",
      "c2,2026-03-02,-8",
      "c3,2026-03-02,-1",
    ],
    options: { negative: "refund", currencyCode: "EUR" },
    python: { negative: "refund", currency_code: "EUR" },
    // Of 12.25 4.50 are taken from the latest purchase and the rest from one before.
    recorded: 4 + 3,
    refunds: 3,
    leftOut: { "gives back more than the customer bought before": 2 },
    spend: { c1: "12.25", c2: "0" },
  },
  {
    what: "amounts less than zero, with ids, in two currencies and another zone",
    lines: [
      "invoice_id,user_id,date,amount,currency",
      'i1,c1,01.03.2026 23:30,"1.010,00",eur',
      'i2,c1,02.03.2026 09:00,"20,00",usd',
      'i3,c1,03.03.2026 09:00,"-10,50",eur',
    ],
    options: { negative: "refund", timeZone: "Europe/Zagreb" },
    python: { negative: "refund", time_zone: "Europe/Zagreb" },
    recorded: 3,
    refunds: 1,
    spend: {},
  },
  {
    what: "lines of orders and of what came back",
    lines: [
      "order_id,customer_id,date,price,qty",
      "o1,c1,2026-03-01,2,5",
      "o2,c1,2026-03-04,2,-1",
      "o2,c1,2026-03-04,1,-1",
    ],
    options: { lines: true, negative: "refund", currencyCode: "EUR" },
    python: { lines: true, negative: "refund", currency_code: "EUR" },
    recorded: 2,
    refunds: 1,
    spend: { c1: "7" },
  },
  {
    what: "customers by their addresses",
    lines: [
      "customer_id,E-Mail,date,value",
      "17,A@shop.example,2026-03-01,5",
      "18, a@SHOP.example ,2026-03-02,6",
    ],
    options: { customerKey: "email", currencyCode: "EUR" },
    python: { customer_key: "email", currency_code: "EUR" },
    recorded: 2,
    refunds: 0,
    spend: { "a@shop.example": "11" },
  },
];

describe.each(["Python", "JavaScript"])("%s first", (first) => {
  test.each(CASES)("$what", async ({ lines, options, python, recorded, refunds, ...wanted }) => {
    const workspace = randomUUID();
    const client = connect("node", url, { workspace }) as NodeClient;
    await client.workspaces.create({ reportingCurrencyCode: "EUR" });
    const rates = [{ currencyCode: "USD", date: "2026-01-01", rate: "0.9" }];
    await client.workspaces.setExchangeRates({ rates });
    const file = fileOf(lines);
    const run = {
      Python: async () => byPython(url, workspace, file, python),
      JavaScript: async () => {
        const told = await client.transactions.load(file, options);
        return { ...told, refunds: told.refundsRecorded, left_out: told.leftOut };
      },
    };
    const second = first === "Python" ? "JavaScript" : "Python";
    const rows = lines.length - 1;
    const left_out = wanted.leftOut ?? {};
    expect(await run[first as "Python"]()).toMatchObject({ rows, recorded, refunds, left_out });
    const again = { rows, recorded: 0, duplicates: recorded, left_out };
    expect(await run[second]()).toMatchObject(again);
    for (const [customerId, amount] of Object.entries(wanted.spend)) {
      const { customer } = await client.customers.get({ customerId, asOf });
      expect(Number(customer?.netSpend?.amount)).toBe(Number(amount));
    }
  });
});

test("refunds of a later export are the same", async () => {
  const text = readFileSync(join(REPOSITORY, "tests/fixtures/exports/shopify_refunds.csv"), "utf8");
  const grown = (amount: string) =>
    text.replace(/^(#2005,.*,)5\.00(,.*)$/m, (_, before, after) => before + amount + after);
  const files = ["5.00", "12.50", "20.00"].map((amount) => fileOf([grown(amount).trimEnd()]));
  expect(new Set(files.map((file) => readFileSync(file, "utf8"))).size).toBe(3);
  const workspace = randomUUID();
  const client = connect("node", url, { workspace }) as NodeClient;
  const [first = "", second = "", third = ""] = files;
  expect(byPython(url, workspace, first, {})).toMatchObject({ recorded: 35, refunds: 10 });
  expect(await client.transactions.load(second)).toMatchObject({ recorded: 1, duplicates: 34 });
  expect(byPython(url, workspace, second, {})).toMatchObject({ recorded: 0, duplicates: 35 });
  expect(byPython(url, workspace, third, {})).toMatchObject({ recorded: 1, duplicates: 34 });
  expect(await client.transactions.load(third)).toMatchObject({ recorded: 0, duplicates: 35 });
});

describe("rows", () => {
  const purchase = { customerId: "c1", time: "2026-03-01", currencyCode: "EUR" };
  const newClient = () => connect("node", url) as NodeClient;

  test("that are lines are added up", async () => {
    const client = newClient();
    const lines = [
      { ...purchase, transactionId: "o1", amount: "3" },
      { ...purchase, transactionId: "o1", amount: 4.5, discount: "0.50" },
      { ...purchase, transactionId: "o2", amount: "1", time: new Date("2026-03-02T10:00:00Z") },
    ];
    const loaded = await client.transactions.load(lines, { lines: true });
    expect(loaded).toMatchObject({ rows: 3, recorded: 2, duplicates: 0 });
    expect(await client.transactions.load(lines, { lines: true })).toMatchObject({ recorded: 0 });
    const { customer } = await client.customers.get({ customerId: "c1", asOf });
    expect(customer?.netSpend?.amount).toBe("8.50");
    const looked = await client.transactions.preview(lines, { lines: true });
    expect(looked.summary).toMatchObject({ records: 2, totals: { EUR: "8.50" } });
  });

  test("that are less than zero are refunds", async () => {
    const client = newClient();
    const rows = [
      { ...purchase, amount: "10" },
      { ...purchase, amount: "-4", time: "2026-03-02" },
    ];
    const told = await failure(client.transactions.load(rows));
    expect(told).toMatchObject({ reason: "INVALID_FIELD", metadata: { field: "amount" } });
    const result = await client.transactions.load(rows, { negative: "refund" });
    expect(result).toMatchObject({ rows: 2, recorded: 2, refundsRecorded: 1 });
    const { customer } = await client.customers.get({ customerId: "c1", asOf });
    expect(customer?.netSpend?.amount).toBe("6.00");
  });

  test("of which many share an id are told of before any is sent", async () => {
    const client = newClient();
    const lines = Array.from({ length: 8 }, (_, index) => ({
      ...purchase,
      transactionId: `o${Math.floor(index / 2)}`,
      amount: 1 + index,
    }));
    const told = await failure(client.transactions.load(lines));
    expect(told).toMatchObject({
      reason: "INVALID_FIELD",
      message: expect.stringMatching(/4 of the first 8 rows have the transactionId .*lines: true/),
    });
    expect((await client.admin.info({})).workspace?.transactions).toBe(0n);
    const [note] = (await client.transactions.preview(lines)).notes;
    expect(note).toContain("lines: true");
    const same = lines.map((row) => ({ ...row, amount: "1" }));
    const [hint] = (await client.transactions.load(same)).notes;
    expect(hint).toContain("4 of the first 8 rows");
  });

  test("that cannot be put together say why", async () => {
    const { transactions } = newClient();
    const rows = [{ ...purchase, amount: "1" }];
    const refused = async (options: object, message: RegExp) =>
      expect(await failure(transactions.load(rows, options))).toMatchObject({
        name: "LojalError",
        message: expect.stringMatching(message),
      });
    await refused({ lines: true }, /name the column of its id/);
    await refused({ negative: "drop" }, /"drop" is neither "refuse" nor "refund"/);
    await refused({ negative: "refund", sourceId: "s" }, /leave sourceId out/);
    await refused({ customerKey: "phone" }, /neither "id" nor "email"/);
    const noAddress = fileOf(["customer_id,date,value", "c1,2026-03-01,1"]);
    const byAddress = transactions.load(noAddress, { customerKey: "email" });
    expect(await failure(byAddress)).toMatchObject({ metadata: { field: "customerId" } });
  });
});
