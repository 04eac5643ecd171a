// The server that the page came from, and the key that it is asked with.
import { createClient, type LojalClient } from "lojal/web";
import { question } from "./question.svelte.ts";

/** Where the key is kept: in this tab, until it is closed. */
const KEPT = "lojal-key";

let key = $state(sessionStorage.getItem(KEPT) ?? "");
let refused = $state(false);

/** Whether a key that is sent may be read on its way: the page itself came in the clear, from another machine. */
export const isInTheClear = !window.isSecureContext;

export const server = {
  get hasKey(): boolean {
    return key !== "";
  },
  /** Whether the server has asked for a key, or for another one. */
  get wantsKey(): boolean {
    return refused;
  },
  /** Uses this key from now on; "" forgets it. Throws where it is nothing that can be sent. */
  use(other: string) {
    const next = other.trim();
    if (next) server.client(undefined, next);
    key = next;
    refused = false;
    if (key) sessionStorage.setItem(KEPT, key);
    else sessionStorage.removeItem(KEPT);
  },
  askForKey() {
    refused = true;
  },
  /** What calls are asked with. */
  get asks(): { workspace: string | undefined; key: string } {
    return { workspace: question.workspace, key };
  },
  /** A client of this workspace with this key. Throws where one of them cannot be sent. */
  client(workspace: string | undefined, key: string): LojalClient {
    return createClient(location.origin, {
      ...(workspace && { workspace }),
      // Who types a key into a page that came in the clear has been told, and has said that the way is safe.
      ...(key && { apiKey: key, plaintextKey: isInTheClear }),
      // A minute, as the server itself gives a call: backtests of large workspaces take long.
      timeoutMs: 60_000,
    });
  },
};
