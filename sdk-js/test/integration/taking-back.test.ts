// Voids, what was known when, other currencies, handing over and forgetting, on the real server.
import { describe, expect, test } from "vitest";
import { Code, money, timestamp, toDate } from "../../src/index.js";
import { collect, failure } from "../unit/fake.js";
import { TRANSPORTS, withServer } from "./server.js";

const server = withServer();
const asOf = timestamp("2026-04-01");

function bought(transactionId: string, amount: string, currency = "EUR", customerId = "ann") {
  const time = timestamp("2026-03-02T12:00:00Z");
  return { transactionId, customerId, time, amount: money(amount, currency) };
}

describe.each(TRANSPORTS)("over %s", (transport) => {
  test("a void leaves no trace in answers but in the timeline", async () => {
    const client = server(transport);
    await client.ingest.recordTransactions({
      transactions: [bought("t1", "10"), bought("t2", "5")],
    });
    const { now } = await client.admin.getServerInfo({});
    const voids = [{ transactionId: "t1", reason: "test" }];
    expect((await client.transactions.void({ voids })).result).toMatchObject({ recorded: 1 });
    expect((await client.transactions.void({ voids })).result).toMatchObject({ duplicates: 1 });
    const ann = await client.customers.getCustomer({ customerId: "ann", asOf });
    expect(ann.customer?.netSpend?.amount).toBe("5.00");
    const events = await collect(client.customers.timeline({ customerId: "ann", asOf }));
    expect(events.map(({ event }) => event.case).sort()).toEqual([
      "transaction",
      "transaction",
      "void",
    ]);
    const then = await client.customers.getCustomer({
      customerId: "ann",
      asOf,
      ...(now && { knownAt: now }),
    });
    expect(then.customer?.netSpend?.amount).toBe("15.00");
    expect(then.provenance).toMatchObject({ revision: 1n, knownAt: now });
    const refund = {
      refundId: "r1",
      transactionId: "t1",
      time: timestamp("2026-03-03"),
      amount: money("1", "EUR"),
    };
    expect(await failure(client.ingest.recordRefunds({ refunds: [refund] }))).toMatchObject({
      code: Code.FailedPrecondition,
      reason: "TRANSACTION_VOIDED",
    });
  });

  test("money is converted once", async () => {
    const client = server(transport);
    await client.workspaces.createWorkspace({ reportingCurrencyCode: "EUR" });
    const record = () =>
      client.ingest.recordTransactions({ transactions: [bought("t1", "10", "USD")] });
    expect(await failure(record())).toMatchObject({
      reason: "EXCHANGE_RATE_MISSING",
      metadata: { currency_code: "USD", date: "2026-03-02" },
    });
    const set = (rate: string) =>
      client.workspaces.setExchangeRates({
        rates: [{ currencyCode: "USD", date: "2026-03-01", rate }],
      });
    expect(await set("0.92")).toMatchObject({ set: 1, reportingCurrencyCode: "EUR" });
    await record();
    await set("2");
    const ann = await client.customers.getCustomer({ customerId: "ann", asOf });
    expect(ann.customer?.netSpend).toMatchObject({ amount: "9.20", currencyCode: "EUR" });
    const rates = await collect(client.workspaces.exchangeRates());
    expect(rates.map(({ rate }) => rate)).toEqual(["2"]);
  });

  test("a customer is handed over and forgotten", async () => {
    const client = server(transport);
    const transactions = Array.from({ length: 1_500 }, (_, i) => bought(`t${i}`, "1"));
    await client.ingest.recordTransactions({ transactions });
    const { customer, events } = await client.customers.export({ customerId: "ann" });
    expect([customer.transactionCount, events.length]).toEqual([1_500n, 1_500]);
    const receipt = await client.customers.erase({ customerId: "ann" });
    expect(receipt).toMatchObject({ transactions: 1_500n, revision: 2n });
    expect(receipt.erasedTime && toDate(receipt.erasedTime).getTime()).toBeGreaterThan(0);
    expect(await failure(client.customers.export({ customerId: "ann" }))).toMatchObject({
      reason: "CUSTOMER_NOT_FOUND",
    });
    expect(await client.customers.erase({ customerId: "ann" })).toMatchObject({ transactions: 0n });
  });

  test("workspaces are made, changed, listed and deleted", async () => {
    const client = server(transport);
    const made = await client.workspaces.createWorkspace({ displayName: "Shop" });
    const workspace = made.workspace?.workspace ?? "";
    await client.workspaces.updateWorkspace({ timeZone: "Europe/Zagreb" });
    const got = await client.workspaces.getWorkspace({});
    expect(got.workspace).toMatchObject({ displayName: "Shop", timeZone: "Europe/Zagreb" });
    const names = (await collect(client.workspaces.list())).map((one) => one.workspace);
    expect(names).toContain(workspace);
    const unsure = client.workspaces.deleteWorkspace({ workspace, confirm: "yes" });
    expect(await failure(unsure)).toMatchObject({ metadata: { field: "confirm" } });
    await client.workspaces.deleteWorkspace({ workspace, confirm: workspace });
    expect(await failure(client.workspaces.getWorkspace({}))).toMatchObject({
      code: Code.NotFound,
      reason: "WORKSPACE_NOT_FOUND",
    });
  });
});
