// Node's fetch forgets its signal: once an answer began, and the request made inside is collected as garbage, aborting
// does nothing, and a stream is read for ever (nodejs/undici issue 3644). So the body is told of the signal here too.

/** A `fetch` of which an abort always ends the answer's body, and with it the call on the server. */
export function abortable(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    const signal = init?.signal;
    if (!response.body || !signal) return response;
    const { status, statusText, headers } = response;
    return new Response(endedBy(signal, response.body), { status, statusText, headers });
  };
}

/** The same bytes as they come, until the signal aborts. */
function endedBy(signal: AbortSignal, body: ReadableStream<Uint8Array>): ReadableStream {
  const reader = body.getReader();
  let abort = () => {};
  const unlink = () => signal.removeEventListener("abort", abort);
  return new ReadableStream<Uint8Array>({
    start(controller) {
      abort = () => {
        controller.error(signal.reason);
        reader.cancel(signal.reason).catch(() => {}); // it may have failed by itself before
      };
      if (signal.aborted) abort();
      else signal.addEventListener("abort", abort, { once: true });
    },
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (signal.aborted) return;
        if (!done) return controller.enqueue(value);
        unlink();
        controller.close();
      } catch (reason) {
        unlink();
        if (!signal.aborted) controller.error(reason);
      }
    },
    cancel(reason) {
      unlink();
      return reader.cancel(reason);
    },
  });
}
