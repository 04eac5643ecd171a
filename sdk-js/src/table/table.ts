// Rows with named columns, of a file of CSV or JSON.
import { csvTable } from "./csv.js";
import { jsonTable } from "./json.js";
import { type TextSource, textOf } from "./text.js";
import type { Table } from "./types.js";

/** How to read a file. */
export interface FileOptions {
  /** What separates columns. Default: the one of `,` `;` tab `|` that makes most of the header. */
  delimiter?: string;
  /** A label of the Encoding Standard, such as `"windows-1252"`. Default: UTF-8, or UTF-16 with its mark. */
  encoding?: string;
}

/** Opens a file of CSV, or of JSON: an object a line, or a list of them. Both may be packed with gzip. */
export async function openTable(source: TextSource, options: FileOptions = {}): Promise<Table> {
  const text = textOf(source, options.encoding);
  try {
    let first = "";
    while (first.trim() === "") {
      const next = await text.next();
      if (next.done) break;
      first += next.value;
    }
    const all = withFirst(first, text);
    return /^[[{]/.test(first.trimStart())
      ? await jsonTable(all)
      : await csvTable(all, options.delimiter);
  } catch (error) {
    await text.return(undefined);
    throw error;
  }
}

async function* withFirst(first: string, rest: AsyncGenerator<string>) {
  yield first;
  yield* rest;
}
