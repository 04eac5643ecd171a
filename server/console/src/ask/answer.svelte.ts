// Asks a question, asks it again when it changes, and drops what nobody waits for any more.
import { Code, type LojalError } from "lojal/web";
import { untrack } from "svelte";
import type { Call } from "./calls.ts";
import { question } from "./question.svelte.ts";
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
  waiting = $state(true);
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
    // Asked again with another key, and in another workspace.
    const client = server.client();
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
    call
      .on(client)(parsed as R, { signal: stop.signal })
      .then(
        (value) => {
          if (stop.signal.aborted) return;
          answer.value = value;
          answer.problem = undefined;
          answer.waiting = false;
        },
        (error: LojalError) => {
          if (stop.signal.aborted) return;
          if (error.code === Code.Unauthenticated) server.askForKey();
          answer.value = undefined;
          answer.problem = sentence(error);
          answer.waiting = false;
        },
      );
    return () => stop.abort();
  });
  return answer;
}

function sentence(error: LojalError): string {
  const text = error.message.trim();
  // A sentence about a field begins with its name, which is written as it is.
  const first = error.fieldViolations.length > 0 ? text.charAt(0) : text.charAt(0).toUpperCase();
  return `${first}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}

/** The time of questions that take an instant. */
export function atTime(): { asOf?: string } {
  return question.asOf ? { asOf: question.asOf } : {};
}
