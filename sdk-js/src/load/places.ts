// Where in a source is what the server names by its place in a chunk, such as `refunds.rows[17].amount.amount`.
import { LojalError } from "../errors.js";
import type { Cargo } from "./cargo.js";
import type { Chunk } from "./cut.js";
import { atPlace } from "./taker.js";

const IN_CHUNK = /(?:columns|\w+\.rows|[a-z_]+)\[(\d+)\](?:\.([\w.[\]]*\w\]?))?/g;
/** What names a record, of which a conflict is told. */
const KEYS: Record<Cargo["what"], string> = {
  transactions: "transactionId",
  refunds: "refundId",
  surveyResponses: "responseId",
  interactions: "interactionId",
  costs: "costId",
  customers: "customerId",
};
const OF_MONEY: Record<string, string> = {
  "amount.amount": "amount",
  "amount.currencyCode": "currencyCode",
};

/** A field as rows have it, or a sentence that names fields so. */
export function asInRows(text: string, what: Cargo["what"]): string {
  return text.replace(IN_CHUNK, (_, _row, rest?: string) => {
    if (!rest) return KEYS[what];
    const field = rest.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
    return OF_MONEY[field] ?? field;
  });
}

/** Points an error about a row of a chunk to the row of the source. */
export function inSource(error: unknown, chunk: Chunk | undefined): unknown {
  if (!(error instanceof LojalError) || !chunk) return error;
  const field = error.fieldViolations[0]?.field ?? error.metadata.field ?? "";
  const place = chunk.places[Number(/\[(\d+)\]/.exec(field)?.[1])];
  if (place === undefined) return error;
  const named = renamed(error, (text) => asInRows(text, chunk.cargo.what));
  return atPlace(named, place);
}

/** The same error, with its fields and what it says of them written in another way. */
export function renamed(error: LojalError, rename: (text: string) => string): LojalError {
  const { metadata } = error;
  return new LojalError(rename(error.message), {
    ...error,
    metadata: {
      ...metadata,
      ...(metadata.field !== undefined && { field: rename(metadata.field) }),
    },
    fieldViolations: error.fieldViolations.map(({ field, description }) => ({
      field: rename(field),
      description: rename(description),
    })),
    cause: error,
  });
}

/** Says in which column of a file the field stands that an error is about. */
export function inColumn(error: unknown, columns: Readonly<Record<string, string>>): unknown {
  if (!(error instanceof LojalError)) return error;
  const { field = "" } = error.metadata;
  const column = columns[field];
  if (column === undefined || column === field) return error;
  const where = `${field} (column "${column}")`;
  const says = error.message.includes(field);
  const [place = ""] = /^(line \d+: |row \d+ of the source: )?/.exec(error.message) ?? [];
  const named = says
    ? error.message.replace(field, where)
    : `${place}${where}: ${error.message.slice(place.length)}`;
  const metadata = { ...error.metadata, column };
  const fieldViolations = [...error.fieldViolations];
  return new LojalError(named, { ...error, metadata, fieldViolations, cause: error });
}
