// Looks at a file of orders, loads it, and asks about the customers in it.
import { createClient, isReason, Segment, toJson } from "lojal/node";

const client = createClient(process.env.LOJAL_URL ?? "http://localhost:50051", {
  workspace: process.env.LOJAL_WORKSPACE ?? "example",
});
const file = new URL("orders.csv", import.meta.url);

const how = { currencyCode: "EUR" };

console.log(String(await client.transactions.preview(file, how))); // sends nothing

const result = await client.transactions.load(file, how);
console.log(`${result.recorded} recorded, ${result.duplicates} there already`);

// As of a day, as the file does not change.
const asOf = "2026-04-01";
for await (const one of client.customers.list({ asOf })) {
  console.log(one.customerId, one.transactionCount, one.netSpend?.amount);
}
const { member } = await client.segments.of({ customerId: "c1", asOf });
console.log(`c1 is ${Segment[member?.segment ?? 0]}`);

// A client on the same connection, with more time.
const patient = client.withOptions({ timeoutMs: 60_000 });
const { whole } = await patient.retention.purchases({ asOf, window: "all" });
console.log(JSON.stringify(toJson(whole)));

try {
  await client.customers.get({ customerId: "nobody" });
} catch (error) {
  if (!isReason(error, "CUSTOMER_NOT_FOUND")) throw error;
  console.log(error.message);
}
client.close();
