// Tables as files: whole or not at all, on a disk that is full, too.
import { execFileSync, spawnSync } from "node:child_process";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { tableFromIPC } from "apache-arrow";
import { expect, onTestFinished, test } from "vitest";
import { Code, timestamp } from "../../src/index.js";
import { type NodeClient, saveTable } from "../../src/node.js";
import { failure } from "../unit/fake.js";
import { temporaryFolder, withServer } from "./server.js";

const ROWS = 20_000;
/** Bytes that a file may have: less than the table has. */
const ROOM = 16 * 1024;
const asOf = timestamp("2025-07-01");
const newClient = withServer();

async function shop() {
  const client = newClient("node") as NodeClient;
  const rows = Array.from({ length: ROWS }, (_, index) => ({
    customerId: `${(index * 7919) % 1_000_003}`,
    time: "2025-03-01",
    amount: `${index}.07`,
  }));
  await client.transactions.load(rows, { currencyCode: "EUR" });
  const folder = temporaryFolder();
  onTestFinished(folder.remove);
  return { client, folder: folder.path };
}

/** Lets no file of this process grow beyond so many bytes. */
function limitFiles(bytes: number | "unlimited") {
  execFileSync("prlimit", ["--pid", String(process.pid), `--fsize=${bytes}:`]);
}

const canLimit = spawnSync("prlimit", ["--version"]).status === 0;
if (!canLimit) console.log("no prlimit here: no disk is full");

test.skipIf(!canLimit)("a full disk is told, and leaves what was there", async () => {
  const { client, folder } = await shop();
  const place = join(folder, "all.arrow");
  writeFileSync(place, "what was there");
  const table = () => client.export.transactions({ asOf });
  limitFiles(ROOM);
  const told = await failure(saveTable(table(), place)).finally(() => limitFiles("unlimited"));
  expect(told).toMatchObject({
    name: "LojalError",
    code: Code.FailedPrecondition,
    message: expect.stringMatching(/all\.arrow cannot be written: .*; make room/),
  });
  expect([readdirSync(folder), readFileSync(place, "utf8")]).toEqual([
    ["all.arrow"],
    "what was there",
  ]);
  await saveTable(table(), pathToFileURL(place));
  expect(readdirSync(folder)).toEqual(["all.arrow"]);
  expect(statSync(place).size).toBeGreaterThan(ROOM);
  expect(tableFromIPC(readFileSync(place)).numRows).toBe(ROWS);
});

test("what cannot be a file says why, and leaves nothing", async () => {
  const { client, folder } = await shop();
  const refused = async (path: string, code: Code, filter = "") => {
    const table = client.export.customers({ asOf, filter });
    expect(await failure(saveTable(table, path))).toMatchObject({ name: "LojalError", code });
  };
  mkdirSync(join(folder, "directory"));
  await refused(join(folder, "no", "such.arrow"), Code.NotFound);
  await refused(join(folder, "directory"), Code.FailedPrecondition);
  await refused(join(folder, "all.arrow"), Code.InvalidArgument, "orders >");
  expect(readdirSync(folder)).toEqual(["directory"]);

  writeFileSync(join(folder, "directory", "real.arrow"), "");
  symlinkSync(join(folder, "directory", "real.arrow"), join(folder, "link.arrow"));
  await saveTable(client.export.customers({ asOf }), join(folder, "link.arrow"));
  expect(tableFromIPC(readFileSync(join(folder, "directory", "real.arrow"))).numRows).toBe(ROWS);
});
