// A client that is closed ends its calls, whatever it does about failures otherwise, and opens again.

import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { Code } from "../../src/index.js";
import { createClient, type NodeClient } from "../../src/node.js";
import { collect, failure, overSocket, unavailable } from "./fake.js";

const ROW = { customerId: "c1", time: "2026-03-01", amount: "1" };
const CALLS: [string, (client: NodeClient) => Promise<unknown> | AsyncIterable<unknown>][] = [
  ["a call", ({ admin }) => admin.info({})],
  ["a list", ({ customers }) => customers.list({})],
  ["a stream", ({ clv }) => clv.predict({})],
  ["an export", (client) => client.export.customers()],
  ["a fit", ({ clv }) => clv.fit({})],
  ["a load", ({ transactions }) => transactions.load([ROW])],
  ["a watch", ({ loyalty }) => loyalty.watchEarlyWarnings({})],
];

/** The address of somebody who takes connections and never says anything, and when the first one came. */
async function deaf() {
  let came: () => void = () => {};
  const connected = new Promise<void>((resolve) => {
    came = resolve;
  });
  const server = createServer((socket) => {
    socket.on("error", () => {});
    onTestFinished(() => void socket.destroy());
    came();
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connected };
}

test.each(CALLS)("%s under way ends", async (_, call) => {
  const { url, connected } = await deaf();
  const client = createClient(url, { timeoutMs: 0 });
  const told = failure(call(client.withOptions({ workspace: "shop" })));
  await connected;
  client.close();
  expect(await told).toMatchObject({
    name: "LojalError",
    code: Code.Canceled,
    message: "the client was closed while the call was under way",
  });
});

test("the wait for another attempt ends, and a later call opens the connection again", async () => {
  let failures = 0;
  let failed: () => void = () => {};
  const once = new Promise<void>((resolve) => {
    failed = resolve;
  });
  const { client } = await overSocket(
    "node",
    {
      admin: {
        getServerInfo: () => {
          if (failures++ > 0) return { version: "0.1.0" };
          failed();
          throw unavailable();
        },
      },
      customers: { listCustomers: () => ({ customers: [{ customerId: "c1" }] }) },
    },
    { retry: { initialBackoffMs: 3_600_000, maxBackoffMs: 3_600_000 }, timeoutMs: 0 },
  );
  const told = failure(client.admin.info({}));
  await once;
  // What the server said has arrived when another call on the connection was answered.
  expect(await collect(client.customers.list({}))).toHaveLength(1);
  (client as NodeClient).close();
  expect(await told).toMatchObject({ code: Code.Canceled });
  expect((await client.admin.info({})).version).toBe("0.1.0");
});
