// Lists as one sequence, whatever the size of their pages.
import type { CallOptions } from "./rpc.js";

/** The longest page the server gives. */
const LONGEST_PAGE = 1_000;

/** Marks the call of a page that others came before, so that it is tried as patiently as a stream that got somewhere. */
export const UNDER_WAY = Symbol("under way");

/** How to ask for one page. */
export interface PageOptions extends CallOptions {
  [UNDER_WAY]?: boolean;
}

/** A request for one page. */
interface PageRequest {
  pageSize?: number;
  pageToken?: string;
}

/**
 * Yields every item of a paged list, and asks for the next page when it is needed. All pages describe the same instant
 * and revision.
 *
 * @param options - of the call of each page.
 * @param ask - asks for one page.
 * @param items - takes the items out of an answer.
 */
export async function* everyItem<Q extends PageRequest, A extends { nextPageToken: string }, T>(
  request: Q,
  options: CallOptions | undefined,
  ask: (request: Q, options: PageOptions) => Promise<A>,
  items: (answer: A) => T[],
): AsyncGenerator<T, void, undefined> {
  const pageSize = request.pageSize || LONGEST_PAGE;
  let pageToken = request.pageToken ?? "";
  let underWay = false;
  do {
    const asked = { ...request, pageSize, pageToken };
    const answer = await ask(asked, { ...options, [UNDER_WAY]: underWay });
    underWay = true;
    yield* items(answer);
    pageToken = answer.nextPageToken;
  } while (pageToken !== "");
}
