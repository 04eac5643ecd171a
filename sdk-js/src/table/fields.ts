// Which column of a file holds which field of a record of each kind but purchases, whose rules are in columns.ts.
import { EMAIL_NAMES, LAST_RESORT, USUAL_NAMES, usual } from "../columns.js";
import { invalidField } from "../errors.js";
import type { CostRow, CustomerRow, InteractionRow, RefundRow, SurveyRow } from "../load/rows.js";
import { listed, requireColumn } from "./types.js";

/** A field that a file may have a column for. */
interface Field {
  /** Names tried in this order. */
  guesses: readonly string[];
  /** Whether there is no record without it. Default true. */
  required?: boolean;
  /** A field whose column makes this one dispensable. */
  unless?: string;
  /** Whether columns of e-mail addresses are tried next, which name customers where nothing else does. */
  addresses?: boolean;
  /** Whether each row is a customer of its own, so that `id` may name them. */
  oneARow?: boolean;
  /** What else a caller can do who has no such column. */
  otherwise?: string;
}

/** The fields of a record. */
export type Fields<Row> = { readonly [Name in keyof Row & string]-?: Field };

/** The columns that a caller names, by field; `false` for one that there is none of. */
export type NamedColumns<Row> = { [Name in keyof Row & string]?: string | false };

const TIMES = USUAL_NAMES.time;
const optional = (...guesses: string[]): Field => ({ guesses, required: false });
const CURRENCY = optional("currency", "currency_code");
// Where `id` is the record's own.
const CUSTOMER: Field = { guesses: USUAL_NAMES.customerId, addresses: true };

export const REFUND_FIELDS: Fields<RefundRow> = {
  refundId: { guesses: ["refund_id", "credit_note_id", "return_id", "id"] },
  transactionId: { guesses: USUAL_NAMES.transactionId },
  time: { guesses: ["refund_time", "refund_date", ...TIMES] },
  amount: { guesses: ["refund_amount", ...USUAL_NAMES.amount] },
  currencyCode: CURRENCY,
};

export const INTERACTION_FIELDS: Fields<InteractionRow> = {
  interactionId: { guesses: ["interaction_id", "event_id", "id"] },
  customerId: CUSTOMER,
  time: { guesses: ["interaction_time", "interaction_date", ...TIMES] },
  kind: optional("kind", "interaction_kind"),
  name: optional("name", "campaign"),
  channel: optional("channel"),
  status: optional("status"),
  topics: optional("topics", "topic"),
  caseId: optional("case_id"),
};

export const COST_FIELDS: Fields<CostRow> = {
  costId: { guesses: ["cost_id", "expense_id", "id"] },
  customerId: {
    ...CUSTOMER,
    otherwise: ", or false if no cost is a single customer's",
  },
  source: optional("source", "acquisition_source"),
  market: optional("market"),
  time: { guesses: ["cost_time", "cost_date", ...TIMES] },
  // An end date is the last day as often as the day after it.
  endTime: optional("end_time"),
  // What was sold may stand beside what was spent, so that not every amount is one.
  amount: { guesses: ["cost", "cost_amount", "amount_spent", "spend", "amount", "total"] },
  currencyCode: CURRENCY,
  kind: optional("kind", "cost_kind"),
};

export const SURVEY_FIELDS: Fields<SurveyRow> = {
  responseId: optional("response_id", "answer_id", "id"),
  customerId: {
    ...CUSTOMER,
    otherwise: ", or give anonymous: true if nobody who answered is to be known",
  },
  time: { guesses: ["response_time", "response_date", "answered_at", "submitted_at", ...TIMES] },
  disposition: optional("disposition"),
  score: {
    guesses: ["score", "nps", "nps_score", "rating", "answer", "survey_score"],
    unless: "disposition",
  },
  metric: optional("metric", "survey_metric"),
  kind: optional("kind", "survey_kind"),
  surveyId: optional("survey_id", "survey"),
  channel: optional("channel"),
  comment: optional("comment", "comments", "feedback"),
  topics: optional("topics", "topic"),
  weight: optional("weight"),
  scaleMin: optional("scale_min"),
  scaleMax: optional("scale_max"),
  lowerIsBetter: optional("lower_is_better"),
};

/** Of a table of customers all other columns are attributes. */
export const CUSTOMER_FIELDS: Fields<Pick<CustomerRow, "customerId" | "effectiveTime">> = {
  customerId: { guesses: USUAL_NAMES.customerId, addresses: true, oneARow: true },
  effectiveTime: optional(),
};

/**
 * Which column to take for which field.
 *
 * @param named - what the caller said.
 * @param dispensable - fields that need no column here.
 * @throws LojalError when a named column is not there, or none is found for a field that is needed.
 */
export function chooseColumns<Row>(
  fields: Fields<Row>,
  columns: readonly string[],
  named: NamedColumns<Row> = {},
  dispensable: readonly string[] = [],
): Record<string, string> {
  const chosen: Record<string, string> = {};
  for (const [name, field] of Object.entries<Field>(fields)) {
    const said = (named as Record<string, string | false | undefined>)[name];
    const column =
      typeof said === "string"
        ? requireColumn(name, exactly(said, columns), columns)
        : said === undefined
          ? guessed(name, field, columns)
          : undefined;
    if (column !== undefined) chosen[name] = column;
    const needed = field.required !== false && said !== false && !dispensable.includes(name);
    if (needed && column === undefined && !chosen[field.unless ?? ""]) {
      throw refused(name, field, columns);
    }
  }
  requireOnce(chosen, columns);
  return chosen;
}

/** A named column as the file writes it. */
function exactly(said: string, columns: readonly string[]): string {
  if (columns.includes(said)) return said;
  return columns.find((column) => usual(column) === usual(said)) ?? said;
}

function guessed(name: string, field: Field, columns: readonly string[]): string | undefined {
  const first = (names: readonly string[]) =>
    names
      .map((wanted) => columns.find((column) => usual(column) === wanted))
      .find((column) => column !== undefined);
  const own = first(field.guesses);
  if (own !== undefined || !field.addresses) return own;
  const address = first(EMAIL_NAMES);
  if (!field.oneARow) return address;
  const id = first([LAST_RESORT]);
  if (id === undefined) return address;
  const other = address ?? columns.find((column) => /e_?mail$/.test(usual(column)));
  if (other === undefined) return id;
  throw refused(
    name,
    field,
    columns,
    `purchases may name a customer by "${id}" or by "${other}"; `,
  );
}

function refused(name: string, field: Field, columns: readonly string[], why = "") {
  return invalidField(
    name,
    `${why}name the column with csv: { columns: { ${name}: "..." } }${field.otherwise ?? ""}; the columns are ${listed(columns)}`,
  );
}

/** Refuses a column that there are several of. */
export function requireOnce(chosen: Record<string, string>, columns: readonly string[]): void {
  for (const [name, column] of Object.entries(chosen)) {
    if (columns.indexOf(column) === columns.lastIndexOf(column)) continue;
    throw invalidField(name, `several columns are called "${column}"; give each a name of its own`);
  }
}

/** The name of the attribute that a column of any name becomes. */
export function attributeName(column: string): string {
  return column
    .trim()
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_|_$/g, "");
}
