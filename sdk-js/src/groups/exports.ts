// client.export: the tables of ExportService, each as the bytes of one Arrow stream.

import type { Asked, Calls } from "../asked.js";
import { serviceClient } from "../calls.js";
import type { Channel } from "../channel.js";
import type { PredictCustomersRequestSchema } from "../gen/lojal/v1/clv_service_pb.js";
import type { ListCustomersRequestSchema } from "../gen/lojal/v1/customer_service_pb.js";
import {
  type ExportMetricsSchema,
  type ExportRequest,
  type ExportResponsesSchema,
  ExportService,
  type ExportTransactionsSchema,
} from "../gen/lojal/v1/export_service_pb.js";
import type { ListLoyaltyRequestSchema } from "../gen/lojal/v1/loyalty_service_pb.js";
import type { ListSegmentMembersRequestSchema } from "../gen/lojal/v1/segmentation_service_pb.js";
import type { CallOptions } from "../rpc.js";

/** Options of the tables of {@link Exports}. */
export interface ExportOptions extends CallOptions {
  /** Which columns, in this order; `["*"]` for all there are. Default: those that most people need. */
  columns?: readonly string[];
}

/** A table: pieces of one stream of Arrow's IPC format, as they are made. */
export type ArrowBytes = AsyncGenerator<Uint8Array, void, undefined>;

/**
 * Whole tables, for data frames and files: `await tableFromIPC(client.export.customers())` with apache-arrow. An estimate
 * such as `clv` takes the columns `clv`, `clv_ci_low`, `clv_ci_high` and `clv_standard_error`. Cut short by a restart of
 * the server, a table goes on where it stopped. Rows of plain values are those of `client.export.export`, with the format
 * `EXPORT_FORMAT_ROWS`.
 *
 * Errors of all: `INVALID_FIELD`.
 */
export interface Exports extends Calls<typeof ExportService> {
  /** A row a customer: what PredictCustomers tells of them. Of everybody, unless there is a `limit`. */
  predictions(
    question?: Asked<typeof PredictCustomersRequestSchema>,
    options?: ExportOptions,
  ): ArrowBytes;
  /** A row a customer with an order: what ListSegmentMembers tells of them. */
  segments(
    question?: Asked<typeof ListSegmentMembersRequestSchema>,
    options?: ExportOptions,
  ): ArrowBytes;
  /** A row a customer: what ListLoyalty tells of them, with scores only. */
  loyalty(question?: Asked<typeof ListLoyaltyRequestSchema>, options?: ExportOptions): ArrowBytes;
  /** A row a customer: what ListCustomers tells of them, with a column for each attribute. */
  customers(
    question?: Asked<typeof ListCustomersRequestSchema>,
    options?: ExportOptions,
  ): ArrowBytes;
  /** A row a purchase. */
  transactions(
    question?: Asked<typeof ExportTransactionsSchema>,
    options?: ExportOptions,
  ): ArrowBytes;
  /** A row a survey response of a named customer. */
  responses(question?: Asked<typeof ExportResponsesSchema>, options?: ExportOptions): ArrowBytes;
  /** A row a metric, question, group and period: NPS, CSAT, churn, orders, revenue, each with its interval. */
  metrics(question?: Asked<typeof ExportMetricsSchema>, options?: ExportOptions): ArrowBytes;
}

export function exportsGroup(channel: Channel): Exports {
  const service = serviceClient(ExportService, channel);
  const table = (name: NonNullable<ExportRequest["table"]["case"]>) =>
    async function* (question: object = {}, { columns = [], ...options }: ExportOptions = {}) {
      const request = { table: { case: name, value: question }, columns } as Parameters<
        typeof service.export
      >[0];
      for await (const { arrow } of service.export(request, options)) {
        if (arrow.length > 0) yield arrow;
      }
    };
  return {
    ...service,
    predictions: table("predictions"),
    segments: table("segments"),
    loyalty: table("loyalty"),
    customers: table("customers"),
    transactions: table("transactions"),
    responses: table("responses"),
    metrics: table("metrics"),
  };
}
