// Purchases: checked, counted where they have no id, and sent as columns of one currency, or as messages.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { invalidField } from "../errors.js";
import {
  type TransactionColumnsSchema,
  TransactionSchema,
} from "../gen/lojal/v1/ingest_service_pb.js";
import { decimal, fromMicros, toMicros } from "../money.js";
import { timestamp } from "../time.js";
import { oneAddress } from "./address.js";
import type { Cargo } from "./cargo.js";
import { requireOneLine } from "./cells.js";
import { lookAtLines } from "./lines.js";
import { OccurrenceCounter } from "./occurrence.js";
import type { Purchase } from "./purchase.js";
import type { PurchaseRow } from "./rows.js";
import { MESSAGE_ROWS, type Taker } from "./taker.js";

/** As columns. */
const COLUMN_ROWS = { usual: 50_000, most: 100_000 };
export const LESS_THAN_ZERO =
  'is less than zero; record money given back with refunds, or in Node with negative: "refund"';
/** Exports with a row for each line of an order leave it empty in all rows but the first. */
const NO_AMOUNT =
  "give what was paid; leave rows without it, such as further lines of an order, out with skipInvalid: true";

/**
 * Reads purchases.
 *
 * @param inColumns - whether they travel as columns of one currency, which is several times as fast, or as messages.
 * @param skipInvalid - whether bad rows are left out.
 */
export function purchases(
  currencyCode: string,
  inColumns: boolean,
  skipInvalid = false,
): Taker<PurchaseRow, Purchase> {
  const occurrences = new OccurrenceCounter();
  const notes: string[] = [];
  return {
    chunkRows: inColumns ? COLUMN_ROWS : MESSAGE_ROWS,
    take: (row) => toPurchase(row, currencyCode),
    place(purchase) {
      if (!purchase.transactionId) purchase.occurrence = occurrences.next(purchase);
    },
    ...(inColumns ? PURCHASES_IN_COLUMNS : PURCHASES_AS_MESSAGES),
    look(first) {
      const note = lookAtLines(first, skipInvalid);
      if (note) notes.push(note);
    },
    notes: () => notes,
  };
}

const letters = ({ customerId, transactionId }: Purchase) =>
  customerId.length + transactionId.length;

/** How purchases travel on a stream. */
export const PURCHASES_IN_COLUMNS = {
  group: ({ currencyCode }: Purchase) => currencyCode,
  letters,
  cargo: purchaseCargo,
};

/** How they travel where requests are no streams. */
const PURCHASES_AS_MESSAGES = { group: () => "", letters, cargo: purchaseCargo };

function purchaseCargo(items: Purchase[]): Cargo {
  return {
    what: "transactions",
    asImport: () => ({ case: "columns", value: asColumns(items) }),
    record: ({ ingest }, skipInvalid, options) =>
      ingest.recordTransactions({ transactions: asMessages(items), skipInvalid }, options),
  };
}

/** The purchases of a chunk as messages. */
function asMessages(purchases: Purchase[]) {
  return purchases.map((purchase) => {
    const { customerId, transactionId, time, amount, currencyCode, occurrence, discount } =
      purchase;
    const nanos = Number(((time % 1_000_000n) + 1_000_000n) % 1_000_000n) * 1000;
    const seconds = (time - BigInt(nanos / 1000)) / 1_000_000n;
    return create(TransactionSchema, {
      customerId,
      transactionId,
      time: { seconds, nanos },
      amount: { amount, currencyCode },
      occurrence,
      ...(discount ? { discount: { amount: fromMicros(discount), currencyCode } } : {}),
    });
  });
}

/** The purchases of a chunk of one currency as columns. Columns that would say nothing are left out. */
function asColumns(purchases: Purchase[]): MessageInitShape<typeof TransactionColumnsSchema> {
  const lines = (of: (purchase: Purchase) => string) => purchases.map(of).join("\n");
  return {
    customerIds: lines((each) => each.customerId),
    times: purchases.map((each) => each.time),
    amounts: purchases.map((each) => each.micros),
    currencyCode: purchases[0]?.currencyCode ?? "",
    transactionIds: purchases.some((each) => each.transactionId)
      ? lines((each) => each.transactionId)
      : "",
    occurrences: purchases.some((each) => each.occurrence > 1)
      ? purchases.map((each) => each.occurrence)
      : [],
    discounts: purchases.some((each) => each.discount)
      ? purchases.map((each) => each.discount)
      : [],
  };
}

function toPurchase(row: PurchaseRow, currencyCode: string): Purchase {
  if (typeof row !== "object" || row === null) {
    throw invalidField("row", "give an object with customerId, time and amount");
  }
  const { customerId, time, amount, transactionId } = row;
  if (customerId === undefined) {
    throw invalidField(
      "customerId",
      `the row has none, only ${Object.keys(row).join(", ")}; give customerId, time and amount`,
    );
  }
  if (typeof customerId !== "string" || customerId === "") {
    throw invalidField("customerId", "give the customer's id as text of 1 to 128 bytes");
  }
  requireOneLine("customerId", oneAddress(customerId));
  if (time === undefined || time === null) throw invalidField("time", "give the purchase's time");
  if (amount === undefined || amount === null || amount === "") {
    throw invalidField("amount", NO_AMOUNT);
  }
  if (transactionId) requireOneLine("transactionId", transactionId);
  const { seconds, nanos } = timestamp(time);
  const text = decimal(amount);
  const micros = toMicros(text);
  if (micros < 0n) throw invalidField("amount", `${text} ${LESS_THAN_ZERO}`);
  return {
    customerId: oneAddress(customerId),
    transactionId: transactionId ?? "",
    time: seconds * 1_000_000n + BigInt(Math.floor(nanos / 1000)),
    amount: text,
    micros,
    currencyCode: row.currencyCode || currencyCode,
    occurrence: 0,
    discount: toDiscount(row.discount),
  };
}

function toDiscount(given: PurchaseRow["discount"] | null): bigint {
  if (given === undefined || given === null || given === "") return 0n;
  const micros = toMicros(decimal(given, "discount"));
  if (micros < 0n) {
    throw invalidField("discount", "give what was taken off the list price, zero or more");
  }
  return micros;
}
