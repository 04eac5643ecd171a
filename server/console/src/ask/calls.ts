// The calls that the console makes, each with its name for grpcurl and for Python.
import type { CallOptions, LojalClient } from "lojal/web";

/** A call that takes `R` and answers `T`. */
export interface Call<R, T> {
  /** As grpcurl calls it, such as "NpsService/GetNps". */
  rpc: string;
  /** As Python calls it, such as "nps.score". */
  python: string;
  on(client: LojalClient): (request: R, options: CallOptions) => Promise<T>;
}

function call<R, T>(
  rpc: string,
  python: string,
  on: (client: LojalClient) => (request: R, options: CallOptions) => Promise<T>,
): Call<R, T> {
  return { rpc, python, on };
}

/** A call that answers in parts, all of which are waited for. */
function stream<R, T>(
  rpc: string,
  python: string,
  on: (client: LojalClient) => (request: R, options: CallOptions) => AsyncIterable<T>,
): Call<R, T[]> {
  return call(rpc, python, (client) => async (request: R, options) => {
    const parts: T[] = [];
    for await (const part of on(client)(request, options)) parts.push(part);
    return parts;
  });
}

/** All of them, page by page. */
export const listWorkspaces = stream(
  "WorkspaceService/ListWorkspaces",
  "workspaces.list",
  (c) => c.workspaces.list,
);
export const getServerInfo = call(
  "AdminService/GetServerInfo",
  "admin.info",
  (c) => c.admin.getServerInfo,
);
export const summarizeSegments = call(
  "SegmentationService/SummarizeSegments",
  "segments.summary",
  (c) => c.segments.summarizeSegments,
);
export const getRfmScheme = call(
  "SegmentationService/GetRfmScheme",
  "segments.scheme",
  (c) => c.segments.getRfmScheme,
);
export const listSegmentMembers = call(
  "SegmentationService/ListSegmentMembers",
  "segments.members",
  (c) => c.segments.listSegmentMembers,
);
export const getSegmentTransitions = call(
  "SegmentationService/GetSegmentTransitions",
  "segments.transitions",
  (c) => c.segments.getSegmentTransitions,
);
export const getPurchaseStats = call(
  "RetentionService/GetPurchaseStats",
  "retention.purchases",
  (c) => c.retention.getPurchaseStats,
);
export const getRevenueConcentration = call(
  "RetentionService/GetRevenueConcentration",
  "retention.concentration",
  (c) => c.retention.getRevenueConcentration,
);
export const getCohorts = call(
  "RetentionService/GetCohorts",
  "retention.cohorts",
  (c) => c.retention.getCohorts,
);
export const getSurvival = call(
  "RetentionService/GetSurvival",
  "retention.survival",
  (c) => c.retention.getSurvival,
);
export const summarizePredictions = call(
  "ClvService/SummarizePredictions",
  "clv.summary",
  (c) => c.clv.summarizePredictions,
);
export const predictCustomers = stream(
  "ClvService/PredictCustomers",
  "clv.predict",
  (c) => c.clv.predictCustomers,
);
export const predictCustomer = call(
  "ClvService/PredictCustomer",
  "clv.predict_customer",
  (c) => c.clv.predictCustomer,
);
export const backtest = call("ClvService/Backtest", "clv.backtest", (c) => c.clv.backtest);
export const getTracking = call("ClvService/GetTracking", "clv.tracking", (c) => c.clv.getTracking);
export const getNps = call("NpsService/GetNps", "nps.score", (c) => c.nps.getNps);
export const summarizeLoyalty = call(
  "LoyaltyService/SummarizeLoyalty",
  "loyalty.summary",
  (c) => c.loyalty.summarizeLoyalty,
);
export const getLoyalty = call(
  "LoyaltyService/GetLoyalty",
  "loyalty.of",
  (c) => c.loyalty.getLoyalty,
);
export const listEarlyWarnings = stream(
  "LoyaltyService/ListEarlyWarnings",
  "loyalty.early_warnings",
  (c) => c.loyalty.listEarlyWarnings,
);
export const getCustomer = call(
  "CustomerService/GetCustomer",
  "customers.get",
  (c) => c.customers.getCustomer,
);
export const listCustomers = call(
  "CustomerService/ListCustomers",
  "customers.list",
  (c) => c.customers.listCustomers,
);
export const getTimeline = call(
  "CustomerService/GetTimeline",
  "customers.timeline",
  (c) => c.customers.getTimeline,
);
export const listFacts = call(
  "CustomerService/ListFacts",
  "customers.facts",
  (c) => c.customers.listFacts,
);
