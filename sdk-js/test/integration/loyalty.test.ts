// Who is loyal, over both transports.
import { describe, expect, test } from "vitest";
import {
  Code,
  type LojalClient,
  LoyaltyComponent,
  LoyaltyCut,
  LoyaltyOrder,
  LoyaltyPlace,
  money,
  timestamp,
} from "../../src/index.js";
import { collect, failure } from "../unit/fake.js";
import { TRANSPORTS, withServer } from "./server.js";

const server = withServer();
const asOf = timestamp("2026-01-01");
const CUSTOMERS = Array.from({ length: 100 }, (_, n) => ({ n, customerId: `c${n}` }));

/** Those who buy most hate it, the others like it, and every fifth is silent. */
async function withShop(client: LojalClient): Promise<LojalClient> {
  await client.ingest.recordTransactions({
    transactions: CUSTOMERS.flatMap(({ n, customerId }) =>
      Array.from({ length: (n % 10) + 1 }, (_, visit) => ({
        customerId,
        transactionId: `${customerId}-${visit}`,
        time: timestamp(new Date(Date.UTC(2025, visit, 1 + (n % 28)))),
        amount: money(`${10 + (n % 7)}`, "EUR"),
      })),
    ),
  });
  await client.ingest.recordSurveyResponses({
    surveyResponses: CUSTOMERS.filter(({ n }) => n % 5 !== 0).map(({ n, customerId }) => ({
      responseId: `n-${customerId}`,
      customerId,
      time: timestamp("2025-11-08"),
      score: n % 10 >= 6 ? n % 6 : 9,
    })),
  });
  return client;
}

describe.each(TRANSPORTS)("over %s", (transport) => {
  const connect = () => withShop(server(transport));

  test("a score is its base and what moves it", async () => {
    const client = await connect();
    const { loyalty, standard } = await client.loyalty.of({ customerId: "c7", asOf });
    const points = loyalty?.contributions.reduce((sum, one) => sum + one.points, 0) ?? 0;
    expect(loyalty?.score?.value).toBeCloseTo((loyalty?.base ?? 0) + points, 9);
    expect(loyalty).toMatchObject({
      place: LoyaltyPlace.SPURIOUS,
      sentence: expect.stringContaining("stays, and is not loyal"),
    });
    const said = loyalty?.contributions.find(
      (one) => one.component === LoyaltyComponent.RECOMMENDATION,
    );
    expect(said?.evidence).toBe("answered 1 of 10 about recommendation on 2025-11-08; 1 answer");
    expect(standard).toMatchObject({ customers: 100n, customersWithAttitude: 80n });
  });

  test("scores in an order, and by place", async () => {
    const client = await connect();
    const recorded = { asOf, order: LoyaltyOrder.RECORDED };
    const everybody = await collect(client.loyalty.list(recorded));
    expect(everybody.map((one) => one.customerId)).toEqual(CUSTOMERS.map((one) => one.customerId));
    const scores = everybody.map((one) => one.score?.value ?? Number.NaN);
    const lowest = await collect(
      client.loyalty.list({ asOf, order: LoyaltyOrder.LOWEST, limit: 3 }),
    );
    expect(lowest.map((one) => one.score?.value)).toEqual(scores.sort((a, b) => a - b).slice(0, 3));
    const spurious = await collect(
      client.loyalty.list({ ...recorded, place: LoyaltyPlace.SPURIOUS }),
    );
    const expected = everybody.filter((one) => one.place === LoyaltyPlace.SPURIOUS);
    expect(spurious).toEqual(expected);
    expect(spurious.length).toBeGreaterThan(0);
  });

  test("places with what they are worth and what they say", async () => {
    const client = await connect();
    const { whole, rows } = await client.loyalty.summary({ asOf });
    expect(whole).toMatchObject({ place: LoyaltyPlace.UNSPECIFIED, customers: 100n });
    expect(rows.map((row) => row.place)).toEqual([
      LoyaltyPlace.TRUE,
      LoyaltyPlace.LATENT,
      LoyaltyPlace.SPURIOUS,
      LoyaltyPlace.NONE,
      LoyaltyPlace.UNKNOWN,
    ]);
    expect(rows.reduce((sum, row) => sum + row.customers, 0n)).toBe(100n);
    expect(rows[2]?.nps?.value).toBe(-100); // who buys most does not recommend us
    expect(Number(rows[2]?.clv12mo?.amount)).toBeGreaterThan(0);
  });

  test("a model has versions that stay", async () => {
    const client = await connect();
    const first = await client.loyalty.model();
    expect(first).toMatchObject({ version: 1, cut: LoyaltyCut.MEDIANS });
    expect(first.since).toBeUndefined();
    const before = await client.loyalty.of({ customerId: "c7", asOf });
    const weights = first.weights.map(({ component }) => ({
      component,
      weight: component === LoyaltyComponent.RECOMMENDATION ? 2 : 0,
    }));
    const second = await client.loyalty.updateModel({ weights, cut: LoyaltyCut.FIFTY });
    expect(second).toMatchObject({ version: 2, cut: LoyaltyCut.FIFTY, halfLifeDays: 180 });
    expect(await client.loyalty.updateModel({ cut: LoyaltyCut.FIFTY })).toEqual(second);
    const after = await client.loyalty.of({ customerId: "c7", asOf });
    const [said, ...others] = after.loyalty?.contributions.filter((one) => one.weight > 0) ?? [];
    expect(others).toEqual([]);
    expect(after.loyalty?.score?.value).toBeCloseTo(100 * (said?.value ?? 0), 9);
    const again = await client.loyalty.of({ customerId: "c7", asOf, version: 1 });
    expect(again.loyalty).toEqual(before.loyalty);
    expect(await client.loyalty.model({ version: 1 })).toEqual(first);
  });

  test("what cannot be asked is refused", async () => {
    const client = await connect();
    expect(await failure(client.loyalty.of({ customerId: "zoe" }))).toMatchObject({
      code: Code.NotFound,
      reason: "CUSTOMER_NOT_FOUND",
    });
    expect(await failure(client.loyalty.model({ version: 7 }))).toMatchObject({
      reason: "INVALID_FIELD",
      metadata: { field: "version" },
    });
    expect(await failure(client.loyalty.list({ limit: 100_001 }))).toMatchObject({
      reason: "INVALID_FIELD",
      metadata: { field: "limit" },
    });
  });
});
