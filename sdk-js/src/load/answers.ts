// Answers to surveys, invitations and the like.
import { invalidField } from "../errors.js";
import { SurveyDisposition, SurveyMetric } from "../gen/lojal/v1/common_pb.js";
import { SurveyResponseSchema } from "../gen/lojal/v1/ingest_service_pb.js";
import type { Messages } from "./cargo.js";
import {
  requireRow,
  said,
  toFlag,
  toId,
  toNumber,
  toOptionalCustomerId,
  toText,
  toTime,
  toTopics,
  toWhole,
} from "./cells.js";
import { message, taker } from "./records.js";
import type { SurveyRow } from "./rows.js";
import type { SurveyLoadOptions } from "./types.js";

/**
 * What scores are checked against before anything is sent. Those of a question of one's own are left to the server, and
 * so is what scales a metric takes.
 */
const SCALES: Partial<Record<SurveyMetric, [number, number]>> = {
  [SurveyMetric.UNSPECIFIED]: [0, 10],
  [SurveyMetric.NPS]: [0, 10],
  [SurveyMetric.CSAT]: [1, 5],
  [SurveyMetric.CES1]: [1, 5],
  [SurveyMetric.CES2]: [1, 7],
  [SurveyMetric.TRUST]: [1, 7],
};
const RESCALABLE: SurveyMetric[] = [SurveyMetric.CSAT, SurveyMetric.TRUST];
const NPS: SurveyMetric[] = [SurveyMetric.UNSPECIFIED, SurveyMetric.NPS];
const COMPLETED: SurveyDisposition[] = [SurveyDisposition.UNSPECIFIED, SurveyDisposition.COMPLETED];
const MOST_COMMENT_BYTES = 2000;
/** Of fewer it may be chance that nobody gave more than 5. */
const ENOUGH = 30;

/** Makes the id of what has none: the same for the same parts. */
export type MadeId = (...parts: (string | number | bigint)[]) => string;

type Answer = Messages["surveyResponses"];

/**
 * Reads answers.
 *
 * @param madeId - makes ids for answers without one; without it they are refused.
 */
export function answers(options: SurveyLoadOptions, madeId?: MadeId) {
  const { metric, kind, disposition, scaleMin, scaleMax, lowerIsBetter } = options;
  const words = { metric, kind, disposition };
  const constants = {
    ...words,
    scaleMin,
    scaleMax,
    lowerIsBetter,
    surveyId: options.defaultSurveyId,
  };
  message(SurveyResponseSchema, words); // one clear error instead of one a row
  const notes = new AnswerNotes(madeId);
  const take = (row: SurveyRow): Answer => {
    requireRow(row, "responseId, time and score");
    const all = { ...said(constants), ...said(row) };
    const { metric, kind, disposition } = all;
    const read = message(SurveyResponseSchema, { metric, kind, disposition }) as Words;
    const score = scoreOf(all, read);
    if (score !== undefined && NPS.includes(read.metric ?? 0)) notes.add(score);
    const customerId = options.anonymous ? "" : toOptionalCustomerId(row.customerId);
    const time = toTime(row.time);
    const micros = time.seconds * 1_000_000n + BigInt(Math.floor(time.nanos / 1000));
    const nameless = row.responseId === undefined && score !== undefined; // an empty cell is a mistake
    return message(SurveyResponseSchema, {
      ...read,
      responseId: nameless
        ? notes.responseId(customerId, micros, score)
        : toId(row.responseId, "responseId"),
      customerId,
      time,
      score,
      surveyId: toText(all.surveyId),
      channel: toText(row.channel),
      comment: notes.comment(toText(row.comment)),
      scaleMin: toWhole(all.scaleMin, "scaleMin"),
      scaleMax: toWhole(all.scaleMax, "scaleMax"),
      topics: toTopics(row.topics),
      weight: toNumber(row.weight, "weight"),
      lowerIsBetter: toFlag(all.lowerIsBetter, "lowerIsBetter"),
    });
  };
  return taker<SurveyRow, "surveyResponses">("surveyResponses", take, () => notes.all());
}

interface Words {
  metric?: SurveyMetric;
  disposition?: SurveyDisposition;
}

/** The score, which is on its scale. */
function scoreOf(row: Partial<SurveyRow>, { metric = 0, disposition = 0 }: Words) {
  const score = toWhole(row.score, "score");
  if (score === undefined) {
    if (!COMPLETED.includes(disposition)) return undefined;
    throw invalidField(
      "score",
      "the score is missing; give it, or a disposition that has none, such as dismissed",
    );
  }
  const scale = SCALES[metric];
  if (!scale) return score;
  const [least, most] = scale;
  const given = RESCALABLE.includes(metric) ? row : {};
  const from = toWhole(given.scaleMin, "scaleMin") ?? least;
  const to = toWhole(given.scaleMax, "scaleMax") ?? most;
  if (score >= from && score <= to) return score;
  throw invalidField("score", `${score} is not on the scale: ${from} to ${to}`);
}

/** What to keep in mind of answers: whether scores can be NPS, and what was made up or cut. */
class AnswerNotes {
  readonly #madeId: MadeId | undefined;
  readonly #same = new Map<string, number>();
  #count = 0;
  #highest = 0;
  #cut = 0;

  constructor(madeId: MadeId | undefined) {
    this.#madeId = madeId;
  }

  /** An id for an answer without one: the same whenever the same source is loaded. */
  responseId(customer: string, micros: bigint, score: number): string {
    if (!this.#madeId) {
      throw invalidField("responseId", "responseId is missing; give your id of each answer");
    }
    const key = `${customer}\n${micros}\n${score}`;
    const times = (this.#same.get(key) ?? 0) + 1;
    this.#same.set(key, times);
    return this.#madeId(customer, micros, score, times);
  }

  /** A comment as long as it may be. */
  comment(text: string): string {
    const bytes = new TextEncoder().encode(text);
    if (bytes.length <= MOST_COMMENT_BYTES) return text;
    this.#cut += 1;
    let end = MOST_COMMENT_BYTES;
    while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1; // not within a letter
    return new TextDecoder().decode(bytes.subarray(0, end));
  }

  /** Counts a score. */
  add(score: number): void {
    this.#count += 1;
    this.#highest = Math.max(this.#highest, score);
  }

  all(): string[] {
    const notes: string[] = [];
    if (this.#same.size > 0) {
      notes.push("answers without a responseId got one made of their customer, time and score");
    }
    if (this.#cut > 0) {
      const most = MOST_COMMENT_BYTES.toLocaleString("en");
      notes.push(
        `${this.#cut.toLocaleString("en")} comments were cut to the ${most} bytes that one may have`,
      );
    }
    if (this.#count >= ENOUGH && this.#highest <= 5) {
      notes.push(
        `none of ${this.#count} NPS scores is above ${this.#highest}, so all are detractors, as if they were given on a scale from 1 to 5; give metric: "csat" if they are of another question, or bring them onto 0 to 10`,
      );
    }
    return notes;
  }
}
