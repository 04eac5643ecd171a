// The export of a survey tool as rows of answers.
import { usual } from "../columns.js";
import { invalidField } from "../errors.js";
import { missing } from "../load/cells.js";
import { listed, requireColumn, type TableRow } from "../table/types.js";
import { isAddress } from "./plan.js";
import { columnOf, columnsOf, type Recognised } from "./shape.js";

/** A score, alone or with what it stands for: "10 - extremely likely". */
const SCORE = /^\s*(\d{1,2})(?:\.0)?\b(?:.*[^\d\s].*)?$/s;
/** Rows that are read to see which of several questions was answered by scores. */
const ROWS_AHEAD = 10_000;

/** Which columns of an export are what. */
export interface AnswerColumns {
  /** By field, of customers the first. */
  taken: Record<string, string>;
  /** In each row the first of them that names somebody is taken. */
  customers: string[];
  /** What the metrics of the export are, by its words for them. */
  metrics: Record<string, string>;
}

/**
 * Finds the columns.
 *
 * @param named - what the caller said, which goes before what the profile says.
 */
export function answerColumns(
  { profile, shape }: Recognised,
  columns: readonly string[],
  rows: readonly TableRow[],
  named: Record<string, string | false | undefined>,
  customerKey: "id" | "email",
): AnswerColumns {
  const one = (key: Parameters<typeof columnOf>[1]) => columnOf(shape, key, columns);
  const score = () =>
    named.score || one("score") || scoreOf(profile, shape.score_words ?? [], columns, rows);
  const taken: Record<string, string> = {
    responseId: one("response_id"),
    time: one("time"),
    comment: one("comment"),
    channel: one("channel"),
    surveyId: one("survey_id"),
    score: score(),
    metric: shape.metric?.column ?? "",
  };
  for (const [field, column] of Object.entries(named)) {
    if (field === "customerId" || column === undefined) continue;
    taken[field] = column === false ? "" : requireColumn(field, column, columns);
  }
  const customers = customersOf(shape, columns, named.customerId, customerKey);
  taken.customerId = customers[0] ?? "";
  const there = Object.entries(taken).filter(([, column]) => column !== "");
  return { taken: Object.fromEntries(there), customers, metrics: shape.metric?.values ?? {} };
}

function customersOf(
  shape: Recognised["shape"],
  columns: readonly string[],
  named: string | false | undefined,
  customerKey: "id" | "email",
): string[] {
  if (named === false) return [];
  if (named !== undefined) return [requireColumn("customerId", named, columns)];
  const found = columnsOf(shape, "customer", columns);
  const words = shape.customer_words ?? [];
  const more = columns.filter(
    (name) => !found.includes(name) && words.some((word) => name.toLowerCase().includes(word)),
  );
  const all = [...found, ...more];
  return customerKey === "email" ? all.filter(isAddress) : all;
}

/** The column of the one question that asks for a recommendation and was answered by scores. */
function scoreOf(
  profile: string,
  words: readonly string[],
  columns: readonly string[],
  rows: readonly TableRow[],
): string {
  let asking = columns.filter((name) => words.some((word) => name.toLowerCase().includes(word)));
  if (asking.length > 1) {
    asking = asking.filter((name) => holdsScores(columns.indexOf(name), rows));
  }
  const [only] = asking;
  if (only !== undefined && asking.length === 1) return only;
  const which =
    asking.length > 0
      ? `${asking.length} columns ask for a recommendation`
      : "no column asks for a recommendation";
  throw invalidField(
    "score",
    `in this export of ${profile} ${which}; name the one with the score beside the profile, as in profile: "${profile}", csv: { columns: { score: "..." } }; the columns are ${listed(columns)}`,
  );
}

/** Whether most of what is there is scores: the first row may be a second header. */
function holdsScores(column: number, rows: readonly TableRow[]): boolean {
  const values = rows
    .slice(0, ROWS_AHEAD)
    .map(({ cells }) => cells[column])
    .filter((cell) => !missing(cell));
  return 2 * values.filter((value) => SCORE.test(String(value))).length > values.length;
}

/** Why a row is no answer, "" for one that is. */
export function leftOutAs(
  row: Readonly<Record<string, unknown>>,
  { taken, metrics }: AnswerColumns,
): string {
  if (taken.responseId !== undefined && missing(row[taken.responseId])) {
    return "without a response id";
  }
  if (missing(row[taken.score ?? ""])) return "without a score";
  if (Object.keys(metrics).length === 0) return "";
  const kind = row[taken.metric ?? ""];
  return Object.hasOwn(metrics, usual(String(kind ?? "")))
    ? ""
    : `of the kind '${kind}', which is not read`;
}

/** The value of a field of an answer. */
export function answerValue(
  field: string,
  row: Readonly<Record<string, unknown>>,
  { taken, customers, metrics }: AnswerColumns,
): unknown {
  if (field === "customerId") {
    return customers.map((column) => row[column]).find((cell) => !missing(cell)) ?? "";
  }
  const value = row[taken[field] ?? ""];
  if (field === "score" && typeof value === "string") return SCORE.exec(value)?.[1] ?? value;
  if (field === "metric" && Object.keys(metrics).length > 0) return metrics[usual(String(value))];
  return value;
}
