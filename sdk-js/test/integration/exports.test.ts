// Exports of other systems, as they come, on the real server.
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { NodeClient } from "../../src/node.js";
import { collect, failure } from "../unit/fake.js";
import { withServer } from "./server.js";

const server = withServer();

function fixture(name: string) {
  return fileURLToPath(new URL(`../../../tests/fixtures/exports/${name}`, import.meta.url));
}

test("Shopify's orders are those of the customers it names", async () => {
  const { transactions, customers, admin } = server("node") as NodeClient;
  const plainly = { profile: "none" } as const;
  expect(await failure(transactions.load(fixture("shopify_orders.csv"), plainly))).toMatchObject({
    message: expect.stringContaining("skipInvalid"),
  });
  expect((await admin.getServerInfo({})).workspace?.customers).toBe(0n);
  for (const counts of [{ recorded: 9 }, { duplicates: 9 }]) {
    const options = { ...plainly, skipInvalid: true };
    expect(await transactions.load(fixture("shopify_orders.csv"), options)).toMatchObject({
      ...counts,
      invalid: 5,
    });
  }
  expect((await admin.getServerInfo({})).workspace?.customers).toBe(5n);
  const { customer } = await customers.getCustomer({ customerId: "c1@shop.example" });
  expect(customer?.netSpend?.amount).toBe("74.50");
  expect(await collect(customers.timeline({ customerId: "c1@shop.example" }))).toHaveLength(3);
});

test("rows by hand name the same customer by any spelling of an address", async () => {
  const { transactions, customers } = server("node") as NodeClient;
  const row = { time: "2026-03-01", amount: "1", currencyCode: "EUR" };
  await transactions.load([
    { ...row, customerId: "D1@Shop.example" },
    { ...row, customerId: " d1@shop.EXAMPLE" },
  ]);
  expect(await collect(customers.timeline({ customerId: "d1@shop.example" }))).toHaveLength(2);
});
