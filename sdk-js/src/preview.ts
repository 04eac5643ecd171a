// What a source would be loaded as, without sending anything.
import { LojalError } from "./errors.js";
import type { NodeSource } from "./files.js";
import type { Messages } from "./load/cargo.js";
import { missing } from "./load/cells.js";
import { takeRows } from "./load/cut.js";
import type { Purchase } from "./load/purchase.js";
import type { Place, Taker } from "./load/taker.js";
import type { LoadRowError } from "./load/types.js";
import { again, openSource, wholeTable } from "./open.js";
import { NO_CURRENCY } from "./profiles/order-export.js";
import type { Prepared } from "./profiles/prepared.js";
import {
  type Counted,
  countedAnswer,
  doubtsOf,
  type LoadSummary,
  summaryOf,
} from "./profiles/summary.js";
import type { Reading } from "./reading.js";
import type { FileOptions } from "./table/table.js";
import type { TableRow } from "./table/types.js";

const EXAMPLES = 3;
const ROWS_FOR_EXAMPLES = 100;
const LONGEST_EXAMPLE = 40;
const QUOTED = /'[^']*'|"[^"]*"|\d+(?:\.\d+)?/g;

/** A column of a source. */
export interface PreviewColumn {
  name: string;
  /** What it is taken for, `""` for nothing. */
  takenFor: string;
  /** Up to three values. */
  examples: string[];
}

/** What is wrong with some rows in the same way, or with the source as a whole. */
export interface PreviewProblem {
  /** What is wrong with the first of them, and what to do. */
  message: string;
  /** How many rows; 0 when it is no row's fault. */
  count: number;
  /** Up to three of them: lines of a file, else positions from 1. */
  rows: number[];
}

/** What a source would be loaded as. Nothing was sent. As text, all of it to read. */
export class Preview {
  /** The export that it was recognised as, `""` for none. */
  readonly profile: string = "";
  /** Its columns, and what each is taken for. */
  readonly columns: PreviewColumn[] = [];
  /** How many rows it has; undefined where it cannot be read. */
  readonly rows: number | undefined;
  /** What its good rows come to; undefined where it cannot be read. */
  readonly summary: LoadSummary | undefined;
  /** How many orders or answers do not count, by reason. */
  readonly leftOut: Record<string, number> = {};
  /** What keeps rows from being loaded, most rows first. */
  readonly problems: PreviewProblem[] = [];
  /** What to look at. */
  readonly notes: string[] = [];

  constructor(told: Partial<Omit<Preview, "toString">>) {
    Object.assign(this, told);
  }

  toString(): string {
    const width = Math.max(0, ...this.columns.map(({ name }) => name.length));
    const meaning = Math.max(0, ...this.columns.map(({ takenFor }) => takenFor.length));
    const column = ({ name, takenFor, examples }: PreviewColumn) =>
      `  ${name.padEnd(width)}  ${takenFor.padEnd(meaning)}  ${examples.join(" | ")}`.trimEnd();
    return [
      ...(this.profile ? [`An export of ${this.profile}.`] : []),
      ...this.columns.map(column),
      ...(this.rows === undefined ? [] : [`${count(this.rows)} rows: ${inWords(this.summary)}`]),
      ...Object.entries(this.leftOut).map(([reason, many]) => `Left out: ${count(many)} ${reason}`),
      ...this.problems.map((each) => `Problem: ${problemInWords(each)}`),
      ...this.notes.map((note) => `Note: ${note}`),
    ].join("\n");
  }
}

const count = (number: number) => number.toLocaleString("en");

function inWords(summary: LoadSummary | undefined): string {
  if (!summary) return "nothing to load";
  const { records, customers, anonymous, refunds, firstDay, lastDay, totals, refunded } = summary;
  const money = (amounts: Record<string, string>) =>
    Object.entries(amounts).map(
      ([code, total]) => `${total} ${code || "in the reporting currency"}`,
    );
  return [
    `${count(records)} records of ${count(customers)} customers`,
    ...(firstDay === undefined ? [] : [`from ${firstDay} to ${lastDay}`]),
    ...money(totals),
    ...(refunds > 0 ? [`${count(refunds)} refunds (${money(refunded).join(", ")})`] : []),
    ...(anonymous > 0 ? [`${count(anonymous)} anonymous`] : []),
  ].join(", ");
}

function problemInWords({ message, count: many, rows }: PreviewProblem): string {
  if (many === 0) return message;
  const more = many > rows.length ? ", ..." : "";
  return `${count(many)} rows (${rows.join(", ")}${more}): ${message}`;
}

/** A kind of record as it is counted. */
export interface Countable<Row, Item> {
  taker: () => Taker<Row, Item>;
  counted: (item: Item, place: Place) => Counted;
}

/** A purchase as it is counted. */
export function countedPurchase(purchase: Purchase, place: Place): Counted {
  const { transactionId, customerId, time, micros, currencyCode } = purchase;
  return {
    place,
    key: transactionId,
    customer: customerId,
    time,
    amount: micros,
    currency: currencyCode,
  };
}

export const countAnswer: (item: Messages["surveyResponses"], place: Place) => Counted =
  countedAnswer;

/** Reads a source as a load would, and tells what came of it. */
export async function previewOf<Row, Item>(
  source: NodeSource<Row>,
  options: { csv?: FileOptions },
  reading: Reading<Row>,
  kind: Countable<Row, Item>,
): Promise<Preview> {
  const opened = await openSource(source, options.csv);
  if ("rows" in opened) {
    const rows: Row[] = [];
    for await (const row of opened.rows) rows.push(row);
    const named = [...new Set(rows.slice(0, ROWS_FOR_EXAMPLES).flatMap((row) => keysOf(row)))];
    const cells = rows.map((row) => ({ cells: named.map((name) => cellOf(row, name)) }));
    const taken = Object.fromEntries(named.map((name) => [name, name]));
    const table = { columns: named, rows: cells };
    if (reading.wholeRows) return told(table, await reading.wholeRows(rows, true));
    return told(table, await countedOf(rows, taken, kind));
  }
  const whole = await wholeTable(opened.table);
  try {
    const prepare = reading.whole(whole.columns);
    if (prepare) return told(whole, await prepare(whole, true));
    const notes: string[] = [];
    const { columns, rows } = await reading.plain(again(whole), (note) => notes.push(note));
    const counted = await countedOf(rows, columns, kind);
    return told(whole, { ...counted, notes: [...notes, ...counted.notes] });
  } catch (error) {
    if (!(error instanceof LojalError)) throw error;
    // What the caller has to say, such as which column is the customer.
    const rows = error.metadata.line === undefined ? [] : [Number(error.metadata.line)];
    const problems = [{ message: error.message, count: rows.length, rows }];
    return new Preview({ columns: columnsOf(whole, {}), problems });
  }
}

/** What is prepared, but for what sends it. */
type Told = Omit<Prepared, "chunks" | "refunds">;

async function countedOf<Row, Item>(
  rows: Iterable<Row> | AsyncIterable<Row>,
  columns: Record<string, string>,
  { taker, counted }: Countable<Row, Item>,
): Promise<Told> {
  const rowErrors: LoadRowError[] = [];
  const own = taker();
  const items: Item[] = [];
  const records: Counted[] = [];
  for await (const { item, place } of takeRows(rows, own, (error) => rowErrors.push(error))) {
    items.push(item);
    records.push(counted(item, place));
  }
  own.look?.(items);
  const summary = summaryOf(records);
  const notes = [...doubtsOf(records, summary), ...(own.notes?.() ?? [])];
  const total = records.length + rowErrors.length;
  return { profile: "", columns, rows: total, leftOut: {}, summary, notes, rowErrors };
}

function told(
  table: { columns: readonly string[]; rows: readonly TableRow[] },
  { profile, columns, rows, leftOut, summary, notes, rowErrors }: Told,
): Preview {
  const assumed =
    summary && "" in summary.totals && !notes.some((note) => note.includes("currencyCode"));
  return new Preview({
    profile,
    columns: columnsOf(table, columns),
    rows,
    summary,
    leftOut,
    problems: problemsOf(rowErrors),
    notes: assumed ? [...notes, NO_CURRENCY] : notes,
  });
}

function columnsOf(
  { columns, rows }: { columns: readonly string[]; rows: readonly TableRow[] },
  taken: Record<string, string>,
): PreviewColumn[] {
  return columns.map((name, index) => {
    const meanings = Object.entries(taken).filter(([, column]) => column === name);
    const texts = rows
      .slice(0, ROWS_FOR_EXAMPLES)
      .map(({ cells }) => example(cells[index]))
      .filter((text) => text !== "");
    const takenFor = meanings.map(([field]) => field.split(" ")[0]).join(", ");
    return { name, takenFor, examples: [...new Set(texts)].slice(0, EXAMPLES) };
  });
}

function example(value: unknown): string {
  const plain = value instanceof Date ? value.toISOString() : value;
  const text = missing(plain) ? "" : String(plain).split(/\s+/).join(" ").trim();
  return text.length <= LONGEST_EXAMPLE ? text : `${text.slice(0, LONGEST_EXAMPLE - 3)}...`;
}

/** What is wrong with rows, those together that differ in nothing but their values. */
function problemsOf(errors: readonly LoadRowError[]): PreviewProblem[] {
  const alike = new Map<string, LoadRowError[]>();
  for (const error of errors) {
    const key = `${error.field}\n${error.message.replace(QUOTED, "")}`;
    alike.set(key, [...(alike.get(key) ?? []), error]);
  }
  const problems = [...alike.values()].map((each) => ({
    message: each[0]?.message ?? "",
    count: each.length,
    rows: each.slice(0, EXAMPLES).map(({ row, line }) => line ?? row),
  }));
  return problems.sort((a, b) => b.count - a.count);
}

function keysOf(row: unknown): string[] {
  return typeof row === "object" && row !== null ? Object.keys(row) : [];
}

function cellOf(row: unknown, name: string): unknown {
  return (row as Record<string, unknown> | null)?.[name];
}
