// client.clv: the RPCs of ClvService, a fit as one promise, predictions one by one, and their sums.

import type { Asked, Calls } from "../asked.js";
import { serviceClient, type Words, words } from "../calls.js";
import type { Channel } from "../channel.js";
import { LojalError } from "../errors.js";
import {
  ClvService,
  type FitModelRequestSchema,
  type FitProgress,
  type ListModelsRequestSchema,
  type Model,
  type PredictCustomerRequestSchema,
  type PredictCustomerResponse,
  type PredictCustomersRequestSchema,
  type Prediction,
  type PredictionTotals,
} from "../gen/lojal/v1/clv_service_pb.js";
import { everyItem } from "../paging.js";
import { type CallOptions, Code } from "../rpc.js";

/** Options of {@link Clv.fit}. */
export interface FitOptions extends CallOptions {
  /** Called with each step of the fit. */
  onProgress?: (progress: FitProgress) => void;
}

/** The limit of a list that is to hold everybody. */
const EVERYBODY = 2 ** 31 - 1;

const WORDS = {
  /** One model: `getModel`. */
  model: "getModel",
  /** Several models on the same days, best first: `compareModels`. */
  compare: "compareModels",
  /** Predictions added up by group: `summarizePredictions`. */
  summary: "summarizePredictions",
  /** Expected and actual purchases, period by period: `getTracking`. */
  tracking: "getTracking",
} as const;

/** What customers will be worth, and whether they are still there. */
export interface Clv extends Calls<typeof ClvService>, Words<typeof ClvService, typeof WORDS> {
  /**
   * Fits a model, by default the one that backtests best, and makes it the workspace's default. There is no deadline unless `timeoutMs` is given.
   * When the connection breaks, the fit is asked for again under the same `requestId`.
   *
   * Errors: `INVALID_FIELD`, `INSUFFICIENT_HISTORY`, `REQUEST_ID_REUSED`, `STORE_READ_ONLY`.
   */
  fit(request?: Asked<typeof FitModelRequestSchema>, options?: FitOptions): Promise<Model>;
  /**
   * The predictions of PredictCustomers, one by one: of everybody, unless there is a `limit`. Their sums are those of
   * `totals`, or in the first message of `predictCustomers`, `withTotals`.
   *
   * Errors: `MODEL_NOT_FOUND`, `INSUFFICIENT_HISTORY`, `INVALID_FIELD`.
   */
  predict(
    request?: Asked<typeof PredictCustomersRequestSchema>,
    options?: CallOptions,
  ): AsyncGenerator<Prediction, void, undefined>;
  /**
   * The sums over all customers, whatever the limit, and no single prediction.
   *
   * Errors: `MODEL_NOT_FOUND`, `INVALID_FIELD`.
   */
  totals(
    request?: Asked<typeof PredictCustomersRequestSchema>,
    options?: CallOptions,
  ): Promise<PredictionTotals>;
  /**
   * What a customer who has just bought for the first time will be worth.
   *
   * Errors: `MODEL_NOT_FOUND`, `INVALID_FIELD`.
   */
  predictNew(
    request?: Asked<typeof PredictCustomerRequestSchema>,
    options?: CallOptions,
  ): Promise<PredictCustomerResponse>;
  /** Every model of the workspace, newest first. `timeoutMs` is for each page. */
  models(
    request?: Asked<typeof ListModelsRequestSchema>,
    options?: CallOptions,
  ): AsyncGenerator<Model, void, undefined>;
}

export function clvGroup(channel: Channel): Clv {
  const service = serviceClient(ClvService, channel);
  return {
    ...service,
    ...words(service, WORDS),
    async fit(request = {}, { onProgress, ...options } = {}) {
      let model: Model | undefined;
      // named once before the first attempt, so that another attempt cannot fit another model
      const named = { ...request, requestId: request.requestId || newRequestId() };
      for await (const { event } of service.fitModel(named, options)) {
        if (event.case === "progress") onProgress?.(event.value);
        if (event.case === "model") model = event.value;
      }
      if (model) return model;
      throw new LojalError("the fit ended without a model", { code: Code.Internal });
    },
    async *predict(request = {}, options) {
      // the server lists the first hundred where nothing is said; whoever loops over all of them wants everybody
      const asked = { ...request, limit: request.limit ?? EVERYBODY };
      for await (const batch of service.predictCustomers(asked, options)) {
        yield* batch.predictions;
      }
    },
    async totals(request = {}, options) {
      const alone = { ...request, limit: 0, withTotals: true };
      for await (const { totals } of service.predictCustomers(alone, options)) {
        if (totals) return totals;
      }
      throw new LojalError("the predictions came without totals: the server may be older", {
        code: Code.Internal,
      });
    },
    predictNew: (request = {}, options) =>
      service.predictCustomer({ ...request, newCustomer: true }, options),
    models: (request = {}, options) =>
      everyItem(
        request,
        options,
        (page, how) => service.listModels(page, how),
        (answer) => answer.models,
      ),
  };
}

/** A request id that nobody else has. `crypto.randomUUID` is missing on pages without TLS. */
function newRequestId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
