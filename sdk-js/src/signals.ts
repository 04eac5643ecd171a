// Signals are combined, never replaced: whichever aborts first ends the call.

/** A signal that also follows another one. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  /** Aborts the linked signal, not the one it follows. */
  abort(reason: unknown): void;
  /** Stops following. To be called when the work is over, as the other signal may live as long as the program. */
  unlink(): void;
}

/** Makes a signal that aborts when `parent` does, or by itself. */
export function linkSignal(parent: AbortSignal | undefined): LinkedSignal {
  const controller = new AbortController();
  const follow = () => controller.abort(parent?.reason);
  if (parent?.aborted) follow();
  else parent?.addEventListener("abort", follow, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    unlink: () => parent?.removeEventListener("abort", follow),
  };
}

/** Waits. Rejects with the signal's reason as soon as it aborts. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
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
