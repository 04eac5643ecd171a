// Rows of JSON: an object a line, a list of them, or a page of an API that has one in `data`.
import { invalidField } from "../errors.js";
import { atPlace } from "../load/taker.js";
import type { Table, TableRow } from "./types.js";

type Flat = Record<string, unknown>;

/** Reads all of it. What an object has in an object of its own is named with a dot: `billing_details.email`. */
export async function jsonTable(text: AsyncIterable<string>): Promise<Table> {
  let all = "";
  for await (const part of text) all += part;
  const records = objectsOf(all.replace(/^\ufeff/, ""));
  const columns = [...new Set(records.flatMap(({ record }) => Object.keys(record)))].filter(
    (name) => name !== "",
  );
  return { columns, rows: rowsOf(records, columns) };
}

async function* rowsOf(
  records: { line?: number; record: Flat }[],
  columns: string[],
): AsyncGenerator<TableRow, void, undefined> {
  for (const { line, record } of records) {
    const cells = columns.map((name) => record[name]);
    yield line === undefined ? { cells } : { line, cells };
  }
}

function objectsOf(text: string): { line?: number; record: Flat }[] {
  let whole: unknown;
  try {
    whole = JSON.parse(text);
  } catch {
    return text.split("\n").flatMap((line, index) => {
      if (line.trim() === "") return [];
      return [{ line: index + 1, record: flat(objectOn(line, index + 1)) }];
    });
  }
  const page = isObject(whole) && Array.isArray(whole.data) ? whole.data : whole;
  const list = isObject(page) ? [page] : page;
  if (!Array.isArray(list) || !list.every(isObject)) {
    const why = "the JSON holds no objects; give an object a line, or a list of objects";
    throw invalidField("source", why);
  }
  return list.map((each) => ({ record: flat(each) }));
}

function objectOn(text: string, line: number): Flat {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    // told below
  }
  if (isObject(read)) return read;
  const why = "this is no JSON object; give an object a line";
  throw atPlace(invalidField("source", why), { row: line, line });
}

function isObject(value: unknown): value is Flat {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function flat(record: Flat, before = "", into: Flat = {}): Flat {
  for (const [key, value] of Object.entries(record)) {
    const name = before + key;
    if (!isObject(value)) {
      into[name] = value;
      continue;
    }
    // Of an object in full what names it stands for it.
    const { id, ...rest } = value;
    into[name] = id;
    flat(rest, `${name}.`, into);
  }
  return into;
}
