// The text of a file or a stream: packed or not, in whatever encoding.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { invalidField } from "../errors.js";
import type { UrlLike } from "../platform.js";

/** What text is read from: the path of a file, or a stream of the text or bytes of one. */
export type TextSource = string | UrlLike | AsyncIterable<string | Uint8Array>;

const FOREIGN: [number[], string][] = [
  [[0x50, 0x4b, 3, 4], "a workbook or an archive; save it as CSV"],
  [[0x50, 0x41, 0x52, 0x31], "a Parquet file; load it with `lojal import` or from Python"],
  [[0x25, 0x50, 0x44, 0x46], "a PDF; export the table as CSV"],
  [[0xd0, 0xcf, 0x11, 0xe0], "an old workbook; save it as CSV"],
];

/**
 * Yields the text of a source. Bytes are UTF-8, or UTF-16 where they begin with its mark, unless an encoding is named,
 * and are unpacked where they are packed with gzip.
 *
 * @throws LojalError with the reason `INVALID_FIELD` for what is no text in that encoding.
 */
export async function* textOf(source: TextSource, encoding?: string): AsyncGenerator<string> {
  const isPath = typeof source === "string" || source instanceof URL;
  if (isPath) await requireFile(source as string | URL);
  const input = isPath
    ? createReadStream(source as string | URL)
    : Readable.from(source as AsyncIterable<string | Uint8Array>, { objectMode: false });
  try {
    yield* decoded(unpacked(input), encoding);
  } finally {
    input.destroy();
  }
}

async function requireFile(path: string | URL): Promise<void> {
  if ((await stat(path)).isDirectory()) {
    throw invalidField("source", `${path} is a directory; give a file in it`);
  }
}

/** The bytes of a stream, out of the gzip that they may be in. */
async function* unpacked(input: Readable): AsyncGenerator<Uint8Array> {
  const chunks = input[Symbol.asyncIterator]() as AsyncIterator<Uint8Array | string>;
  const first = await enough(chunks);
  const all = joined(first, chunks);
  if (first[0] !== 0x1f || first[1] !== 0x8b) {
    const foreign = FOREIGN.find(([mark]) => mark.every((byte, index) => first[index] === byte));
    if (foreign) throw invalidField("source", `the file is ${foreign[1]}`);
    yield* all;
    return;
  }
  const packed = Readable.from(all, { objectMode: false });
  const plain = packed.pipe(createGunzip());
  packed.on("error", (error) => plain.destroy(error)); // pipe() passes data on, but not failures
  try {
    yield* plain;
  } catch (cause) {
    const isDamage = String((cause as { code?: unknown }).code).startsWith("Z_");
    if (!isDamage) throw cause;
    const why = "the file is packed with gzip and cannot be unpacked; get it again";
    throw invalidField("source", why, cause);
  }
}

/** The first bytes, as many as tell what a file is, where there are so many. */
async function enough(chunks: AsyncIterator<Uint8Array | string>): Promise<Uint8Array> {
  let first = Buffer.alloc(0);
  while (first.length < 4) {
    const next = await chunks.next();
    if (next.done) break;
    first = Buffer.concat([first, Buffer.from(next.value as Uint8Array)]);
  }
  return first;
}

async function* joined(first: Uint8Array, rest: AsyncIterator<Uint8Array | string>) {
  try {
    if (first.length > 0) yield first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) {
      yield Buffer.from(next.value as Uint8Array);
    }
  } finally {
    await rest.return?.();
  }
}

async function* decoded(bytes: AsyncIterable<Uint8Array>, named?: string) {
  let decoder: TextDecoder | undefined;
  for await (const chunk of bytes) {
    decoder ??= decoderOf(named ?? markedEncoding(chunk));
    yield decode(decoder, chunk);
  }
  if (decoder) yield decode(decoder);
}

function decode(decoder: TextDecoder, chunk?: Uint8Array): string {
  let text: string;
  try {
    text = decoder.decode(chunk, { stream: chunk !== undefined });
  } catch (cause) {
    throw invalidField(
      "encoding",
      `the file is not written in ${decoder.encoding}; name its encoding, such as csv: { encoding: "windows-1252" }`,
      cause,
    );
  }
  if (!text.includes("\0")) return text;
  throw invalidField("source", "the file is no text; if it is, name its encoding");
}

function markedEncoding([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

function decoderOf(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch (cause) {
    throw invalidField(
      "encoding",
      `"${encoding}" is no encoding; give one such as "utf-8" or "windows-1250"`,
      cause,
    );
  }
}
