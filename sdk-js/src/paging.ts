// Lists as one sequence, whatever the size of their pages.

/** The longest page the server gives. */
const LONGEST_PAGE = 1_000;

/** A request for one page. */
interface PageRequest {
  pageSize?: number;
  pageToken?: string;
}

/**
 * Yields every item of a paged list, and asks for the next page when it is needed. All pages describe the same instant
 * and revision.
 *
 * @param ask - asks for one page.
 * @param items - takes the items out of an answer.
 */
export async function* everyItem<Q extends PageRequest, A extends { nextPageToken: string }, T>(
  request: Q,
  ask: (request: Q) => Promise<A>,
  items: (answer: A) => T[],
): AsyncGenerator<T, void, undefined> {
  const pageSize = request.pageSize || LONGEST_PAGE;
  let pageToken = request.pageToken ?? "";
  do {
    const answer = await ask({ ...request, pageSize, pageToken });
    yield* items(answer);
    pageToken = answer.nextPageToken;
  } while (pageToken !== "");
}
