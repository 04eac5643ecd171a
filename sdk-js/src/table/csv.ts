// Rows of CSV.
import { Readable } from "node:stream";
import { type CsvError, parse } from "csv-parse";
import { invalidField, LojalError } from "../errors.js";
import { atPlace } from "../load/taker.js";
import type { Table, TableRow } from "./types.js";

const DELIMITERS = [",", ";", "\t", "|"];
/** A line before the header with which spreadsheets are told what separates cells. */
const SAID = /^sep=([,;\t|])\n/;

interface Parsed {
  record: string[];
  info: { lines: number };
  raw: string;
}

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
      info: true,
      raw: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }),
  );
  const records = readRecords(parser, said ? 1 : 0);
  const header = await records.next();
  if (header.done) return { columns: [], rows: emptyRows() };
  const names = (header.value.cells as string[]).map((name) => name.trim());
  const named = names.flatMap((name, index) => (name === "" ? [] : [index]));
  if (named.length === 0) {
    const why =
      "the first line of the CSV file names no column; put the names of the columns there";
    throw invalidField("source", why);
  }
  const columns = named.map((index) => names[index] ?? "");
  return { columns, rows: namedCells(records, named, columns.length === names.length) };
}

/** The cells below names. The header ends with the last name, as spreadsheets write empty cells after it. */
async function* namedCells(
  records: AsyncGenerator<TableRow>,
  named: number[],
  all: boolean,
): AsyncGenerator<TableRow, void, undefined> {
  const width = Math.max(...named) + 1;
  for await (const { line = 0, cells } of records) {
    if (cells.slice(width).some((cell) => cell !== "")) {
      const why = `there are ${cells.length} cells where the header has ${width}; put what has the delimiter in it into double quotes`;
      throw atPlace(invalidField("csv", why), { row: line, line });
    }
    if (cells.length < width) {
      yield { line, cells: named.map((index) => cells[index]), short: true };
    } else if (all) yield { line, cells: cells.slice(0, width) };
    else yield { line, cells: named.map((index) => cells[index]) };
  }
}

async function* readRecords(
  parser: AsyncIterable<unknown> & { destroy(): unknown },
  linesBefore: number,
): AsyncGenerator<TableRow, void, undefined> {
  let end = linesBefore;
  try {
    for await (const each of parser) {
      const { record, info, raw } = each as Parsed;
      // A cell may have several lines; the record begins where its raw text does.
      const height = raw.replace(/^\n+/, "").replace(/\n+$/, "").split("\n").length;
      end = Math.max(end + height, info.lines + linesBefore);
      yield { line: end - height + 1, cells: record };
    }
  } catch (error) {
    throw isCsvError(error) ? invalidField("csv", error.message, error) : error;
  } finally {
    parser.destroy();
  }
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
