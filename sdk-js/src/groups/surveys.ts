// client.surveys: the RPCs of SurveyService, and the recording of answers.

import type { Asked, Calls } from "../asked.js";
import { serviceClient, type Words, words } from "../calls.js";
import type { Channel } from "../channel.js";
import { IngestService } from "../gen/lojal/v1/ingest_service_pb.js";
import {
  type CommentedResponse,
  type ListResponsesRequestSchema,
  SurveyService,
} from "../gen/lojal/v1/survey_service_pb.js";
import type { Loads } from "../load/types.js";
import { everyItem } from "../paging.js";
import type { CallOptions } from "../rpc.js";
import type { Loading } from "./records.js";

const WORDS = {
  /** Satisfaction: `getCsat`. */
  csat: "getCsat",
  /** Effort: `getCes`. */
  ces: "getCes",
  /** Trust, or a question of your own: `getScores`. */
  scores: "getScores",
  /** How many of those who were asked answered: `getResponseRate`. */
  responseRate: "getResponseRate",
  /** Whether scores differ, and how surely: `compareScores`. */
  compare: "compareScores",
  /** What customers write about: `summarizeComments`. */
  comments: "summarizeComments",
} as const;

const RECORDING = {
  /** Records answers, invitations and the like: `ingest.recordSurveyResponses`. */
  record: "recordSurveyResponses",
} as const;

/** Satisfaction, effort, trust and questions of your own, and how many of those who were asked answered. */
export interface Surveys<Load = Loads["surveys"]>
  extends Calls<typeof SurveyService>,
    Words<typeof SurveyService, typeof WORDS>,
    Words<typeof IngestService, typeof RECORDING>,
    Loading<Load> {
  /** What customers wrote, newest first. `timeoutMs` is for each page. */
  responses(
    request?: Asked<typeof ListResponsesRequestSchema>,
    options?: CallOptions,
  ): AsyncGenerator<CommentedResponse, void, undefined>;
}

export function surveysGroup(channel: Channel, load: Loads["surveys"]): Surveys {
  const service = serviceClient(SurveyService, channel);
  const ingest = serviceClient(IngestService, channel);
  return {
    ...service,
    ...words(service, WORDS),
    ...words(ingest, RECORDING),
    load,
    responses: (request = {}, options) =>
      everyItem(
        request,
        options,
        (page, how) => service.listResponses(page, how),
        (answer) => answer.responses,
      ),
  };
}
