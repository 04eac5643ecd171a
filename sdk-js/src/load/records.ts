// Refunds, interactions, costs and customers: a message for each row.
import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import type { Asked } from "../asked.js";
import { CustomerUpsertSchema } from "../gen/lojal/v1/customer_service_pb.js";
import { CostSchema, InteractionSchema, RefundSchema } from "../gen/lojal/v1/ingest_service_pb.js";
import { checkedMessage } from "../requests.js";
import { cargoOf, type Messages } from "./cargo.js";
import {
  requireRow,
  said,
  toCustomerId,
  toId,
  toOptionalCustomerId,
  toOptionalId,
  toOptionalTime,
  toPositiveMoney,
  toText,
  toTime,
  toTopics,
} from "./cells.js";
import type { CostRow, CustomerRow, InteractionRow, RefundRow } from "./rows.js";
import { MESSAGE_ROWS, type Taker } from "./taker.js";
import type { CostLoadOptions, InteractionLoadOptions, LoadOptions } from "./types.js";

/** Reads rows that each become a message. */
export function taker<Row, What extends keyof Messages>(
  what: What,
  take: (row: Row) => Messages[What],
  notes?: () => string[],
): Taker<Row, Messages[What]> {
  return {
    chunkRows: MESSAGE_ROWS,
    take,
    group: () => "",
    letters,
    cargo: (items) => cargoOf(what, items),
    ...(notes && { notes }),
  };
}

/** How messages travel that are made already. */
export function made<What extends keyof Messages>(what: What) {
  return taker<Messages[What], What>(what, (message) => message);
}

/** A message as it is sent: enums by word are numbers, so that a wrong one is told by its row. */
export function message<S extends DescMessage>(schema: S, fields: Asked<S>): Asked<S> {
  return checkedMessage(schema, fields) as MessageInitShape<S> as Asked<S>;
}

function letters(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 4;
  return Object.values(value).reduce((sum, each) => sum + letters(each) + 2, 0);
}

/** Reads refunds. */
export function refunds({ currencyCode = "" }: LoadOptions) {
  return taker<RefundRow, "refunds">("refunds", (row) => {
    requireRow(row, "refundId, transactionId, time and amount");
    return message(RefundSchema, {
      refundId: toId(row.refundId, "refundId"),
      transactionId: toId(row.transactionId, "transactionId"),
      time: toTime(row.time),
      amount: toPositiveMoney(row, currencyCode, "what was given back as a positive amount"),
    });
  });
}

/** Reads interactions. */
export function interactions({ kind }: InteractionLoadOptions) {
  const constants = message(InteractionSchema, { kind });
  return taker<InteractionRow, "interactions">("interactions", (row) => {
    requireRow(row, "interactionId, customerId and time");
    return message(InteractionSchema, {
      ...constants,
      ...said({ kind: row.kind }),
      interactionId: toId(row.interactionId, "interactionId"),
      customerId: toCustomerId(row.customerId),
      time: toTime(row.time),
      name: toText(row.name),
      channel: toText(row.channel),
      status: toText(row.status),
      topics: toTopics(row.topics),
      caseId: toText(row.caseId),
    });
  });
}

/** Reads costs. */
export function costs({ currencyCode = "", kind }: CostLoadOptions) {
  const constants = message(CostSchema, { kind });
  return taker<CostRow, "costs">("costs", (row) => {
    requireRow(row, "costId, time and amount");
    return message(CostSchema, {
      ...constants,
      ...said({ kind: row.kind }),
      costId: toId(row.costId, "costId"),
      customerId: toOptionalCustomerId(row.customerId),
      source: toText(row.source),
      market: toText(row.market),
      time: toTime(row.time),
      endTime: toOptionalTime(row.endTime, "endTime"),
      amount: toPositiveMoney(row, currencyCode, "what was spent"),
    });
  });
}

/** Reads customers. */
export function customers() {
  return taker<CustomerRow, "customers">("customers", (row) => {
    requireRow(row, "customerId and attributes");
    return message(CustomerUpsertSchema, {
      customerId: toCustomerId(row.customerId),
      attributes: Object.fromEntries(
        Object.entries(said(row.attributes ?? {})).map(([name, value]) => [name, toText(value)]),
      ),
      effectiveTime: toOptionalTime(row.effectiveTime, "effectiveTime"),
      acquisitionSource: toText(row.acquisitionSource),
      referredBy: toOptionalId(row.referredBy, "referredBy"),
    });
  });
}
