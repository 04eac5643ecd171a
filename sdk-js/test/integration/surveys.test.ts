// Surveys of every kind, their comparison, participation and comments, and interactions, on the real server.
import { describe, expect, test } from "vitest";
import { WarningCode } from "../../src/gen/lojal/v1/common_pb.js";
import {
  CalendarInterval,
  Code,
  InteractionKind,
  type LojalClient,
  SurveyDisposition,
  SurveyMetric,
  timestamp,
} from "../../src/index.js";
import { collect, failure, SERVICES } from "../unit/fake.js";
import { noting, rpcName, TRANSPORTS, withServer } from "./server.js";

const server = withServer();
const time = timestamp("2026-03-01");
const asOf = timestamp("2026-04-01");

/** So many of each score. */
function scores(counts: Record<number, number>): number[] {
  return Object.entries(counts).flatMap(([score, count]) => Array(count).fill(Number(score)));
}

/** One answer a score. */
function answers(given: number[], more: object = {}, prefix = "a") {
  return given.map((score, index) => ({ responseId: `${prefix}${index}`, time, score, ...more }));
}

function record(client: LojalClient, surveyResponses: ReturnType<typeof answers>) {
  return client.ingest.recordSurveyResponses({ surveyResponses });
}

describe.each(TRANSPORTS)("over %s", (transport) => {
  const called = new Set<string>();
  const connect = () => server(transport, { interceptors: [noting(called)] });

  test("NPS of two markets compared", async () => {
    const client = connect();
    const markets = {
      hr: scores({ 10: 40, 8: 30, 2: 30 }),
      si: scores({ 10: 55, 8: 25, 2: 20 }),
    };
    for (const [market, given] of Object.entries(markets)) {
      const ids = given.map((_, index) => `${market}-${index}`);
      await client.customers.upsertCustomers({
        customers: ids.map((customerId) => ({ customerId, attributes: { market } })),
      });
      const said = answers(given, {}, `${market}-`);
      await record(
        client,
        said.map((answer) => ({ ...answer, customerId: answer.responseId })),
      );
    }
    const { comparisons } = await client.nps.compareNps({ asOf, groupBy: "market" });
    expect(comparisons).toHaveLength(1);
    const [compared] = comparisons;
    expect(compared).toMatchObject({ first: "hr", second: "si" });
    expect(compared?.difference?.value).toBeCloseTo(-25, 9);
    expect(compared?.z).toBeCloseTo(-2.1506, 4);
    expect(compared?.pValue).toBeCloseTo(0.0315, 4);

    const weighted = await client.nps.getNps({
      asOf,
      weightToBaseBy: "market",
      population: 1_000n,
    });
    expect(weighted.npsOfBase?.value).toBeCloseTo(22.5, 9);
  });

  test("the size of a sample", async () => {
    const client = connect();
    await client.workspaces.createWorkspace({});
    const plans = [10, 5, 3].map((margin) => client.nps.planNpsSample({ margin, variance: 1 }));
    const sizes = (await Promise.all(plans)).map((plan) => plan.answers);
    expect(sizes).toEqual([385n, 1_537n, 4_269n]);
    const { margin, answers } = await client.nps.planNpsSample({ answers: 1_537n, variance: 1 });
    expect(margin).toBeCloseTo(5, 2);
    expect(answers).toBeUndefined();
  });

  test("CSAT and its interval, by channel and month", async () => {
    const client = connect();
    const given = scores({ 5: 50, 4: 34, 3: 6, 1: 10 });
    await record(client, answers(given, { metric: SurveyMetric.CSAT, channel: "email" }));
    const { csat, whole, scale, rows } = await client.surveys.getCsat({ asOf });
    expect(csat?.value).toBeCloseTo(0.84, 12);
    expect(csat?.ciLow).toBeCloseTo(0.7558, 4);
    expect(csat?.ciHigh).toBeCloseTo(0.899, 4);
    expect(whole?.scoreCounts).toEqual([10n, 0n, 6n, 34n, 50n]);
    expect(scale).toMatchObject({ metric: SurveyMetric.CSAT, min: 1, max: 5, topBox: 4 });
    expect(rows).toEqual([]);
    const split = await client.surveys.getCsat({
      asOf,
      window: "2026-01-01/2026-04-01",
      groupBy: "channel",
      interval: CalendarInterval.MONTH,
      answers: { channel: "email" },
    });
    const months = split.rows.map(({ period, topBoxShare }) => [period?.label, topBoxShare?.value]);
    expect(months).toEqual([["2026-03", 0.84]]);
  });

  test("both versions of effort are never mixed", async () => {
    const client = connect();
    await record(client, answers([7, 6, 5, 2], { metric: SurveyMetric.CES2 }, "new"));
    const { ces, whole } = await client.surveys.getCes({ asOf });
    expect([ces?.value, whole?.netEasy?.value]).toEqual([5, 0.25]);
    await record(client, answers([1, 2, 5], { metric: SurveyMetric.CES1 }, "old"));
    const both = await client.surveys.getCes({ asOf });
    expect(both.ces?.value).toBe(5);
    expect(both.questions.map(({ scale, mean }) => [scale?.metric, mean?.n])).toEqual([
      [SurveyMetric.CES2, 4n],
      [SurveyMetric.CES1, 3n],
    ]);
    expect(both.provenance?.warningCodes).toEqual([WarningCode.SEVERAL_QUESTIONS]);
    const old = await client.surveys.getCes({ asOf, metric: SurveyMetric.CES1 });
    expect(old.ces?.value).toBeCloseTo(8 / 3, 12);
    expect(old.scale?.lowerIsBetter).toBe(true);
    expect(old.whole?.netEasy?.value).toBeUndefined();
  });

  test("a question of one's own, and trust", async () => {
    const client = connect();
    const own = { metric: SurveyMetric.CUSTOM, surveyId: "waiting", scaleMin: 0, scaleMax: 10 };
    await record(client, answers([0, 2, 4, 10], { ...own, lowerIsBetter: true }));
    await record(client, answers([7, 5], { metric: SurveyMetric.TRUST }, "t"));
    const waiting = await client.surveys.getScores({
      asOf,
      metric: SurveyMetric.CUSTOM,
      answers: { surveyId: "waiting" },
    });
    expect([waiting.whole?.mean?.value, waiting.whole?.index?.value]).toEqual([4, 60]);
    const trust = await client.surveys.getScores({ asOf });
    expect(trust.whole?.mean?.value).toBe(6);
  });

  test("a dismissed survey never enters a score", async () => {
    const client = connect();
    const dismissed = { time, disposition: SurveyDisposition.DISMISSED };
    await client.ingest.recordSurveyResponses({
      surveyResponses: [
        { ...dismissed, responseId: "a1" },
        { ...dismissed, responseId: "a2", metric: SurveyMetric.CSAT },
      ],
    });
    expect((await client.nps.getNps({ asOf })).nps?.n).toBe(0n);
    const { csat } = await client.surveys.getCsat({ asOf });
    expect([csat?.value, csat?.n]).toEqual([undefined, 0n]);
    const scored = [{ ...dismissed, responseId: "a3", score: 3 }];
    expect(await failure(record(client, scored))).toMatchObject({ reason: "INVALID_FIELD" });
  });

  test("another score under the same id is refused", async () => {
    const client = connect();
    const answer = { responseId: "a1", time, score: 4, metric: SurveyMetric.CSAT };
    await record(client, [answer]);
    expect((await record(client, [answer])).result?.duplicates).toBe(1);
    expect(await failure(record(client, [{ ...answer, score: 5 }]))).toMatchObject({
      code: Code.AlreadyExists,
      reason: "RECORD_CONFLICT",
    });
    expect((await client.surveys.getCsat({ asOf })).whole?.mean?.value).toBe(4);
  });

  test("participation", async () => {
    const client = connect();
    const became = (disposition: SurveyDisposition, count: number) =>
      Array.from({ length: count }, (_, i) => ({ responseId: `a${i}`, time, disposition }));
    await client.ingest.recordSurveyResponses({
      surveyResponses: [
        ...became(SurveyDisposition.INVITED, 10),
        ...became(SurveyDisposition.DELIVERED, 8),
        ...answers([9, 3, 10, 8]),
      ],
    });
    const { whole } = await client.surveys.getResponseRate({ asOf });
    expect(whole).toMatchObject({ invited: 10n, delivered: 8n, completed: 4n, unsolicited: 0n });
    expect(whole?.responseRate?.value).toBe(0.5);
    expect(whole?.strictResponseRate?.value).toBeCloseTo(0.4, 12);
  });

  test("scores compared", async () => {
    const client = connect();
    const satisfied = (channel: string) => ({ metric: SurveyMetric.CSAT, channel });
    await record(client, answers([5, 5, 4, 4, 5, 3], satisfied("email"), "x"));
    await record(client, answers([1, 2, 3, 2, 4, 1], satisfied("sms"), "y"));
    const { comparisons } = await client.surveys.compareScores({ asOf, groupBy: "channel" });
    const [compared] = comparisons;
    expect(compared).toMatchObject({ first: "email", second: "sms" });
    expect(compared?.meanDifference?.value).toBeCloseTo(13 / 6, 12);
    expect(compared?.t).toBeCloseTo(3.7219, 4);
    expect(compared?.topBoxDifference?.value).toBeCloseTo(4 / 6, 12);
  });

  test("what is written about", async () => {
    const client = connect();
    const wrote = (score: number, comment: string, topics: string[]) =>
      answers([score], { comment, topics }, comment);
    await record(client, [
      ...wrote(2, "Late delivery again", ["delivery"]),
      ...wrote(4, "late delivery", ["delivery"]),
      ...wrote(10, "lovely", ["service"]),
    ]);
    const said = await client.surveys.summarizeComments({ asOf });
    expect(said).toMatchObject({ answers: 3n, comments: 3n, commentsWithoutScore: 0n });
    const found: (number | undefined)[] = [];
    const asked = { asOf, pageSize: 1, term: "Late delivery" };
    for await (const one of client.surveys.responses(asked)) found.push(one.score);
    expect(found.sort()).toEqual([2, 4]);
    const page = await client.surveys.listResponses({ asOf, minScore: 9 });
    expect(page.responses.map(({ comment, topics }) => [comment, topics])).toEqual([
      ["lovely", ["service"]],
    ]);
    expect(said.topics.map(({ term, answers }) => [term, answers])).toEqual([
      ["delivery", 2n],
      ["service", 1n],
    ]);
    const late = said.terms.find(({ term }) => term === "late delivery");
    expect([late?.answers, late?.meanScore?.value]).toEqual([2n, 3]);
  });

  test("interactions", async () => {
    const client = connect();
    const visit = {
      interactionId: "case-9/opened",
      customerId: "c42",
      time,
      kind: InteractionKind.SUPPORT_CASE,
      name: "damaged on arrival",
      status: "opened",
      topics: ["delivery"],
    };
    const recorded = () => client.ingest.recordInteractions({ interactions: [visit] });
    expect((await recorded()).result).toMatchObject({ recorded: 1 });
    expect((await recorded()).result).toMatchObject({ duplicates: 1 });
    const other = { ...visit, status: "resolved" };
    const conflict = client.ingest.recordInteractions({ interactions: [other] });
    expect(await failure(conflict)).toMatchObject({ reason: "RECORD_CONFLICT" });
    const { customer } = await client.customers.getCustomer({ customerId: "c42", asOf });
    expect(customer?.interactionCount).toBe(1n);
    const { interactionId, kind, name } = visit;
    const events = await collect(client.customers.timeline({ customerId: "c42", asOf }));
    expect(events.map(({ event }) => event)).toMatchObject([
      { case: "interaction", value: { interactionId, kind, name } },
    ]);
    const receipt = await client.customers.erase({ customerId: "c42" });
    expect(receipt.interactions).toBe(1n);
  });

  test("nothing of SurveyService was left out above", () => {
    const missing = SERVICES.surveys.methods.map(rpcName).filter((name) => !called.has(name));
    expect(missing).toEqual([]);
  });
});
