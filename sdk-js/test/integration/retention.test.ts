// Who stays, over both transports.
import { describe, expect, test } from "vitest";
import {
  CalendarInterval,
  CohortAlignment,
  CohortMode,
  type LojalClient,
  money,
  RevenueComparison,
  timestamp,
} from "../../src/index.js";
import { TRANSPORTS, withServer } from "./server.js";

const server = withServer();
const asOf = timestamp("2026-07-01");

/** One buys every month of the first half of 2026, one in January and April, one only in January 2025. */
async function withShop(client: LojalClient): Promise<LojalClient> {
  const purchases = [
    ...["01", "02", "03", "04", "05", "06"].map((month) => ["steady", `2026-${month}-10`]),
    ["rare", "2026-01-20"],
    ["rare", "2026-04-20"],
    ["gone", "2025-01-10"],
  ] as [string, string][];
  await client.ingest.recordTransactions({
    transactions: purchases.map(([customerId, day]) => ({
      customerId,
      transactionId: `${customerId}-${day}`,
      time: timestamp(day),
      amount: money("10", "EUR"),
    })),
  });
  return client;
}

describe.each(TRANSPORTS)("over %s", (transport) => {
  const connect = () => withShop(server(transport));

  test("rates of two instants reconcile", async () => {
    const client = await connect();
    const { whole, rows } = await client.retention.getRetention({
      asOf,
      window: "2026-Q2",
      interval: CalendarInterval.MONTH,
    });
    expect(whole).toMatchObject({
      customersAtStart: 2n,
      customersAtEnd: 2n,
      lostCustomers: 0n,
      newCustomers: 0n,
    });
    expect(whole?.setRetentionRate?.value).toBe(1);
    expect(rows.map((row) => row.period?.label)).toEqual(["2026-04", "2026-05", "2026-06"]);
  });

  test("cohorts, age by age", async () => {
    const client = await connect();
    const { rows } = await client.retention.getCohorts({
      asOf,
      window: "2026",
      mode: CohortMode.ON,
      alignment: CohortAlignment.CALENDAR,
    });
    expect(rows.map((row) => [row.age, row.retainedCustomers, row.matureCustomers])).toEqual([
      [0, 2n, 2n],
      [1, 1n, 2n],
      [2, 1n, 2n],
      [3, 2n, 2n],
      [4, 1n, 2n],
      [5, 1n, 2n],
    ]);
  });

  test("how long customers stay, and how long they are silent", async () => {
    const client = await connect();
    const { whole } = await client.retention.getSurvival({ asOf, activityWindow: "60d" });
    expect(whole).toMatchObject({ customers: 3n, events: 2n, censored: 1n });
    const suggested = await client.retention.suggestActivityWindow({ asOf });
    expect(suggested.threshold).toBe(0.1);
    expect(suggested.whole).toMatchObject({ returns: 6n, open: 3n });
  });

  test("new, returning, resurrected, dormant", async () => {
    const client = await connect();
    const { rows } = await client.retention.getLifecycle({ asOf, window: "2026-04-01/2026-06-01" });
    expect(rows.map((row) => [row.resurrectedCustomers, row.dormantCustomers])).toEqual([
      [1n, 0n],
      [0n, 1n],
    ]);
  });

  test("revenue, purchases and a projection", async () => {
    const client = await connect();
    const revenue = await client.retention.getRevenueRetention({
      asOf,
      window: "2026-Q2",
      comparison: RevenueComparison.PREVIOUS,
      bootstrapSeed: 7n,
    });
    expect(revenue.whole?.priorRevenue?.amount).toBe("40.00");
    expect(revenue.whole?.grossRevenueRetention?.value).toBe(1);
    expect(revenue.bootstrapSeed).toBe(7n);
    const { whole } = await client.retention.getPurchaseStats({ asOf });
    expect(whole).toMatchObject({ purchasers: 2n, orders: 8n });
    const { models, rows } = await client.retention.projectRetention({
      survivors: [1000n, 869n, 743n, 653n, 593n, 551n, 517n, 491n],
      periodsAhead: 1,
    });
    expect(models[0]?.alpha?.value).toBeCloseTo(0.668, 3);
    expect(models[0]?.beta?.value).toBeCloseTo(3.806, 3);
    expect(rows).toHaveLength(8);
  });
});
