// Every `load` of a client: what is read how.
import type { Channel } from "../channel.js";
import { SurveyMetric } from "../gen/lojal/v1/common_pb.js";
import { answers, type MadeId } from "./answers.js";
import { loadRows } from "./load.js";
import { purchases } from "./purchases.js";
import { costs, customers, interactions, refunds } from "./records.js";
import type { Loads } from "./types.js";

/**
 * The loads of a channel.
 *
 * @param madeId - makes ids for answers without one, where the platform can.
 */
export function loadsOf(channel: Channel, madeId?: MadeId): Loads {
  return {
    transactions: (source, options = {}) =>
      loadRows(
        channel,
        source,
        purchases(options.currencyCode ?? "", channel.streamsRequests, options.skipInvalid),
        options,
      ),
    refunds: async (source, options = {}) => loadRows(channel, source, refunds(options), options),
    interactions: async (source, options = {}) =>
      loadRows(channel, source, interactions(options), options),
    costs: async (source, options = {}) => loadRows(channel, source, costs(options), options),
    surveys: async (source, options = {}) =>
      loadRows(channel, source, answers(options, madeId), options),
    nps: async (source, options = {}) =>
      loadRows(channel, source, answers({ ...options, metric: SurveyMetric.NPS }, madeId), options),
    customers: async (source, options = {}) => loadRows(channel, source, customers(), options),
  };
}
