// What a chunk holds, whatever its kind: as a chunk of the Import stream, and as the request of a unary write.
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Asked, Calls } from "../asked.js";
import { serviceClient } from "../calls.js";
import type { Channel } from "../channel.js";
import type { WriteResult } from "../gen/lojal/v1/common_pb.js";
import { CustomerService, type CustomerUpsertSchema } from "../gen/lojal/v1/customer_service_pb.js";
import {
  type CostSchema,
  type ImportRequestSchema,
  IngestService,
  type InteractionSchema,
  type RefundSchema,
  type SurveyResponseSchema,
} from "../gen/lojal/v1/ingest_service_pb.js";
import type { CallOptions } from "../rpc.js";

/** The services that record. */
export interface Recorders {
  ingest: Calls<typeof IngestService>;
  customers: Calls<typeof CustomerService>;
}

/** The services of a channel. */
export function recordersOf(channel: Channel): Recorders {
  return {
    ingest: serviceClient(IngestService, channel),
    customers: serviceClient(CustomerService, channel),
  };
}

/** The rows of a chunk, ready to be sent. */
export interface Cargo {
  /** What they are. */
  readonly what: "transactions" | keyof Messages;
  /** As a chunk of the Import stream. */
  asImport(): NonNullable<MessageInitShape<typeof ImportRequestSchema>["rows"]>;
  /** Sends them as a unary request. */
  record(
    to: Recorders,
    skipInvalid: boolean,
    options: CallOptions,
  ): Promise<{ result?: WriteResult | undefined }>;
}

/** The messages of what is sent as messages. */
export interface Messages {
  refunds: Asked<typeof RefundSchema>;
  surveyResponses: Asked<typeof SurveyResponseSchema>;
  interactions: Asked<typeof InteractionSchema>;
  costs: Asked<typeof CostSchema>;
  customers: Asked<typeof CustomerUpsertSchema>;
}

type Record_<What extends keyof Messages> = (
  to: Recorders,
  rows: Messages[What][],
  skipInvalid: boolean,
  options: CallOptions,
) => ReturnType<Cargo["record"]>;

const RECORD: { [What in keyof Messages]: Record_<What> } = {
  refunds: ({ ingest }, refunds, skipInvalid, options) =>
    ingest.recordRefunds({ refunds, skipInvalid }, options),
  surveyResponses: ({ ingest }, surveyResponses, skipInvalid, options) =>
    ingest.recordSurveyResponses({ surveyResponses, skipInvalid }, options),
  interactions: ({ ingest }, interactions, skipInvalid, options) =>
    ingest.recordInteractions({ interactions, skipInvalid }, options),
  costs: ({ ingest }, costs, skipInvalid, options) =>
    ingest.recordCosts({ costs, skipInvalid }, options),
  customers: (to, customers, skipInvalid, options) =>
    to.customers.upsertCustomers({ customers, skipInvalid }, options),
};

/** Rows that travel as messages. */
export function cargoOf<What extends keyof Messages>(what: What, rows: Messages[What][]): Cargo {
  return {
    what,
    asImport: () => ({ case: what, value: { rows } }) as ReturnType<Cargo["asImport"]>,
    record: (to, skipInvalid, options) => RECORD[what](to, rows, skipInvalid, options),
  };
}
