// Rows of CSV.
import { Readable } from "node:stream";
import { type CsvError, parse } from "csv-parse";
import { invalidField, LojalError } from "../errors.js";
import { atPlace } from "../load/taker.js";
import type { Table, TableRow } from "./types.js";

const DELIMITERS = [",", ";", "\t", "|"];
/** A line before the header with which spreadsheets are told what separates cells. */
const SAID = /^sep=([,;\t|])\n/;

/** Reads the header, and the rows as they are asked for. Blanks around a cell are no part of it. */
export async function csvTable(text: AsyncIterable<string>, delimiter?: string): Promise<Table> {
  const lines = withoutReturns(text)[Symbol.asyncIterator]();
  const head = await headOf(lines);
  const said = SAID.exec(head);
  const start = said ? head.slice(said[0].length) : head;
  const parser = Readable.from(joined(start, lines), { objectMode: false }).pipe(
    parse({
      bom: true,
      delimiter: delimiter ?? said?.[1] ?? mostCells(start),
      relax_column_count: true,
      // Counted here, as they take lines: the parser tells lines only at several times the cost.
      skip_empty_lines: false,
      trim: true,
    }),
  );
  const records = parser[Symbol.asyncIterator]() as AsyncIterator<string[]>;
  let line = said ? 2 : 1;
  let header = await nextRecord(records);
  while (header && isEmpty(header)) {
    line += 1;
    header = await nextRecord(records);
  }
  if (!header) return { columns: [], rows: emptyRows() };
  const names = header.map((name) => name.trim());
  const named = names.flatMap((name, index) => (name === "" ? [] : [index]));
  if (named.length === 0) {
    const why =
      "the first line of the CSV file names no column; put the names of the columns there";
    throw invalidField("source", why);
  }
  const columns = named.map((index) => names[index] ?? "");
  const all = columns.length === names.length;
  const rows = rowsBelow(records, named, { all, line: line + 1 + lineEnds(header) });
  return { columns, rows };
}

/** The cells below names. The header ends with the last name, as spreadsheets write empty cells after it. */
async function* rowsBelow(
  records: AsyncIterator<string[]>,
  named: number[],
  { all, line: first }: { all: boolean; line: number },
): AsyncGenerator<TableRow, void, undefined> {
  const width = Math.max(...named) + 1;
  let next = first;
  try {
    for (let record = await nextRecord(records); record; record = await nextRecord(records)) {
      const line = next;
      next += 1 + lineEnds(record); // a cell may have several
      if (isEmpty(record)) continue;
      if (record.length > width && record.slice(width).some((cell) => cell !== "")) {
        const why = `there are ${record.length} cells where the header has ${width}; put what has the delimiter in it into double quotes`;
        throw atPlace(invalidField("csv", why), { row: line, line });
      }
      if (all && record.length === width) yield { line, cells: record };
      else {
        const cells = named.map((index) => record[index]);
        yield record.length < width ? { line, cells, short: true } : { line, cells };
      }
    }
  } finally {
    await records.return?.();
  }
}

function isEmpty(record: string[]): boolean {
  return record.length === 1 && record[0] === "";
}

async function nextRecord(records: AsyncIterator<string[]>): Promise<string[] | undefined> {
  try {
    const { done, value } = await records.next();
    return done ? undefined : value;
  } catch (error) {
    throw isCsvError(error) ? invalidField("csv", error.message, error) : error;
  }
}

function lineEnds(record: string[]): number {
  let ends = 0;
  for (const cell of record) {
    for (let at = cell.indexOf("\n"); at >= 0; at = cell.indexOf("\n", at + 1)) ends += 1;
  }
  return ends;
}

async function* emptyRows(): AsyncGenerator<TableRow, void, undefined> {}

/** Ends lines as Unix does: the parser counts those of Windows twice where they stand in a cell. */
async function* withoutReturns(text: AsyncIterable<string>) {
  let held = "";
  for await (const chunk of text) {
    const all = held + chunk;
    held = all.endsWith("\r") ? "\r" : "";
    yield (held ? all.slice(0, -1) : all).replaceAll("\r\n", "\n");
  }
  yield held;
}

/** The text up to the end of the header, or a little more. */
async function headOf(text: AsyncIterator<string>): Promise<string> {
  let head = "";
  while (!hasHeader(head)) {
    const next = await text.next();
    if (next.done) break;
    head += next.value;
  }
  return head.replace(/^\ufeff/, "");
}

function hasHeader(head: string): boolean {
  const rest = head.replace(SAID, "");
  return outsideQuotes(rest).includes("\n");
}

async function* joined(first: string, rest: AsyncIterator<string>) {
  try {
    yield first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

/** What separates the cells of the header: the delimiter that makes most of it. */
function mostCells(head: string): string {
  const [line = ""] = outsideQuotes(head).split("\n");
  const count = (delimiter: string) => line.split(delimiter).length;
  return DELIMITERS.reduce((best, each) => (count(each) > count(best) ? each : best));
}

function outsideQuotes(text: string): string {
  return text.replace(/"[^"]*("|$)/g, "");
}

function isCsvError(error: unknown): error is CsvError {
  return (
    error instanceof Error &&
    !(error instanceof LojalError) &&
    String((error as { code?: unknown }).code).startsWith("CSV_")
  );
}
