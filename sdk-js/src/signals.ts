// Signals are combined, never replaced: whichever aborts first ends the call.

import type { AbortSignalLike } from "./platform.js";

/** A signal that also follows others. */
export interface LinkedSignal {
  readonly signal: AbortSignalLike;
  /** Aborts the linked signal, not those it follows. */
  abort(reason: unknown): void;
  /** Stops following. To be called when the work is over, as the other signals may live as long as the program. */
  unlink(): void;
}

/** Makes a signal that aborts when one of `parents` does, or by itself. */
export function linkSignal(...parents: (AbortSignalLike | undefined)[]): LinkedSignal {
  const controller = new AbortController();
  const unlinks: (() => void)[] = [];
  for (const parent of parents) {
    const follow = () => controller.abort(parent?.reason);
    if (parent?.aborted) follow();
    else parent?.addEventListener("abort", follow, { once: true });
    unlinks.push(() => parent?.removeEventListener("abort", follow));
  }
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    unlink: () => {
      for (const unlink of unlinks) unlink();
    },
  };
}

/** Ends the calls that are under way whenever a client is closed. Those of later are of another signal. */
export class Closing {
  #controller = new AbortController();

  /** What ends a call that is made now. */
  get signal(): AbortSignalLike {
    return this.#controller.signal;
  }

  /** Ends them. */
  close(reason: unknown): void {
    const ended = this.#controller;
    this.#controller = new AbortController();
    ended.abort(reason);
  }
}

/** What a client says about what ends its calls. */
export interface Ending {
  readonly signals: readonly AbortSignalLike[];
  readonly closing?: Closing | undefined;
}

/** What ends a call: its client, closed or aborted, and its own signal. Undefined where nothing does. */
export function endedBy(
  { signals, closing }: Ending,
  own: AbortSignalLike | undefined,
): Pick<LinkedSignal, "unlink"> & { signal: AbortSignalLike | undefined } {
  // Linked and let go of again, as it lives as long as the client.
  if (closing) return linkSignal(closing.signal, ...signals, own);
  const [only, ...others] = [...signals, ...(own ? [own] : [])];
  if (only && others.length > 0) return linkSignal(only, ...others);
  return { signal: only, unlink: () => {} };
}

/** Waits. Rejects with the signal's reason as soon as it aborts. */
export function sleep(ms: number, signal?: AbortSignalLike): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
