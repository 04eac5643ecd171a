// The chunks on their way: read from the source, not answered yet.
import type { Chunk } from "./cut.js";

/** A window onto the chunks of a source, numbered from 0. It keeps what may have to be sent again, and no more. */
export class ChunkQueue {
  readonly #source: AsyncIterator<Chunk>;
  readonly #capacity: number;
  readonly #unanswered: Chunk[] = [];
  #answered = 0;
  #exhausted = false;
  #failure: { reason: unknown } | undefined;
  #pulling: Promise<void> | undefined;
  #waiting: (() => void)[] = [];

  /** @param capacity - most chunks to hold. */
  constructor(chunks: AsyncIterable<Chunk>, capacity: number) {
    this.#source = chunks[Symbol.asyncIterator]();
    this.#capacity = capacity;
  }

  /** How many chunks were answered: the number of the first that was not. */
  get answered(): number {
    return this.#answered;
  }

  /** Whether the source is at its end, or failed, and everything read from it was answered. */
  get finished(): boolean {
    return this.#exhausted && this.#unanswered.length === 0;
  }

  /** What the source failed with. */
  get failure(): { reason: unknown } | undefined {
    return this.#failure;
  }

  /** The chunk of this number. Waits for room and for the source. Undefined after the last, or if it was answered. */
  async at(number: number): Promise<Chunk | undefined> {
    while (number >= this.#answered) {
      const chunk = this.#unanswered[number - this.#answered];
      if (chunk || this.#exhausted) return chunk;
      if (this.#unanswered.length < this.#capacity) await this.#pull();
      else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return undefined;
  }

  /** The chunk of this number if it was read and not answered. Does not wait. */
  peek(number: number): Chunk | undefined {
    return this.#unanswered[number - this.#answered];
  }

  /** Takes the first unanswered chunk off. */
  takeAnswered(): Chunk | undefined {
    const chunk = this.#unanswered.shift();
    if (chunk) this.#answered += 1;
    for (const wake of this.#waiting.splice(0)) wake();
    return chunk;
  }

  /** Lets go of the source. Does not wait for it, as it may be what hangs. */
  close(): void {
    this.#source.return?.().catch(() => {});
  }

  /** Reads one chunk; whoever asks meanwhile waits for the same one. */
  #pull(): Promise<void> {
    this.#pulling ??= this.#source
      .next()
      .then(
        (next) => {
          if (next.done) this.#exhausted = true;
          else this.#unanswered.push(next.value);
        },
        (reason) => {
          this.#exhausted = true;
          this.#failure = { reason };
        },
      )
      .finally(() => {
        this.#pulling = undefined;
      });
    return this.#pulling;
  }
}
