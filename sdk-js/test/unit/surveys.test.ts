// Surveys and interactions: what is sent.
import { expect, test } from "vitest";
import { InteractionKind, SurveyDisposition, SurveyKind, SurveyMetric } from "../../src/index.js";
import { failure, inMemory } from "./fake.js";

const received: unknown[] = [];
const note = (request: unknown) => {
  received.push(request);
  return {};
};
const client = inMemory({
  ingest: { recordSurveyResponses: note, recordInteractions: note },
  nps: { planNpsSample: note },
  surveys: { getCsat: note },
});
const time = "2026-03-01";

test("an invitation has no score, and an answer of 0 has one", async () => {
  const answer = { responseId: "a1", time, metric: SurveyMetric.NPS };
  await client.ingest.recordSurveyResponses({
    surveyResponses: [
      { ...answer, disposition: SurveyDisposition.INVITED },
      { ...answer, score: 0, weight: 1.5, topics: ["delivery"] },
    ],
  });
  const { surveyResponses } = received.pop() as { surveyResponses: { score?: number }[] };
  expect(surveyResponses.map(({ score }) => score)).toEqual([undefined, 0]);
  expect(surveyResponses[1]).toMatchObject({ weight: 1.5, topics: ["delivery"] });
});

test("words are taken for numbers, also further inside", async () => {
  await client.ingest.recordInteractions({
    interactions: [{ interactionId: "i1", customerId: "c1", time, kind: "support_case" }],
  });
  expect(received.pop()).toMatchObject({ interactions: [{ kind: InteractionKind.SUPPORT_CASE }] });
  await client.surveys.getCsat({ answers: { kind: "TRANSACTIONAL" } });
  expect(received.pop()).toMatchObject({ answers: { kind: SurveyKind.TRANSACTIONAL } });
  const wrong = client.surveys.getCsat({ answers: { survey: "spring" } as never });
  expect(await failure(wrong)).toMatchObject({ metadata: { field: "answers.survey" } });
});

test("what is not given is not sent", async () => {
  await client.nps.planNpsSample({ answers: 400n, variance: 0 });
  const plan = received.pop() as { margin?: number };
  expect(plan).toMatchObject({ answers: 400n, variance: 0 });
  expect(plan.margin).toBeUndefined();
});
