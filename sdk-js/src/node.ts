// lojal/node: gRPC over HTTP/2, and loading from CSV.
import type { ClientSessionOptions, SecureClientSessionOptions } from "node:http2";
import {
  compressionGzip,
  createGrpcTransport,
  Http2SessionManager,
} from "@connectrpc/connect-node";
import { createClientOver, type Load, type LojalClient } from "./client.js";
import { type CsvOptions, readCsv } from "./csv.js";
import type { LoadOptions, PurchaseRow, RowSource } from "./load/types.js";
import { checkKeyTravels, type NetworkOptions, serverUrl } from "./options.js";

export type { CsvOptions } from "./csv.js";
export * from "./index.js";

/** What can be loaded in Node: rows, the path of a CSV file, or a stream of the text or bytes of one. */
export type NodeSource = RowSource | string | URL | AsyncIterable<string | Uint8Array>;

/** How to load in Node. */
export interface NodeLoadOptions extends LoadOptions {
  /** How to read CSV. */
  csv?: CsvOptions;
}

/** Options of {@link createClient}. */
export interface NodeClientOptions extends NetworkOptions {
  /** The authority that the server's certificate is by, in PEM. Default: those that Node trusts. */
  ca?: string | Uint8Array;
  /** A certificate to show to a server that asks for one, in PEM. */
  cert?: string | Uint8Array;
  /** Its private key, in PEM. */
  key?: string | Uint8Array;
  /** Compresses requests of 1 KiB or more, and has answers to them compressed: for slow networks. Default: none. */
  compression?: "gzip";
  /** Further options of the HTTP/2 connection. */
  connection?: ClientSessionOptions | SecureClientSessionOptions;
}

/** A client over gRPC. */
export interface NodeClient extends LojalClient<NodeSource, NodeLoadOptions> {
  /** Closes the connection; calls under way fail. An idle connection does not keep the program running. */
  close(): void;
}

/**
 * Makes a client that talks gRPC over HTTP/2. It connects with the first call and again whenever needed.
 *
 * @param url - such as `"http://localhost:50051"`.
 * @throws TypeError when this is not an address, or an API key would be sent to another machine in the clear.
 */
export function createClient(url: string, options: NodeClientOptions = {}): NodeClient {
  const baseUrl = serverUrl(url);
  checkKeyTravels(baseUrl, options);
  const sessionManager = new Http2SessionManager(baseUrl, {}, connectionOptions(options));
  const transport = createGrpcTransport({
    baseUrl,
    sessionManager,
    ...(options.compression === "gzip" && { sendCompression: compressionGzip }),
    interceptors: options.interceptors ?? [],
  });
  const client = createClientOver(transport, options);
  const load: Load<NodeSource, NodeLoadOptions> = async (source, loadOptions = {}) => {
    const notes: string[] = [];
    const rows = await openSource(source, loadOptions.csv, (note) => notes.push(note));
    const result = await client.transactions.load(rows, loadOptions);
    return { ...result, notes: [...result.notes, ...notes] };
  };
  return {
    ...client,
    transactions: { ...client.transactions, load },
    close: () => sessionManager.abort(),
  };
}

/** Options of the HTTP/2 connection, with the certificates among them. */
function connectionOptions(options: NodeClientOptions): SecureClientSessionOptions {
  const { ca, cert, key } = options;
  const bytes = (pem: string | Uint8Array) => (typeof pem === "string" ? pem : Buffer.from(pem));
  return {
    ...options.connection,
    ...(ca !== undefined && { ca: bytes(ca) }),
    ...(cert !== undefined && { cert: bytes(cert) }),
    ...(key !== undefined && { key: bytes(key) }),
  };
}

/** Takes text and bytes for CSV, and everything else for rows. */
async function openSource(
  source: NodeSource,
  csv: CsvOptions | undefined,
  onNote: (note: string) => void,
): Promise<RowSource> {
  if (typeof source === "string" || source instanceof URL) return readCsv(source, csv, onNote);
  if (typeof source !== "object" || source === null || !(Symbol.asyncIterator in source)) {
    return source;
  }
  const iterator = (source as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  const first = await iterator.next();
  const all = withFirst(first, iterator);
  const isText = typeof first.value === "string" || first.value instanceof Uint8Array;
  return isText ? readCsv(all, csv, onNote) : (all as AsyncIterable<PurchaseRow>);
}

async function* withFirst(first: IteratorResult<unknown>, rest: AsyncIterator<unknown>) {
  try {
    for (let item = first; !item.done; item = await rest.next()) yield item.value;
  } finally {
    await rest.return?.();
  }
}
