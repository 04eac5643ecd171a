// A purchase as it is sent.

/** A purchase that can be sent. */
export interface Purchase {
  customerId: string;
  transactionId: string;
  /** Microseconds since 1970. */
  time: bigint;
  /** What was paid, as it was written. */
  amount: string;
  /** What was paid, in millionths. */
  micros: bigint;
  currencyCode: string;
  /** The how-manieth of its kind it is; 0 with an id. */
  occurrence: number;
  /** What was taken off the list price, in millionths; 0 for nothing. */
  discount: bigint;
}
