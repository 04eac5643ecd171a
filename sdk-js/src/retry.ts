// When a failed call is worth another try, and how long to wait before it. The rules are those of
// tests/vectors/retry.json, to which every client holds itself.
import { type LojalError, toLojalError } from "./errors.js";
import type { AbortSignalLike } from "./platform.js";
import { Code } from "./rpc.js";
import { sleep } from "./signals.js";

/** How often and how patiently a call is repeated. */
export interface RetryPolicy {
  /** Most attempts at a call, the first included; 1 never repeats. Default 5. */
  maxAttempts: number;
  /** The longest wait before the second attempt, in milliseconds; it doubles with each further one. Default 100. */
  initialBackoffMs: number;
  /** The longest wait of all, in milliseconds. Default 5,000. A longer wait the server asks for is respected. */
  maxBackoffMs: number;
}

/** The policy of a client that was not told otherwise. */
export const DEFAULT_RETRY: Readonly<RetryPolicy> = {
  maxAttempts: 5,
  initialBackoffMs: 100,
  maxBackoffMs: 5_000,
};

/**
 * How long a load, an export, a list or a watch that has got somewhere tries to go on, in milliseconds: longer than a server takes to
 * restart. One that has not got anywhere fails like any other call.
 */
export const PATIENCE_MS = 60_000;

/** What asks for a longer wait than this, such as a quota of a day, is told to the caller. */
const LONGEST_ASKED_MS = 60_000;

/**
 * Whether the same call may do better later: UNAVAILABLE, and RESOURCE_EXHAUSTED when the server says when. A store
 * that takes no writes needs somebody to look after it first, and nobody waits in silence for tomorrow's quota.
 */
export function isRetryable(error: LojalError): boolean {
  if (error.reason === "STORE_READ_ONLY") return false;
  if ((error.retryAfterMs ?? 0) > LONGEST_ASKED_MS) return false;
  if (error.code === Code.Unavailable) return true;
  return error.code === Code.ResourceExhausted && error.retryAfterMs !== undefined;
}

/**
 * How long to wait before the next attempt, in milliseconds: a random part of an exponentially growing bound, so that
 * clients which failed together do not come back together, and never less than the server asked for.
 *
 * @param attempt - how many attempts have failed, from 1.
 */
export function backoffMs(policy: RetryPolicy, attempt: number, error: LojalError): number {
  const bound = Math.min(policy.maxBackoffMs, policy.initialBackoffMs * 2 ** (attempt - 1));
  return (error.retryAfterMs ?? 0) + Math.random() * bound;
}

/**
 * How long to wait before another attempt, in milliseconds, or undefined to give up.
 *
 * @param failed - how many attempts have failed.
 * @param leftMs - until the deadline of the whole call.
 */
export function nextWaitMs(
  policy: RetryPolicy,
  failed: number,
  error: LojalError,
  leftMs: number,
): number | undefined {
  if (!isRetryable(error) || failed >= policy.maxAttempts) return undefined;
  const wait = backoffMs(policy, failed, error);
  return wait < leftMs ? wait : undefined;
}

/** The failed attempts of what goes on after it got somewhere: a stream, a list page by page. */
export class Attempts {
  readonly #policy: RetryPolicy;
  #failed = 0;
  #gotSomewhere = false;
  #patientUntil: number | undefined;

  constructor(policy: RetryPolicy) {
    this.#policy = policy;
  }

  /** Counts anew, and more patiently: giving up would waste what came so far. */
  progressed(): void {
    this.#failed = 0;
    this.#gotSomewhere = true;
    this.#patientUntil = undefined;
  }

  /**
   * How long to wait after a failure, in milliseconds, or undefined to give up.
   *
   * @param leftMs - until the deadline of the whole call.
   */
  waitMs(error: LojalError, leftMs = Number.POSITIVE_INFINITY): number | undefined {
    this.#failed += 1;
    const isPatient = this.#gotSomewhere && this.#policy.maxAttempts > 1;
    if (isPatient) this.#patientUntil ??= Date.now() + PATIENCE_MS;
    const maxAttempts =
      Date.now() < (this.#patientUntil ?? 0) ? Number.POSITIVE_INFINITY : this.#policy.maxAttempts;
    return nextWaitMs({ ...this.#policy, maxAttempts }, this.#failed, error, leftMs);
  }
}

/** What bounds a call with all its attempts. */
export interface CallBounds {
  policy: RetryPolicy;
  /** For all attempts together, in milliseconds. Undefined: no deadline. */
  timeoutMs: number | undefined;
  signal: AbortSignalLike | undefined;
  /** Whether it goes on with what got somewhere before. */
  underWay?: boolean | undefined;
}

/**
 * Makes a unary call until it succeeds, fails for good, or the deadline leaves no room for another attempt. Repeating
 * is safe, as every write of the contract is idempotent.
 *
 * @param attempt - one attempt, given the milliseconds that are left (0: no deadline).
 */
export async function withRetries<T>(
  attempt: (timeoutMs: number) => Promise<T>,
  { policy, timeoutMs, signal, underWay }: CallBounds,
): Promise<T> {
  const deadline = timeoutMs === undefined ? Number.POSITIVE_INFINITY : Date.now() + timeoutMs;
  const attempts = new Attempts(policy);
  if (underWay) attempts.progressed();
  for (;;) {
    const left = deadline - Date.now();
    try {
      return await attempt(left === Number.POSITIVE_INFINITY ? 0 : Math.max(1, left));
    } catch (thrown) {
      const error = toLojalError(thrown, signal);
      const wait = attempts.waitMs(error, deadline - Date.now());
      if (wait === undefined) throw error;
      await sleep(wait, signal).catch((reason) => {
        throw toLojalError(reason, signal);
      });
    }
  }
}
