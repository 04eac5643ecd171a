// Tables as bytes, over breaks of the connection.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ExportResponseSchema } from "../../src/gen/lojal/v1/export_service_pb.js";
import { Code } from "../../src/index.js";
import { failure, inMemory, serverError } from "./fake.js";

test("an export that breaks goes on after the last message", async () => {
  const tokens: string[] = [];
  const client = inMemory(
    {
      export: {
        async *export(request) {
          tokens.push(request.resumeToken);
          expect(request.table).toMatchObject({
            case: "customers",
            value: { filter: "orders > 1" },
          });
          const next = Number(request.resumeToken || "0") + 1;
          const arrow = new Uint8Array([next]);
          yield create(ExportResponseSchema, { arrow, resumeToken: String(next) });
          if (next < 4) throw serverError(Code.Unavailable, "SERVER_STOPPING");
        },
      },
    },
    { retry: { maxAttempts: 2, initialBackoffMs: 1, maxBackoffMs: 1 } },
  );
  const found: number[] = [];
  for await (const bytes of client.export.customers({ filter: "orders > 1" })) found.push(...bytes);
  // Each attempt got somewhere, so none of them is the last.
  expect(found).toEqual([1, 2, 3, 4]);
  expect(tokens).toEqual(["", "1", "2", "3"]);
});

test("a column that is none is refused once", async () => {
  let asked = 0;
  const client = inMemory({
    export: {
      // biome-ignore lint/correctness/useYield: a refusal comes before anything else
      async *export(request) {
        asked += 1;
        expect(request.columns).toEqual(["costs"]);
        throw serverError(Code.InvalidArgument, "INVALID_FIELD");
      },
    },
  });
  const error = await failure(client.export.customers({}, { columns: ["costs"] }));
  expect(error).toMatchObject({ code: Code.InvalidArgument });
  expect(asked).toBe(1);
});
