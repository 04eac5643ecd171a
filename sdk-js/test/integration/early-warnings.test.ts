// Early warnings: listed, taken care of, held against what came, and watched over restarts, over both transports.
import { describe, expect, test } from "vitest";
import {
  Code,
  EarlyWarningKind,
  EarlyWarningOrder,
  type LojalClient,
  money,
  timestamp,
} from "../../src/index.js";
import { collect, failure } from "../unit/fake.js";
import {
  connect,
  type RunningServer,
  startServer,
  TRANSPORTS,
  temporaryFolder,
  withServer,
} from "./server.js";

const server = withServer();
const DAY_MS = 86_400_000;
const AS_OF = Date.UTC(2022, 0, 1);
const asOf = timestamp(new Date(AS_OF));
const CUSTOMERS = 60;

/** Purchases of every second week up to a day; every fourth customer stops two months or more before. */
function purchases(until: number, weeks: number, whom = (_: number) => true) {
  const everybody = Array.from({ length: CUSTOMERS }, (_, n) => n).filter(whom);
  return everybody.flatMap((n) => {
    const latest = n % 4 === 0 ? 8 + (n % 5) : 0;
    return Array.from({ length: Math.ceil((weeks - latest) / 2) }, (_, visit) => ({
      customerId: `c${n}`,
      transactionId: `c${n}-${until}-${visit}`,
      time: timestamp(new Date(until - (7 * (latest + 2 * visit) + 1 + (n % 7)) * DAY_MS)),
      amount: money(`${20 + (n % 7)}`, "EUR"),
    }));
  });
}

async function withShop(client: LojalClient, until = AS_OF): Promise<LojalClient> {
  await client.ingest.recordTransactions({ transactions: purchases(until, 104) });
  return client;
}

const ids = (warnings: { warningId: string }[]) => warnings.map((one) => one.warningId);

describe.each(TRANSPORTS)("over %s", (transport) => {
  test("warnings in their order, with what they are about", async () => {
    const { loyalty } = await withShop(server(transport));
    const [first, ...others] = await collect(loyalty.listEarlyWarnings({ asOf }));
    expect(others).toEqual([]);
    const listed = await collect(loyalty.earlyWarnings({ asOf }));
    expect(listed).toEqual(first?.warnings);
    expect(first?.totals?.warnings).toBe(BigInt(listed.length));
    const silences = listed.filter((one) => one.kind === EarlyWarningKind.SILENCE);
    expect(new Set(silences.map((one) => one.customerId))).toEqual(
      new Set(Array.from({ length: CUSTOMERS / 4 }, (_, n) => `c${4 * n}`)),
    );
    expect(first?.totals?.byKind[0]).toMatchObject({
      kind: EarlyWarningKind.SILENCE,
      warnings: BigInt(silences.length),
    });
    const risks = listed.map((one) => one.valueAtRisk ?? Number.NaN);
    expect(risks).toEqual([...risks].sort((a, b) => b - a));
    const some = { asOf, kinds: [EarlyWarningKind.SILENCE], limit: 3 };
    expect(await collect(loyalty.earlyWarnings(some))).toEqual(silences.slice(0, 3));
    const newest = await collect(
      loyalty.earlyWarnings({ asOf, order: EarlyWarningOrder.NEWEST, limit: 5 }),
    );
    const raised = newest.map((one) => Number(one.raisedAt?.seconds));
    expect(raised).toEqual([...raised].sort((a, b) => b - a));
    expect(newest).toHaveLength(5);
  });

  test("who is taken care of is listed no more, and twice is fine", async () => {
    const { loyalty } = await withShop(server(transport), Date.now());
    const kinds = [EarlyWarningKind.SILENCE];
    const before = await collect(loyalty.earlyWarnings({ kinds }));
    const warningId = before[0]?.warningId ?? "";
    const first = await loyalty.acknowledgeWarning({ warningId, note: "called, moved abroad" });
    expect(first).toMatchObject({ note: "called, moved abroad", wasAcknowledged: false });
    const again = await loyalty.acknowledgeWarning({ warningId, note: "once more" });
    expect(again).toEqual({ ...first, wasAcknowledged: true });
    const left = await collect(loyalty.earlyWarnings({ kinds }));
    expect(new Set(ids(left))).toEqual(new Set(ids(before.slice(1))));
    const all = await collect(loyalty.earlyWarnings({ kinds, withAcknowledged: true }));
    expect(all.find((one) => one.warningId === warningId)).toMatchObject({
      acknowledgedAt: first.acknowledgedAt,
      acknowledgementNote: "called, moved abroad",
    });
  });

  test("what cannot be asked is refused", async () => {
    const { loyalty } = await withShop(server(transport));
    const warningId = "silence@2021-03-02@zoe";
    expect(await failure(loyalty.acknowledgeWarning({ warningId }))).toMatchObject({
      code: Code.NotFound,
      reason: "WARNING_NOT_FOUND",
      metadata: { warning_id: warningId },
    });
    for (const [asked, field] of [
      [() => loyalty.earlyWarnings({ limit: 100_001 }), "limit"],
      [() => loyalty.warningQuality({ horizon: "3y" }), "horizon"],
      [() => loyalty.acknowledgeWarning({ warningId, note: "x".repeat(257) }), "note"],
      [() => loyalty.watchEarlyWarnings({ resumeToken: "t1" }), "resume_token"],
    ] as const) {
      expect(await failure(asked())).toMatchObject({
        reason: "INVALID_FIELD",
        metadata: { field },
      });
    }
  });

  test("what became of such warnings", async () => {
    const { loyalty } = await withShop(server(transport));
    const { kinds, dates } = await loyalty.warningQuality({ asOf, horizon: "30d" });
    expect(kinds.map((one) => one.kind)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const [silence] = kinds;
    expect(silence?.warnings).toBeGreaterThan(0n);
    expect(silence?.recall).toBeCloseTo(
      Number(silence?.warningsLeft) / Number(silence?.possibleLeft),
      9,
    );
    expect(silence?.likelihoodRatio?.method).toContain("ridge_logistic");
    const days = dates.map((date) => Number(date.seconds));
    expect(days.length).toBeGreaterThanOrEqual(3);
    expect(days).toEqual([...days].sort((a, b) => b - a));
  });
});

test.each([
  ["node", "SIGTERM"],
  ["node", "SIGKILL"],
  ["web", "SIGTERM"],
  ["web", "SIGKILL"],
] as const)(
  "a watch over %s goes on after %s and loses nothing",
  {
    timeout: 90_000,
  },
  async (transport, signal) => {
    const folder = temporaryFolder();
    let running: RunningServer | undefined = await startServer(folder.path);
    try {
      const { url } = running;
      const client = await withShop(connect(transport, url, { workspace: "shop" }));
      const before = await collect(client.loyalty.earlyWarnings());
      const watch = client.loyalty.watchEarlyWarnings();
      const first = (await watch.next()).value;
      expect(new Set(ids(first?.warnings ?? []))).toEqual(new Set(ids(before)));
      expect(before.length).toBeGreaterThan(0);

      const following = watch.next();
      await running.stop(signal);
      // What is recorded while the watch is cut off, where it cannot see it come.
      running = await startServer(folder.path);
      const recording = connect("node", running.url, { workspace: "shop" });
      const later = AS_OF + 35 * DAY_MS;
      await recording.ingest.recordTransactions({
        transactions: purchases(later, 4, (n) => n % 4 !== 0 && n % 5 !== 0),
      });
      const after = await collect(recording.loyalty.earlyWarnings());
      await running.stop();
      running = await startServer(folder.path, new URL(url).host);

      const second = (await following).value;
      const told = new Set(ids(before));
      const still = after.filter((one) => told.has(one.warningId));
      expect(still.length).toBeGreaterThan(0); // which a watch without its token would tell again
      const fresh = after.filter((one) => !told.has(one.warningId));
      expect(fresh.map((one) => one.customerId)).toEqual(expect.arrayContaining(["c5", "c15"]));
      expect(ids(second?.warnings ?? []).sort()).toEqual(ids(fresh).sort());
      await watch.return();

      // Whoever kept the first token hears the same, from a watch of their own.
      const stop = new AbortController();
      const kept = { resumeToken: first?.resumeToken ?? "" };
      for await (const news of client.loyalty.watchEarlyWarnings(kept, { signal: stop.signal })) {
        expect(ids(news.warnings).sort()).toEqual(ids(fresh).sort());
        stop.abort();
      }
      expect(stop.signal.aborted).toBe(true);
    } finally {
      await running?.stop();
      folder.remove();
    }
  },
);
