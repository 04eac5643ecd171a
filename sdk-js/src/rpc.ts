// The words of Connect that our callers use, as types of our own. They are the same types, member by member, but those
// of the package need the DOM's declarations, and would hand that need on to everybody who compiles against ours.
import type {
  DescMessage,
  DescMethodStreaming,
  DescMethodUnary,
  DescService,
  MessageInitShape,
  MessageShape,
} from "@bufbuild/protobuf";
import type { AbortSignalLike, HeadersGiven, HeadersLike } from "./platform.js";

/** The codes of gRPC. */
export enum Code {
  Canceled = 1,
  Unknown = 2,
  InvalidArgument = 3,
  DeadlineExceeded = 4,
  NotFound = 5,
  AlreadyExists = 6,
  PermissionDenied = 7,
  ResourceExhausted = 8,
  FailedPrecondition = 9,
  Aborted = 10,
  OutOfRange = 11,
  Unimplemented = 12,
  Internal = 13,
  Unavailable = 14,
  DataLoss = 15,
  Unauthenticated = 16,
}

/** Names a value of {@link ContextValues}. */
export type ContextKey<T> = { id: symbol; defaultValue: T };

/** Values for interceptors, as `createContextValues` of `@connectrpc/connect` makes them. */
export interface ContextValues {
  get<T>(key: ContextKey<T>): T;
  set<T>(key: ContextKey<T>, value: T): this;
  delete(key: ContextKey<unknown>): this;
}

/** What every call takes for itself alone. */
export interface CallOptions {
  /** Longest duration in milliseconds; 0 for no limit. Default: that of the client; streams have none. */
  timeoutMs?: number;
  /** Metadata, on top of the client's. */
  headers?: HeadersGiven;
  /** Ends the call, which then fails with `Code.Canceled`. */
  signal?: AbortSignalLike;
  /** Told of the headers of the answer. */
  onHeader?(headers: HeadersLike): void;
  /** Told of the trailers of the answer. */
  onTrailer?(trailers: HeadersLike): void;
  /** For interceptors. */
  contextValues?: ContextValues;
}

interface RequestCommon {
  readonly service: DescService;
  readonly requestMethod: string;
  readonly url: string;
  readonly signal: AbortSignalLike;
  readonly header: HeadersLike;
  readonly contextValues: ContextValues;
}

interface ResponseCommon {
  readonly service: DescService;
  readonly header: HeadersLike;
  readonly trailer: HeadersLike;
}

interface UnaryRequest<I extends DescMessage = DescMessage, O extends DescMessage = DescMessage>
  extends RequestCommon {
  readonly stream: false;
  readonly message: MessageShape<I>;
  readonly method: DescMethodUnary<I, O>;
}

interface StreamRequest<I extends DescMessage = DescMessage, O extends DescMessage = DescMessage>
  extends RequestCommon {
  readonly stream: true;
  readonly message: AsyncIterable<MessageShape<I>>;
  readonly method: DescMethodStreaming<I, O>;
}

interface UnaryResponse<I extends DescMessage = DescMessage, O extends DescMessage = DescMessage>
  extends ResponseCommon {
  readonly stream: false;
  readonly message: MessageShape<O>;
  readonly method: DescMethodUnary<I, O>;
}

interface StreamResponse<I extends DescMessage = DescMessage, O extends DescMessage = DescMessage>
  extends ResponseCommon {
  readonly stream: true;
  readonly message: AsyncIterable<MessageShape<O>>;
  readonly method: DescMethodStreaming<I, O>;
}

type AnyCall = (request: UnaryRequest | StreamRequest) => Promise<UnaryResponse | StreamResponse>;

/** Stands around every attempt at a call: an interceptor of Connect, for logging and tracing. */
export type Interceptor = (next: AnyCall) => AnyCall;

/** A way to a server: a transport of Connect. */
export interface Transport {
  unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    signal: AbortSignalLike | undefined,
    timeoutMs: number | undefined,
    header: HeadersGiven | undefined,
    input: MessageInitShape<I>,
    contextValues?: ContextValues,
  ): Promise<UnaryResponse<I, O>>;
  stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodStreaming<I, O>,
    signal: AbortSignalLike | undefined,
    timeoutMs: number | undefined,
    header: HeadersGiven | undefined,
    input: AsyncIterable<MessageInitShape<I>>,
    contextValues?: ContextValues,
  ): Promise<StreamResponse<I, O>>;
}
