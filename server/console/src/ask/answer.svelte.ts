// Asks a question, asks it again when it changes, and drops what nobody waits for any more.
import { Code, LojalError } from "lojal/web";
import { untrack } from "svelte";
import type { Call } from "./calls.ts";
import { question } from "./question.svelte.ts";
import { report, told } from "./report.ts";
import { server } from "./server.svelte.ts";

/** What was asked, for whoever wants to ask the same elsewhere. */
export interface Asked {
  rpc: string;
  python: string;
  request: Record<string, unknown>;
}

/** The answer so far. While another one is on its way, the one before it stays. */
export class Answer<T> {
  value = $state.raw<T>();
  /** The server's sentence. */
  problem = $state<string>();
  /** Whether it was the key that was not enough. */
  isDenied = $state(false);
  waiting = $state(true);
  /** The key that the server said this to. */
  key = $state<string>();
  asked = $state.raw<Asked>();
}

/**
 * The answer of a call to what `request` says, which is undefined while there is nothing to ask. Fields that are
 * undefined or "" are not said. To be called while a component is set up.
 */
export function answer<R, T>(call: Call<R, T>, request: () => R | undefined): Answer<T> {
  const answer = new Answer<T>();
  // As text: the same question in another object is not asked again.
  const said = $derived.by(() => {
    const whole = request();
    return whole && JSON.stringify(whole, (_, value) => (value === "" ? undefined : value));
  });
  $effect(() => {
    if (question.problem) {
      answer.value = answer.asked = undefined;
      answer.problem = question.problem;
      answer.waiting = false;
      return;
    }
    if (said === undefined) {
      answer.value = answer.problem = answer.asked = undefined;
      answer.waiting = false;
      return;
    }
    const parsed = JSON.parse(said) as Record<string, unknown>;
    const stop = new AbortController();
    untrack(() => {
      answer.waiting = true;
      answer.asked = { rpc: call.rpc, python: call.python, request: parsed };
    });
    // Asked again with another key, and in another workspace. Both may be what no client can send, which is said as
    // what a server refuses is: here nothing may be thrown, or the picture would wait for ever.
    const { workspace, key } = server.asks;
    new Promise<T>((resolve) => {
      const client = report ? told(report, call.rpc, parsed) : server.client(workspace, key);
      resolve(call.on(client)(parsed as R, { signal: stop.signal }));
    }).then(
      (value) => {
        if (stop.signal.aborted) return;
        answer.key = key;
        answer.value = value;
        answer.problem = undefined;
        answer.isDenied = false;
        answer.waiting = false;
      },
      (error: unknown) => {
        if (stop.signal.aborted) return;
        const code = error instanceof LojalError ? error.code : undefined;
        if (code === Code.Unauthenticated) server.askForKey();
        answer.key = key;
        answer.value = undefined;
        answer.isDenied = code === Code.PermissionDenied;
        answer.problem = sentence(error);
        answer.waiting = false;
      },
    );
    return () => stop.abort();
  });
  return answer;
}

/** What a server refused, or what a client could not send. */
function sentence(error: unknown): string {
  const text = (error instanceof Error ? error.message : String(error)).trim();
  // A sentence about a field begins with its name, which is written as it is.
  const isOfField = error instanceof LojalError && error.fieldViolations.length > 0;
  const first = isOfField ? text.charAt(0) : text.charAt(0).toUpperCase();
  return `${first}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}

/** The time of questions that take an instant. */
export function atTime(): { asOf?: string } {
  return question.asOf ? { asOf: question.asOf } : {};
}
