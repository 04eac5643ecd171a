// The CDNOW sample: 2,357 customers of an online shop, all new in 1997 Q1, with their 6,919 purchases until June 1998.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { PurchaseRow } from "../../src/index.js";

export const CUSTOMERS = 2_357;
export const ROWS = 6_919;

/** The purchases, under the customer's number in the sample. */
export function cdnow(): PurchaseRow[] {
  const path =
    process.env.LOJAL_CDNOW ??
    fileURLToPath(new URL("../../../server/data/cdnow_sample.txt", import.meta.url));
  if (!existsSync(path)) {
    throw new Error(`the CDNOW sample is not at ${path}: set LOJAL_CDNOW to its path`);
  }
  const lines = readFileSync(path, "utf8").trim().split("\n");
  return lines.map((line) => {
    const [, customerId = "", time = "", , amount = ""] = line.trim().split(/\s+/);
    return { customerId, time, amount };
  });
}
