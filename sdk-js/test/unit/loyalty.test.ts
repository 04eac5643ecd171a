import type { HandlerContext } from "@connectrpc/connect";
import { expect, test, vi } from "vitest";
import {
  EarlyWarningKind,
  EarlyWarningOrder,
  EarlyWarningSeverity,
  LoyaltyComponent,
  LoyaltyPlace,
} from "../../src/index.js";
import { collect, failure, inMemory } from "./fake.js";

test("scores come one by one, whatever the batches", async () => {
  const listLoyalty = vi.fn(async function* (_: { limit: number; place: LoyaltyPlace }) {
    yield {
      loyalties: [{ customerId: "c1" }, { customerId: "c2" }],
      standard: { customers: 3n },
    };
    yield { loyalties: [] };
    yield { loyalties: [{ customerId: "c3" }] };
  });
  const client = inMemory({ loyalty: { listLoyalty } });
  const request = { place: LoyaltyPlace.NONE, limit: 3 };
  const scores = await collect(client.loyalty.list(request));
  expect(scores.map((one) => one.customerId)).toEqual(["c1", "c2", "c3"]);
  expect(listLoyalty.mock.calls[0]?.[0]).toMatchObject(request);
  await collect(client.loyalty.list());
  expect(listLoyalty.mock.calls[1]?.[0]).toMatchObject({
    place: LoyaltyPlace.UNSPECIFIED,
    limit: 0,
  });
});

test("leaving the list early ends the call", async () => {
  let signal: AbortSignal | undefined;
  async function* listLoyalty(_: unknown, context: HandlerContext) {
    signal = context.signal;
    for (;;) yield { loyalties: [{ customerId: "c" }] };
  }
  for await (const _ of inMemory({ loyalty: { listLoyalty } }).loyalty.list()) break;
  await vi.waitFor(() => expect(signal?.aborted).toBe(true));
});

test("a model comes by itself, asked for or changed", async () => {
  const trust = { component: LoyaltyComponent.TRUST, weight: 0.2 };
  const updateLoyaltyModel = vi.fn((request: { weights: object[]; halfLifeDays?: number }) => ({
    model: { version: 2, weights: request.weights },
  }));
  const client = inMemory({
    loyalty: {
      getLoyaltyModel: ({ version }) => ({ model: { version: version || 1 } }),
      updateLoyaltyModel,
    },
  });
  expect(await client.loyalty.model()).toMatchObject({ version: 1 });
  expect(await client.loyalty.model({ version: 7 })).toMatchObject({ version: 7 });
  const changed = await client.loyalty.updateModel({ weights: [trust] });
  expect(changed).toMatchObject({ version: 2, weights: [trust] });
  expect(updateLoyaltyModel.mock.calls[0]?.[0].halfLifeDays).toBeUndefined();
});

test("an answer without a model is an error", async () => {
  const client = inMemory({
    loyalty: { getLoyaltyModel: () => ({}), updateLoyaltyModel: () => ({}) },
  });
  for (const answer of [client.loyalty.model(), client.loyalty.updateModel({ halfLifeDays: 90 })]) {
    expect(await failure(answer)).toMatchObject({ name: "LojalError", reason: undefined });
  }
});

test("a validation is asked for under its word", async () => {
  const validateScore = vi.fn((_: { horizon: string }) => ({ verdict: "It adds nothing." }));
  const { verdict } = await inMemory({ loyalty: { validateScore } }).loyalty.validate({
    horizon: "90d",
  });
  expect(verdict).toBe("It adds nothing.");
  expect(validateScore.mock.calls[0]?.[0]).toMatchObject({ horizon: "90d" });
});

test("warnings come one by one, whatever the batches", async () => {
  const listEarlyWarnings = vi.fn(async function* (_: { limit: number; kinds: number[] }) {
    yield {
      warnings: [{ customerId: "c1", severity: EarlyWarningSeverity.HIGH }, { customerId: "c2" }],
      totals: { warnings: 3n },
    };
    yield { warnings: [{ customerId: "c3" }] };
  });
  const client = inMemory({ loyalty: { listEarlyWarnings } });
  const request = {
    kinds: [EarlyWarningKind.SILENCE, EarlyWarningKind.LOWER_NPS],
    order: EarlyWarningOrder.NEWEST,
    limit: 3,
  };
  const warnings = await collect(client.loyalty.earlyWarnings(request));
  expect(warnings.map((one) => one.customerId)).toEqual(["c1", "c2", "c3"]);
  expect(warnings[0]?.severity).toBe(EarlyWarningSeverity.HIGH);
  expect(warnings[1]?.valueAtRisk).toBeUndefined();
  expect(listEarlyWarnings.mock.calls[0]?.[0]).toMatchObject(request);
  await collect(client.loyalty.earlyWarnings());
  expect(listEarlyWarnings.mock.calls[1]?.[0]).toMatchObject({ kinds: [], limit: 0 });
});

test("a warning is taken care of, and quality is asked for, under their words", async () => {
  const acknowledgeWarning = vi.fn((request: { note: string }) => ({ note: request.note }));
  const getWarningQuality = vi.fn((_: { horizon: string }) => ({
    kinds: [{ kind: EarlyWarningKind.SILENCE, lift: 1.5 }],
  }));
  const { loyalty } = inMemory({ loyalty: { acknowledgeWarning, getWarningQuality } });
  const warningId = "silence@2026-03-02@c1";
  const { note, wasAcknowledged } = await loyalty.acknowledgeWarning({ warningId, note: "called" });
  expect([note, wasAcknowledged]).toEqual(["called", false]);
  expect(acknowledgeWarning.mock.calls[0]?.[0]).toMatchObject({ warningId });
  const { kinds } = await loyalty.warningQuality({ horizon: "30d" });
  expect(kinds).toMatchObject([{ kind: EarlyWarningKind.SILENCE, lift: 1.5 }]);
  expect(kinds[0]?.recall).toBeUndefined();
  expect(getWarningQuality.mock.calls[0]?.[0]).toMatchObject({ horizon: "30d" });
});
