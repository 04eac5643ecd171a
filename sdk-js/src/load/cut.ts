// Turns a source of rows into chunks ready to send.
import { invalidField, LojalError } from "../errors.js";
import type { Cargo } from "./cargo.js";
import { atPlace, type Place, placeOf, type Taker } from "./taker.js";
import type { LoadRowError } from "./types.js";

/** Most letters in a chunk, well below the largest message; a letter is at most 3 bytes. */
const MOST_LETTERS = (8 * 1024 * 1024) / 3;

/** Rows that are sent, and answered, together. */
export interface Chunk {
  cargo: Cargo;
  /** Where each row is in the source. At least one. */
  places: Place[];
  /** How many rows of the source came before it, all of them in chunks before it. */
  position: number;
}

/** A row that can be sent. */
export interface Taken<Item> {
  item: Item;
  place: Place;
}

/** Reads a source. Told of each row that cannot even be sent, it goes on; otherwise the first such row ends it. */
export async function* takeRows<Row, Item>(
  source: Iterable<Row> | AsyncIterable<Row>,
  taker: Taker<Row, Item>,
  onInvalid?: (error: LoadRowError) => void,
): AsyncGenerator<Taken<Item>, void, undefined> {
  requireRows(source);
  let position = 0;
  for await (const row of source) {
    position += 1;
    const place = placeOf(row, position);
    let item: Item;
    try {
      item = taker.take(row);
    } catch (thrown) {
      if (!(thrown instanceof LojalError)) throw thrown;
      if (!onInvalid) throw atPlace(thrown, place);
      onInvalid(rowError(thrown, place));
      continue;
    }
    try {
      taker.place?.(item);
    } catch (thrown) {
      throw thrown instanceof LojalError ? atPlace(thrown, place) : thrown;
    }
    yield { item, place };
  }
}

/** What is wrong with a row, as a report has it. */
export function rowError(error: LojalError, place: Place): LoadRowError {
  const field = error.metadata.field ?? "";
  return { ...place, field, fields: [field], reason: "INVALID_FIELD", message: error.message };
}

/** Cuts rows into chunks: full ones as they come, and at the end what is left. */
export async function* cutIntoChunks<Item>(
  taken: Iterable<Taken<Item>> | AsyncIterable<Taken<Item>>,
  taker: Pick<Taker<never, Item>, "group" | "letters" | "cargo" | "look">,
  { chunkRows, after }: { chunkRows: number; after: number },
): AsyncGenerator<Chunk, void, undefined> {
  const open = new Map<string, { items: Item[]; places: Place[]; letters: number }>();
  let begun = false;
  let looked = false;
  const close = (key: string): Chunk => {
    const { items = [], places = [] } = open.get(key) ?? {};
    const position = Math.min(...[...open.values()].map((each) => each.places[0]?.row ?? 1)) - 1;
    open.delete(key);
    if (!looked) taker.look?.(items);
    looked = true;
    return { cargo: taker.cargo(items), places, position };
  };
  for await (const { item, place } of taken) {
    if (place.row <= after) continue;
    const key = taker.group(item);
    let chunk = open.get(key);
    if (!chunk) {
      chunk = { items: [], places: [], letters: 0 };
      open.set(key, chunk);
    }
    chunk.items.push(item);
    chunk.places.push(place);
    chunk.letters += taker.letters(item);
    if (chunk.items.length >= chunkRows || chunk.letters >= MOST_LETTERS) {
      const [firstKey = key] = open.keys();
      // The first chunk of all gives an empty workspace its currency: that of the first row, however few have it.
      if (!begun && firstKey !== key) yield close(firstKey);
      begun = true;
      yield close(key);
    }
  }
  for (const key of [...open.keys()]) yield close(key);
}

function requireRows(source: unknown): void {
  const isRows =
    typeof source === "object" &&
    source !== null &&
    (Symbol.iterator in source || Symbol.asyncIterator in source);
  if (!isRows) {
    throw invalidField("source", "give rows: an array, or anything that can be looped over");
  }
}
