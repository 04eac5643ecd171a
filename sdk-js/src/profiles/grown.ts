// Orders of which more was given back since their refunds were recorded.
//
// An export says what was given back of an order altogether. Its refund is named after the order, so that loading the
// export again changes nothing, and one of a later export that says more meets the first, which stays. What is missing
// then is recorded as a refund of its own, named after the order and what was given back altogether.
import type { Asked } from "../asked.js";
import { serviceClient } from "../calls.js";
import type { Channel } from "../channel.js";
import { LojalError } from "../errors.js";
import {
  CustomerService,
  type GetTimelineRequestSchema,
  TimelineKind,
} from "../gen/lojal/v1/customer_service_pb.js";
import { cutIntoChunks } from "../load/cut.js";
import { addInvalid, nothingYet, sendChunks } from "../load/load.js";
import { renamed } from "../load/places.js";
import { made } from "../load/records.js";
import { atPlace } from "../load/taker.js";
import type { LoadResult, LoadRowError, LoadSettings } from "../load/types.js";
import { fromMicros, toMicros } from "../money.js";
import { everyItem } from "../paging.js";
import { Code } from "../rpc.js";
import type { TakenRefund } from "./refunds.js";

const NEEDS_PERSONAL =
  "what was given back of this order was recorded before with another amount; with a key that has the scope personal, load looks up how much that was, and records what is missing";
/** Which field of an order holds a field of its refund. */
const OF_ORDER: Record<string, string> = {
  refundId: "refundAmount",
  amount: "refundAmount",
  time: "refundTime",
};

/** A refund that the server has with other content, and what it says of that. */
interface Disputed {
  refund: TakenRefund;
  error: LoadRowError;
}

/**
 * Sends refunds of orders, and adds their answers to a result.
 *
 * @param rows - how many go together.
 * @returns how many were recorded.
 */
export async function sendRefunds(
  channel: Channel,
  refunds: readonly TakenRefund[],
  rows: number,
  options: LoadSettings,
  result: LoadResult,
): Promise<number> {
  const before = result.recorded;
  for (let start = 0; start < refunds.length; start += rows) {
    await sendPart(channel, refunds.slice(start, start + rows), options, result);
    options.onProgress?.({ ...result, rowErrors: [...result.rowErrors] });
  }
  return result.recorded - before;
}

/** Sends some together; and where one is refused, those apart that are bad or may have grown. */
async function sendPart(
  channel: Channel,
  refunds: readonly TakenRefund[],
  options: LoadSettings,
  result: LoadResult,
): Promise<void> {
  const skipInvalid = options.skipInvalid ?? false;
  if (!skipInvalid) {
    try {
      return add(result, await sent(channel, refunds, options, false));
    } catch (error) {
      if (!(error instanceof LojalError) || error.metadata.row === undefined) throw error;
    }
  }
  const told = await sent(channel, refunds, options, true);
  add(result, told);
  const disputed: Disputed[] = [];
  const bad: TakenRefund[] = [];
  for (const error of told.rowErrors) {
    const refund = refunds.find(({ place }) => place.row === error.row);
    const mayHaveGrown = refund?.whole && error.reason === "RECORD_CONFLICT";
    if (mayHaveGrown) disputed.push({ refund, error });
    else if (skipInvalid) addInvalid(result, inOrder(error));
    else if (refund) bad.push(refund);
  }
  // They go out again so that the server says what is wrong with them, which ends the load.
  if (bad.length > 0) add(result, await sent(channel, bad, options, false));
  await settle(channel, disputed, options, result);
}

/** Sends refunds as one chunk. */
async function sent(
  channel: Channel,
  refunds: readonly TakenRefund[],
  options: LoadSettings,
  skipInvalid: boolean,
): Promise<LoadResult> {
  const told = nothingYet();
  const { onProgress: _, ...quietly } = options;
  const chunks = cutIntoChunks(refunds, made("refunds"), { chunkRows: refunds.length, after: 0 });
  await sendChunks(channel, chunks, { ...quietly, skipInvalid }, told).catch((error) => {
    throw error instanceof LojalError ? renamed(error, ofOrder) : error;
  });
  return told;
}

function add(result: LoadResult, { recorded, duplicates, revision }: LoadResult): void {
  result.recorded += recorded;
  result.duplicates += duplicates;
  result.revision = revision;
}

/** Compares refunds with what is recorded, and records what is missing. */
async function settle(
  channel: Channel,
  disputed: readonly Disputed[],
  options: LoadSettings,
  result: LoadResult,
): Promise<void> {
  const missing: TakenRefund[] = [];
  let older = 0;
  for (const { refund, error } of disputed) {
    const given = await givenBack(channel, refund, options).catch((thrown) => {
      const mayNot = thrown instanceof LojalError && thrown.code === Code.PermissionDenied;
      throw mayNot ? conflict(refund, NEEDS_PERSONAL, thrown) : thrown;
    });
    if (given === undefined) {
      if (!options.skipInvalid) throw conflict(refund, inOrder(error).message);
      addInvalid(result, inOrder(error));
      continue;
    }
    const rest = refund.micros - given;
    if (rest > 0n) missing.push(remaining(refund, rest));
    else result.duplicates += 1;
    if (rest < 0n) older += 1;
  }
  if (missing.length > 0) add(result, await sent(channel, missing, options, false));
  if (older === 0) return;
  const count = older.toLocaleString("en");
  result.notes.push(
    `${count} orders have more given back than this export says, which stays: it may be an older export`,
  );
}

/** What was given back of an order, in millionths; undefined where some of it was in another currency. */
async function givenBack(
  channel: Channel,
  { item, customer, currency }: TakenRefund,
  { signal, headers }: LoadSettings,
): Promise<bigint | undefined> {
  const customers = serviceClient(CustomerService, channel);
  const question: Asked<typeof GetTimelineRequestSchema> = {
    customerId: customer,
    kinds: [TimelineKind.REFUND],
  };
  const events = everyItem(
    question,
    { ...(signal && { signal }), ...(headers && { headers }) },
    (page, how) => customers.getTimeline(page, how),
    (answer) => answer.events,
  );
  let given = 0n;
  for await (const { event } of events) {
    if (event.case !== "refund" || event.value.transactionId !== item.transactionId) continue;
    const { amount = "0", currencyCode = "" } = event.value.amount ?? {};
    if (currency && currencyCode !== currency) return undefined;
    given += toMicros(amount);
  }
  return given;
}

function remaining(refund: TakenRefund, micros: bigint): TakenRefund {
  const { item } = refund;
  const refundId = `${item.refundId}/${fromMicros(refund.micros)}`;
  const amount = { amount: fromMicros(micros), currencyCode: refund.currency };
  return { ...refund, item: { ...item, refundId, amount }, micros };
}

function conflict({ place }: TakenRefund, message: string, cause?: unknown) {
  const error = new LojalError(message, {
    code: Code.AlreadyExists,
    reason: "RECORD_CONFLICT",
    domain: "lojal.dev",
    metadata: { field: "refundAmount" },
    cause,
  });
  return atPlace(error, place);
}

/** What is wrong with a refund, as what is wrong with the row of its order. */
function inOrder(error: LoadRowError): LoadRowError {
  const { field, fields, message } = error;
  return {
    ...error,
    field: ofOrder(field),
    fields: fields.map(ofOrder),
    message: ofOrder(message),
  };
}

/** Names the fields of an order where those of its refund are named. */
function ofOrder(text: string): string {
  return text.replace(/\b(refundId|amount|time)\b/, (field) => OF_ORDER[field] ?? field);
}
