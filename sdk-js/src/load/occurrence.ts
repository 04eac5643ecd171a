// Tells equal purchases apart, so that loading the same log twice doubles nothing.

import { invalidField } from "../errors.js";
import type { Purchase } from "./purchase.js";

/**
 * Counts equal rows. The server derives the id of a purchase from customer, time, amount, currency and occurrence, so
 * the count has to be the same each time the log is loaded: it goes by the whole source, not by chunks.
 *
 * Remembers every different row without an id, which takes about 100 bytes each.
 */
export class OccurrenceCounter {
  // A map for each customer, as one map ends at 16 million entries.
  readonly #seen = new Map<string, Map<string, number>>();
  #namesCurrency: boolean | undefined;

  /**
   * How many rows equal to this one have been seen, this one included: 1 for the first.
   *
   * @throws LojalError when some rows name their currency and others do not: only the server knows which currency a
   * row without one is in, so "12.50" and "12.50 EUR" may be equal.
   */
  next({ customerId, time, micros, currencyCode }: Purchase): number {
    const namesCurrency = !!currencyCode;
    this.#namesCurrency ??= namesCurrency;
    if (this.#namesCurrency !== namesCurrency) {
      throw invalidField(
        "currencyCode",
        "rows without a transactionId either all name their currency or none does; name it in every row, or give load a currencyCode for those that do not",
      );
    }
    let rows = this.#seen.get(customerId);
    if (!rows) {
      rows = new Map();
      this.#seen.set(customerId, rows);
    }
    // As the server compares: times to the microsecond, amounts by value.
    const key = `${time} ${micros} ${currencyCode}`;
    const count = (rows.get(key) ?? 0) + 1;
    rows.set(key, count);
    return count;
  }
}
