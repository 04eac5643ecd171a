// What a failed call throws: one error class, whatever the transport.
import { ConnectError } from "@connectrpc/connect";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from "./gen/google/rpc/error_details_pb.js";
import { ErrorReason } from "./gen/lojal/v1/error_reason_pb.js";
import type { AbortSignalLike } from "./platform.js";
import { Code } from "./rpc.js";

/** The reasons this version of the contract names, such as `"CUSTOMER_NOT_FOUND"`. */
export type ReasonName = Exclude<keyof typeof ErrorReason, "UNSPECIFIED">;

/** The domain of every reason the server gives. */
export const ERROR_DOMAIN = "lojal.dev";

/** One thing that is wrong with a request. */
export interface FieldViolation {
  /** Path of the field, such as `"transactions[17].amount.amount"`. */
  field: string;
  /** What is wrong with it and what is allowed. */
  description: string;
}

/** What a {@link LojalError} is made from. Everything but the code may be missing. */
export interface LojalErrorInit {
  code: Code;
  reason?: string | undefined;
  domain?: string | undefined;
  metadata?: Record<string, string> | undefined;
  fieldViolations?: FieldViolation[] | undefined;
  retryAfterMs?: number | undefined;
  requestId?: string | undefined;
  cause?: unknown;
}

/** Thrown, or rejected with, by every call that fails. */
export class LojalError extends Error {
  override readonly name = "LojalError";
  /** The gRPC code, such as `Code.NotFound`. */
  readonly code: Code;
  /**
   * Why, for programs: one of {@link ReasonName}, or a newer name this version does not know. Undefined when the
   * failure did not come from the server.
   */
  readonly reason: string | undefined;
  /** Who gave the reason: `"lojal.dev"`. Undefined without a reason. */
  readonly domain: string | undefined;
  /** Facts about the failure, such as `customer_id`. The contract lists the keys of each reason. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Every field that is wrong, when the reason is `INVALID_FIELD`. */
  readonly fieldViolations: readonly FieldViolation[];
  /** How long the server asks to wait before trying again, in milliseconds. Undefined when it did not ask. */
  readonly retryAfterMs: number | undefined;
  /** By which the server's log names the call. Undefined when the call did not get there. */
  readonly requestId: string | undefined;

  constructor(message: string, init: LojalErrorInit) {
    super(message, { cause: init.cause });
    this.code = init.code;
    this.reason = init.reason;
    this.domain = init.domain;
    this.metadata = init.metadata ?? {};
    this.fieldViolations = init.fieldViolations ?? [];
    this.retryAfterMs = init.retryAfterMs;
    this.requestId = init.requestId;
  }
}

/**
 * Whether an error is a {@link LojalError} with this reason.
 *
 * @example
 * if (isReason(error, "CUSTOMER_NOT_FOUND")) return null;
 */
export function isReason(error: unknown, reason: ReasonName | ErrorReason): error is LojalError {
  const name = typeof reason === "string" ? reason : ErrorReason[reason];
  // By name and not by class, as the ESM and the CommonJS build have a class each.
  return (
    error instanceof Error && error.name === "LojalError" && (error as LojalError).reason === name
  );
}

/** A request the client refuses before sending it, in the same shape as the server's refusals. */
export function invalidField(field: string, description: string, cause?: unknown): LojalError {
  return new LojalError(`${field}: ${description}`, {
    code: Code.InvalidArgument,
    reason: "INVALID_FIELD",
    domain: ERROR_DOMAIN,
    metadata: { field },
    fieldViolations: [{ field, description }],
    cause,
  });
}

/**
 * Turns anything a call threw into a {@link LojalError}.
 *
 * @param signal - the caller's signal: when it is aborted, the failure is the caller's wish and not a fault.
 */
export function toLojalError(thrown: unknown, signal?: AbortSignalLike): LojalError {
  if (thrown instanceof LojalError) return thrown;
  const error = ConnectError.from(thrown);
  if (signal?.aborted && error.details.length === 0) {
    if (signal.reason instanceof LojalError) return signal.reason;
    return new LojalError("the caller cancelled the call", {
      code: Code.Canceled,
      cause: signal.reason,
    });
  }
  if (brokenConnection(error)) {
    return new LojalError(`the connection failed: ${rootMessage(error)}${hintOfTls(error)}`, {
      code: Code.Unavailable,
      cause: error,
    });
  }
  const info = error.findDetails(ErrorInfoSchema)[0];
  const delay = error.findDetails(RetryInfoSchema)[0]?.retryDelay;
  // The client's own clock may be the one that strikes first. To the caller it is the same failure.
  const local = !info && error.code === Code.DeadlineExceeded;
  return new LojalError(error.rawMessage, {
    code: error.code,
    reason: info?.reason ?? (local ? "DEADLINE_EXCEEDED" : undefined),
    domain: info?.domain ?? (local ? ERROR_DOMAIN : undefined),
    metadata: info?.metadata,
    fieldViolations: error
      .findDetails(BadRequestSchema)
      .flatMap((bad) => bad.fieldViolations)
      .map(({ field, description }) => ({ field, description })),
    retryAfterMs: delay && Number(delay.seconds) * 1000 + delay.nanos / 1e6,
    // Of the headers and of the trailers, whichever tell it.
    requestId: error.metadata.get("x-request-id") ?? undefined,
    cause: error,
  });
}

/** Failures below gRPC, which the transports report under several codes though they all mean UNAVAILABLE. */
const BROKEN_SOCKET =
  /^(ECONN|EPIPE|EPROTO|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|UND_ERR_|ERR_STREAM_|ERR_HTTP2_|ERR_SSL_|ERR_TLS_)/;
/** How the browsers and Node word a request that got no answer, or whose answer broke off. */
const BROKEN_FETCH = /fetch|network|terminated|load failed|connection/i;

function brokenConnection(error: ConnectError): boolean {
  if (error.details.length > 0 || error.code === Code.DeadlineExceeded) return false;
  // Node reports the streams of a connection that broke as cancelled, though nobody cancelled them.
  if (error.code === Code.Canceled) return true;
  return causes(error).some((cause) => {
    const { code } = cause as { code?: unknown };
    if (typeof code === "string") return BROKEN_SOCKET.test(code) || UNTRUSTED.has(code);
    return cause instanceof TypeError && BROKEN_FETCH.test(cause.message);
  });
}

/** Certificates that are not trusted, as Node names them: with OpenSSL's codes for the result of a verification. */
const UNTRUSTED = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
]);

/** What to do when there is no connection because of TLS. */
function hintOfTls(error: ConnectError): string {
  const codes = causes(error).map((cause) => String((cause as { code?: unknown }).code));
  if (codes.some((code) => UNTRUSTED.has(code))) {
    return "; the server's certificate is not trusted here: name its authority with `ca`, or see that it is valid";
  }
  if (codes.includes("ERR_TLS_CERT_ALTNAME_INVALID")) {
    return "; the server's certificate is for other names: call it by one of them";
  }
  if (codes.includes("ERR_SSL_WRONG_VERSION_NUMBER")) {
    return "; the server does not speak TLS: use http://";
  }
  return "";
}

function rootMessage(error: ConnectError): string {
  return (causes(error).at(-1)?.message ?? error.rawMessage).trim();
}

/** The errors below an error, outermost first. */
function causes(error: Error): Error[] {
  const found: Error[] = [];
  let cause = error.cause;
  while (cause instanceof Error && !found.includes(cause)) {
    found.push(cause);
    cause = cause.cause;
  }
  return found;
}
