// Opens what was passed to a load in Node: rows as they are, text and bytes as a table.
import type { NodeSource } from "./files.js";
import type { RowsOf } from "./load/rows.js";
import { type FileOptions, openTable } from "./table/table.js";
import type { TextSource } from "./table/text.js";
import type { Table, TableRow } from "./table/types.js";

/** What a source turned out to be. */
export type Opened<Row> = { rows: RowsOf<Row> } | { table: Table };

/** Takes paths, text and bytes for a file, and everything else for rows. */
export async function openSource<Row>(
  source: NodeSource<Row>,
  options?: FileOptions,
): Promise<Opened<Row>> {
  if (typeof source === "string" || source instanceof URL) {
    return { table: await openTable(source, options) };
  }
  if (typeof source !== "object" || source === null || !(Symbol.asyncIterator in source)) {
    return { rows: source as RowsOf<Row> };
  }
  const iterator = (source as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  const first = await iterator.next();
  const all = withFirst(first, iterator);
  const isText = typeof first.value === "string" || first.value instanceof Uint8Array;
  if (isText) return { table: await openTable(all as TextSource, options) };
  return { rows: all as AsyncIterable<Row> };
}

async function* withFirst(first: IteratorResult<unknown>, rest: AsyncIterator<unknown>) {
  try {
    for (let item = first; !item.done; item = await rest.next()) yield item.value;
  } finally {
    await rest.return?.();
  }
}

/** Reads a table to its end. */
export async function wholeTable({ columns, rows }: Table) {
  const all: TableRow[] = [];
  for await (const row of rows) all.push(row);
  return { columns, rows: all };
}

/** A table that was read, to be read again. */
export function again(table: { columns: string[]; rows: readonly TableRow[] }): Table {
  async function* rows() {
    yield* table.rows;
  }
  return { columns: table.columns, rows: rows() };
}
