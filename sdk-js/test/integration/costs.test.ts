// Costs, on the real server.
import { describe, expect, test } from "vitest";
import { Code, CostKind, money, timestamp } from "../../src/index.js";
import { collect, failure } from "../unit/fake.js";
import { TRANSPORTS, withServer } from "./server.js";

const server = withServer();
const asOf = timestamp("2026-04-15");
const voucher = {
  costId: "voucher-7",
  customerId: "c42",
  kind: CostKind.INCENTIVE,
  time: timestamp("2026-03-02T10:00:00Z"),
  amount: money("5", "EUR"),
};
const ads = {
  costId: "ads-2026-03",
  source: "ads",
  market: "hr",
  kind: CostKind.ACQUISITION,
  time: timestamp("2026-03-01"),
  endTime: timestamp("2026-04-01"),
  amount: money("1200", "EUR"),
};

describe.each(TRANSPORTS)("over %s", (transport) => {
  const connect = () => server(transport);

  test("costs of a customer and of a source", async () => {
    const client = connect();
    const recorded = () => client.costs.record({ costs: [voucher, ads] });
    expect((await recorded()).result).toMatchObject({ recorded: 2 });
    expect((await recorded()).result).toMatchObject({ duplicates: 2 });
    const conflict = client.costs.record({ costs: [{ ...ads, market: "si" }] });
    expect(await failure(conflict)).toMatchObject({ reason: "RECORD_CONFLICT" });
    const { workspace } = await client.admin.info({});
    expect(workspace).toMatchObject({ costs: 2n, customers: 1n, reportingCurrencyCode: "EUR" });
    const { customer } = await client.customers.get({ customerId: "c42", asOf });
    expect(customer?.cost).toMatchObject({ amount: "5.00", currencyCode: "EUR" });
    const { costId, kind } = voucher;
    const events = await collect(client.customers.timeline({ customerId: "c42", asOf }));
    expect(events).toMatchObject([
      { time: voucher.time, event: { case: "cost", value: { costId, kind } } },
    ]);
    const receipt = await client.customers.erase({ customerId: "c42" });
    expect(receipt.costs).toBe(1n);
    expect((await client.admin.info({})).workspace?.costs).toBe(1n);
  });

  test("customers are found by what they cost", async () => {
    const client = connect();
    const three = { ...voucher, costId: "k2", customerId: "c43", amount: money("3", "EUR") };
    await client.costs.record({ costs: [voucher, three, ads] });
    const found = await collect(client.customers.list({ asOf, filter: "cost > 3" }));
    expect(found.map(({ customerId, cost }) => [customerId, cost?.amount])).toEqual([
      ["c42", "5.00"],
    ]);
  });

  test("what a new customer cost", async () => {
    const client = connect();
    await client.costs.record({ costs: [voucher, ads] });
    const { whole, rows } = await client.retention.costs({
      asOf,
      window: "2026",
      groupBy: "market",
    });
    expect(whole).toMatchObject({ total: { amount: "1205.00" }, newCustomers: 0n });
    expect(whole?.acquisitionCostPerNewCustomer).toBeUndefined();
    expect(rows.map(({ group, total }) => [group, total?.amount])).toEqual([
      ["", "5.00"],
      ["hr", "1200.00"],
    ]);
  });

  test.each([
    { change: { source: "ads" }, field: "source", why: "is given beside customer_id" },
    { change: { market: "hr" }, field: "market", why: "is given beside customer_id" },
    { change: { amount: money("0", "EUR") }, field: "amount.amount", why: "not more than zero" },
    { change: { endTime: voucher.time }, field: "end_time", why: "is not after time" },
  ])("a cost is refused: $field $why", async ({ change, field, why }) => {
    const client = connect();
    const refused = client.costs.record({ costs: [{ ...voucher, ...change }] });
    expect(await failure(refused)).toMatchObject({
      code: Code.InvalidArgument,
      reason: "INVALID_FIELD",
      message: expect.stringContaining(why),
      fieldViolations: [{ field: `costs[0].${field}` }],
    });
    expect((await client.admin.info({})).workspace?.costs).toBe(0n);
  });
});
