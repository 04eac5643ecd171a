// Answers a fixed set of questions as JSON, for a test that compares this client with others.
//
//   npm run build && node same-answers.mjs http://127.0.0.1:50051 WORKSPACE
//
// The Python client has its twin in sdk-python/tests/same_answers.py. Numbers are printed so that they read back
// exactly; amounts of money stay text. What is undefined is null.
import { createClient, PredictionOrder, Segment, SurveyMetric, timestamp } from "lojal/node";

const asOf = timestamp("1998-07-01T00:00:00Z");
const [url, workspace] = process.argv.slice(2);
if (!url || !workspace) throw new Error("usage: node same-answers.mjs URL WORKSPACE");
const client = createClient(url, { workspace });

const { segments } = await client.segments.summary({ asOf });
const { nps } = await client.nps.score({ asOf });
const { comparisons } = await client.nps.compare({
  asOf,
  window: "1998-Q1",
  baselineWindow: "1997-Q1",
});
const [compared] = comparisons;
const plan = await client.nps.planSample({ margin: 5, window: "all" });
const { whole: scores } = await client.surveys.scores({ asOf, metric: SurveyMetric.NPS });
const { rows: some } = await client.retention.purchases({
  asOf,
  window: "all",
  filter: "orders >= 3",
  groupBy: "nps_category",
});
const best = client.clv.predict({
  asOf,
  horizon: "12mo",
  order: PredictionOrder.CLV,
  limit: 10,
});
const top = [];
for await (const { customerId, clv, aliveProbability } of best) {
  top.push({
    customer_id: customerId,
    clv: clv?.value ?? null,
    alive_probability: aliveProbability?.value ?? null,
  });
}
const answers = {
  segments: segments.map(({ segment, customers, monetary }) => ({
    segment: `SEGMENT_${Segment[segment]}`,
    customers: Number(customers),
    monetary: monetary?.amount ?? null,
  })),
  nps: {
    value: nps?.value ?? null,
    ci_low: nps?.ciLow ?? null,
    ci_high: nps?.ciHigh ?? null,
    n: Number(nps?.n),
  },
  compared: {
    difference: compared?.difference?.value ?? null,
    z: compared?.z ?? null,
    p_value: compared?.pValue ?? null,
  },
  plan: { answers: Number(plan.answers), variance: plan.variance },
  scores: {
    mean: scores?.mean?.value ?? null,
    index: scores?.index?.value ?? null,
    top_box_share: scores?.topBoxShare?.value ?? null,
  },
  some: some.map(({ group, orders, averageOrderValue }) => ({
    group,
    orders: Number(orders),
    average: averageOrderValue?.value ?? null,
  })),
  top,
};
console.log(JSON.stringify(answers));
client.close();
