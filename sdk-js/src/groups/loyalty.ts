// client.loyalty: the RPCs of LoyaltyService, scores and warnings one by one, and the model by itself.
import type { Asked, Calls } from "../asked.js";
import { serviceClient, type Words, words } from "../calls.js";
import type { Channel } from "../channel.js";
import { LojalError } from "../errors.js";
import {
  type EarlyWarning,
  type GetLoyaltyModelRequestSchema,
  type ListEarlyWarningsRequestSchema,
  type ListLoyaltyRequestSchema,
  type Loyalty,
  type LoyaltyModel,
  LoyaltyService,
  type UpdateLoyaltyModelRequestSchema,
  type WatchEarlyWarningsRequestSchema,
  type WatchEarlyWarningsResponse,
} from "../gen/lojal/v1/loyalty_service_pb.js";
import { type CallOptions, Code } from "../rpc.js";

const WORDS = {
  /** How loyal one customer is, and why: `getLoyalty`. */
  of: "getLoyalty",
  /** All customers by place, with what they are worth and what they say: `summarizeLoyalty`. */
  summary: "summarizeLoyalty",
  /** Whether the score predicts anything, beside simple rules: `validateScore`. Give it a `timeoutMs` of a minute or more. */
  validate: "validateScore",
  /** How far warnings can be trusted: `getWarningQuality`. Give it a `timeoutMs` of a minute or more. */
  warningQuality: "getWarningQuality",
} as const;

/** Who is loyal, why, and how far to trust that. */
export interface LoyaltyScores
  extends Calls<typeof LoyaltyService>,
    Words<typeof LoyaltyService, typeof WORDS> {
  /**
   * The scores of ListLoyalty, one by one: in an order the first 100 unless asked for more. With whom they are compared
   * is in the first message of `listLoyalty`.
   *
   * Errors: `INVALID_FIELD`.
   */
  list(
    request?: Asked<typeof ListLoyaltyRequestSchema>,
    options?: CallOptions,
  ): AsyncGenerator<Loyalty, void, undefined>;
  /**
   * The warnings of ListEarlyWarnings, one by one: where most is at risk first, the first 100 unless asked for more. What
   * all of them are about is in the first message of `listEarlyWarnings`.
   *
   * Errors: `INVALID_FIELD`.
   */
  earlyWarnings(
    request?: Asked<typeof ListEarlyWarningsRequestSchema>,
    options?: CallOptions,
  ): AsyncGenerator<EarlyWarning, void, undefined>;
  /**
   * Warnings as they come: all that hold, and then, as each day begins, those that have come since. It has no end: leave
   * the loop, or abort the `signal`, which ends the loop without an error. When the server restarts or the connection
   * breaks, it goes on after the last message by itself; a warning may then come twice, and none is missed that still
   * holds. Keep the `resumeToken` of the last message for after a restart of yours.
   *
   * Errors: `INVALID_FIELD`.
   */
  watchEarlyWarnings(
    request?: Asked<typeof WatchEarlyWarningsRequestSchema>,
    options?: CallOptions,
  ): AsyncGenerator<WatchEarlyWarningsResponse, void, undefined>;
  /**
   * How scores of the workspace are made.
   *
   * Errors: `INVALID_FIELD`.
   */
  model(
    request?: Asked<typeof GetLoyaltyModelRequestSchema>,
    options?: CallOptions,
  ): Promise<LoyaltyModel>;
  /**
   * Makes scores in another way from now on, as the next version. What is left out stays as it is.
   *
   * Errors: `INVALID_FIELD`.
   */
  updateModel(
    request: Asked<typeof UpdateLoyaltyModelRequestSchema>,
    options?: CallOptions,
  ): Promise<LoyaltyModel>;
}

export function loyaltyGroup(channel: Channel): LoyaltyScores {
  const service = serviceClient(LoyaltyService, channel);
  return {
    ...service,
    ...words(service, WORDS),
    async *list(request = {}, options) {
      for await (const batch of service.listLoyalty(request, options)) {
        yield* batch.loyalties;
      }
    },
    async *earlyWarnings(request = {}, options) {
      for await (const batch of service.listEarlyWarnings(request, options)) {
        yield* batch.warnings;
      }
    },
    async *watchEarlyWarnings(request = {}, options) {
      yield* service.watchEarlyWarnings(request, options);
    },
    model: async (request = {}, options) =>
      modelOf(await service.getLoyaltyModel(request, options)),
    updateModel: async (request, options) =>
      modelOf(await service.updateLoyaltyModel(request, options)),
  };
}

function modelOf({ model }: { model?: LoyaltyModel }): LoyaltyModel {
  if (model) return model;
  throw new LojalError("the answer came without a model", { code: Code.Internal });
}
