// lojal/node: gRPC over HTTP/2, and loading from files.
import {
  compressionGzip,
  createGrpcTransport,
  Http2SessionManager,
} from "@connectrpc/connect-node";
import { type Channel, channelOver, type OtherOptions, otherChannel } from "./channel.js";
import { clientOn, type LojalClient } from "./client.js";
import { LojalError } from "./errors.js";
import type { NodeLoadOptions, NodeLoads, NodeNpsLoadOptions, NodeSource } from "./files.js";
import { answers } from "./load/answers.js";
import { purchases } from "./load/purchases.js";
import type { SurveyRow } from "./load/rows.js";
import { nodeLoadsOf } from "./node-loads.js";
import { checkKeyTravels, type NetworkOptions, serverUrl } from "./options.js";
import { countAnswer, countedPurchase, type Preview, previewOf } from "./preview.js";
import { madeId } from "./profiles/refunds.js";
import { purchaseReading, surveyReading } from "./reading.js";
import { Code } from "./rpc.js";
import { Closing } from "./signals.js";

export type { CustomerKey } from "./columns.js";
export type { CsvOptions } from "./csv.js";
export type {
  AnswerProfile,
  FileReading,
  NodeCustomerLoadOptions,
  NodeLoad,
  NodeLoadOptions,
  NodeLoadResult,
  NodeLoads,
  NodeNpsLoadOptions,
  NodeSource,
  NodeSurveyLoadOptions,
  OrderProfile,
  ProfileReading,
} from "./files.js";
export * from "./index.js";
export { Preview, type PreviewColumn, type PreviewProblem } from "./preview.js";
export type { LoadSummary } from "./profiles/summary.js";
export { saveTable } from "./save.js";
export type { WritingOptions } from "./table/habits.js";
export type { FileOptions } from "./table/table.js";

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
  /** Further options of the HTTP/2 connection: `SecureClientSessionOptions` of `node:http2`. */
  connection?: object;
}

/** A client over gRPC. */
export interface NodeClient extends LojalClient<NodeLoads> {
  /** What customers bought. */
  readonly transactions: LojalClient<NodeLoads>["transactions"] & {
    /** Tells what `load` would record of a source, and what is wrong with it. Nothing is sent. */
    preview(source: NodeSource, options?: NodeLoadOptions): Promise<Preview>;
  };
  /** Recommendation: the Net Promoter Score. */
  readonly nps: LojalClient<NodeLoads>["nps"] & {
    /** Tells what `load` would record of a source, and what is wrong with it. Nothing is sent. */
    preview(source: NodeSource<SurveyRow>, options?: NodeNpsLoadOptions): Promise<Preview>;
  };
  withOptions(other: OtherOptions): NodeClient;
  /**
   * Closes the connection; calls under way fail with `Code.Canceled`, those of clients on it too. A later call opens it
   * again. An idle one does not keep the program running.
   */
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
  const checkKey = (asked: NetworkOptions) => checkKeyTravels(baseUrl, asked);
  checkKey(options);
  const sessionManager = new Http2SessionManager(baseUrl, {}, connectionOptions(options));
  const transport = createGrpcTransport({
    baseUrl,
    sessionManager,
    ...(options.compression === "gzip" && { sendCompression: compressionGzip }),
    interceptors: options.interceptors ?? [],
  });
  const closing = new Closing();
  const channel = channelOver(transport, options, { streamsRequests: true, checkKey, closing });
  return nodeClient(channel, () => {
    closing.close(
      new LojalError("the client was closed while the call was under way", { code: Code.Canceled }),
    );
    sessionManager.abort();
  });
}

function nodeClient(channel: Channel, close: () => void): NodeClient {
  const loads = nodeLoadsOf(channel);
  const client = clientOn(channel, loads) as LojalClient<NodeLoads>;
  return {
    ...client,
    transactions: {
      ...client.transactions,
      preview: async (source, options = {}) =>
        previewOf(source, options, purchaseReading(options), {
          taker: () => purchases(options.currencyCode ?? "", true, true),
          counted: countedPurchase,
        }),
    },
    nps: {
      ...client.nps,
      preview: async (source, options = {}) =>
        previewOf(source, options, surveyReading({ ...options, metric: "nps" }), {
          taker: () => answers({ ...options, metric: "nps" }, madeId),
          counted: countAnswer,
        }),
    },
    withOptions: (other) => nodeClient(otherChannel(channel, other), close),
    close,
  };
}

/** Options of the HTTP/2 connection, with the certificates among them. */
function connectionOptions(options: NodeClientOptions): object {
  const { ca, cert, key } = options;
  const bytes = (pem: string | Uint8Array) => (typeof pem === "string" ? pem : Buffer.from(pem));
  return {
    ...options.connection,
    ...(ca !== undefined && { ca: bytes(ca) }),
    ...(cert !== undefined && { cert: bytes(cert) }),
    ...(key !== undefined && { key: bytes(key) }),
  };
}
