// lojal: everything but a way to the server. Make a client with "lojal/node" or "lojal/web".
export type { Asked, Calls } from "./asked.js";
export type { OtherOptions } from "./channel.js";
export { createClientOver, type LojalClient, type TransportClientOptions } from "./client.js";
export {
  ERROR_DOMAIN,
  type FieldViolation,
  isReason,
  LojalError,
  type LojalErrorInit,
  type ReasonName,
} from "./errors.js";
export type * from "./gen/lojal/v1/admin_service_pb.js";
export type * from "./gen/lojal/v1/clv_service_pb.js";
export {
  Habit,
  IntervalMethod,
  ModelKind,
  ModelTimeUnit,
  PredictionBasis,
  PredictionOrder,
} from "./gen/lojal/v1/clv_service_pb.js";
export type * from "./gen/lojal/v1/common_pb.js";
export {
  CalendarInterval,
  CostKind,
  CountedAnswers,
  FactsAsOf,
  InteractionKind,
  SurveyDisposition,
  SurveyKind,
  SurveyMetric,
} from "./gen/lojal/v1/common_pb.js";
export type * from "./gen/lojal/v1/customer_service_pb.js";
export {
  CustomerOrder,
  FactType,
  TimelineKind,
  TimelineOrder,
} from "./gen/lojal/v1/customer_service_pb.js";
export { ErrorReason } from "./gen/lojal/v1/error_reason_pb.js";
export type * from "./gen/lojal/v1/export_service_pb.js";
export type * from "./gen/lojal/v1/ingest_service_pb.js";
export type * from "./gen/lojal/v1/loyalty_service_pb.js";
export {
  EarlyWarningKind,
  EarlyWarningOrder,
  EarlyWarningSeverity,
  LoyaltyComponent,
  LoyaltyCut,
  LoyaltyOrder,
  LoyaltyOutcome,
  LoyaltyPlace,
  LoyaltyPredictor,
} from "./gen/lojal/v1/loyalty_service_pb.js";
export type * from "./gen/lojal/v1/nps_service_pb.js";
export { Scope } from "./gen/lojal/v1/options_pb.js";
export type * from "./gen/lojal/v1/retention_service_pb.js";
export {
  CohortAlignment,
  CohortMode,
  RevenueComparison,
} from "./gen/lojal/v1/retention_service_pb.js";
export type * from "./gen/lojal/v1/segmentation_service_pb.js";
export { CutpointBasis, Segment } from "./gen/lojal/v1/segmentation_service_pb.js";
export type * from "./gen/lojal/v1/survey_service_pb.js";
export type * from "./gen/lojal/v1/workspace_service_pb.js";
export type { Admin } from "./groups/admin.js";
export type { Clv, FitOptions } from "./groups/clv.js";
export type { CustomerExport, Customers } from "./groups/customers.js";
export type { ArrowBytes, ExportOptions, Exports } from "./groups/exports.js";
export type { LoyaltyScores } from "./groups/loyalty.js";
export type { Nps } from "./groups/nps.js";
export type { Costs, Interactions, Refunds, Transactions } from "./groups/records.js";
export type { Retention } from "./groups/retention.js";
export type { Segments } from "./groups/segments.js";
export type { Surveys } from "./groups/surveys.js";
export type { Workspaces } from "./groups/workspaces.js";
export { type JsonOf, type JsonOptions, toJson } from "./json.js";
export type {
  CostRow,
  CustomerRow,
  InteractionRow,
  PurchaseRow,
  RefundRow,
  RowsOf,
  SurveyRow,
} from "./load/rows.js";
export type {
  CostLoadOptions,
  InteractionLoadOptions,
  Load,
  LoadOptions,
  LoadResult,
  LoadRowError,
  LoadSettings,
  Loads,
  NpsLoadOptions,
  RowSource,
  SurveyLoadOptions,
} from "./load/types.js";
export { decimal, formatMoney, fromMicros, money, toMicros } from "./money.js";
export type { ApiKeySource, ClientOptions, NetworkOptions } from "./options.js";
export { DEFAULT_RETRY, type RetryPolicy } from "./retry.js";
export { type CallOptions, Code, type Interceptor, type Transport } from "./rpc.js";
export { type TemporalLike, type TimeLike, timestamp, toDate } from "./time.js";
