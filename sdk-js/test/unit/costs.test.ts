// Costs: what is sent.
import { expect, test } from "vitest";
import { CostKind, money, timestamp } from "../../src/index.js";
import { failure, inMemory } from "./fake.js";

const received: unknown[] = [];
const client = inMemory({
  ingest: {
    recordCosts: (request) => {
      received.push(request);
      return { result: { recorded: request.costs.length } };
    },
  },
});
const time = timestamp("2026-03-01");

test("costs of a customer and of a source are sent as they are", async () => {
  const voucher = { costId: "voucher-7", customerId: "c42", time, amount: money("5", "EUR") };
  const ads = {
    costId: "ads-2026-03",
    source: "ads",
    market: "hr",
    kind: CostKind.ACQUISITION,
    time,
    endTime: timestamp("2026-04-01"),
    amount: money("1200.50", "EUR"),
  };
  const { result } = await client.costs.record({ costs: [voucher, ads], skipInvalid: true });
  expect(result?.recorded).toBe(2);
  const sent = received.pop() as { costs: { endTime?: unknown }[] };
  expect(sent).toMatchObject({ costs: [voucher, ads], skipInvalid: true });
  expect(sent.costs[0]?.endTime).toBeUndefined();
});

test("kinds and instants may be words, and fields that a cost does not have are refused", async () => {
  const cost = { costId: "k1", time: "2026-03-01", amount: money("5", "EUR") };
  await client.costs.record({ costs: [{ ...cost, kind: "incentive" }] });
  expect(received.pop()).toMatchObject({ costs: [{ kind: CostKind.INCENTIVE, time }] });
  const wrong = client.costs.record({ costs: [{ ...cost, until: time } as never] });
  expect(await failure(wrong)).toMatchObject({ metadata: { field: "costs[0].until" } });
  expect(received).toEqual([]);
});
