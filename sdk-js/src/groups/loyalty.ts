// client.loyalty: the RPCs of LoyaltyService, scores one by one, and the model by itself.
import type { MessageInitShape } from "@bufbuild/protobuf";
import { type CallOptions, type Client, Code } from "@connectrpc/connect";
import { type Channel, serviceClient, type Words, words } from "../calls.js";
import { LojalError } from "../errors.js";
import {
  type GetLoyaltyModelRequestSchema,
  type ListLoyaltyRequestSchema,
  type Loyalty,
  type LoyaltyModel,
  LoyaltyService,
  type UpdateLoyaltyModelRequestSchema,
} from "../gen/lojal/v1/loyalty_service_pb.js";

const WORDS = {
  /** How loyal one customer is, and why: `getLoyalty`. */
  of: "getLoyalty",
  /** All customers by place, with what they are worth and what they say: `summarizeLoyalty`. */
  summary: "summarizeLoyalty",
  /** Whether the score predicts anything, beside simple rules: `validateScore`. Give it a `timeoutMs` of a minute or more. */
  validate: "validateScore",
} as const;

/** Who is loyal, why, and how far to trust that. */
export interface LoyaltyScores
  extends Client<typeof LoyaltyService>,
    Words<typeof LoyaltyService, typeof WORDS> {
  /**
   * The scores of ListLoyalty, one by one: in an order the first 100 unless asked for more. With whom they are compared
   * is in the first message of `listLoyalty`.
   *
   * Errors: `INVALID_FIELD`.
   */
  list(
    request?: MessageInitShape<typeof ListLoyaltyRequestSchema>,
    options?: CallOptions,
  ): AsyncGenerator<Loyalty, void, undefined>;
  /**
   * How scores of the workspace are made.
   *
   * Errors: `INVALID_FIELD`.
   */
  model(
    request?: MessageInitShape<typeof GetLoyaltyModelRequestSchema>,
    options?: CallOptions,
  ): Promise<LoyaltyModel>;
  /**
   * Makes scores in another way from now on, as the next version. What is left out stays as it is.
   *
   * Errors: `INVALID_FIELD`.
   */
  updateModel(
    request: MessageInitShape<typeof UpdateLoyaltyModelRequestSchema>,
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
