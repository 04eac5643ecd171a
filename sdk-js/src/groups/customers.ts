// client.customers: the RPCs of CustomerService, and its lists as sequences.

import type { Asked, Calls } from "../asked.js";
import { serviceClient, type Words, words } from "../calls.js";
import type { Channel } from "../channel.js";
import { LojalError } from "../errors.js";
import type { Provenance } from "../gen/lojal/v1/common_pb.js";
import {
  type Customer,
  CustomerService,
  type EraseCustomerRequestSchema,
  type ErasureReceipt,
  type ExportCustomerRequestSchema,
  type GetTimelineRequestSchema,
  type ListCustomersRequestSchema,
  type TimelineEvent,
} from "../gen/lojal/v1/customer_service_pb.js";
import type { Loads } from "../load/types.js";
import { everyItem } from "../paging.js";
import { type CallOptions, Code } from "../rpc.js";
import type { Loading } from "./records.js";

const WORDS = {
  /** Records what is known of customers: `upsertCustomers`. */
  upsert: "upsertCustomers",
  /** One customer with totals: `getCustomer`. */
  get: "getCustomer",
  /** What filters and groups can name: `listFacts`. */
  facts: "listFacts",
} as const;

/** Everything known of one customer. */
export interface CustomerExport {
  /** The customer as of now, with totals. */
  customer: Customer;
  /** Where the totals come from. */
  provenance: Provenance | undefined;
  /** Every record, newest first, with when it happened and when it was recorded. */
  events: TimelineEvent[];
}

/** Everything known of a customer. */
export interface Customers<Load = Loads["customers"]>
  extends Calls<typeof CustomerService>,
    Words<typeof CustomerService, typeof WORDS>,
    Loading<Load> {
  /** Every customer, in the order they were first recorded, or in `order`. `timeoutMs` is for each page. */
  list(
    request?: Asked<typeof ListCustomersRequestSchema>,
    options?: CallOptions,
  ): AsyncGenerator<Customer, void, undefined>;
  /**
   * What happened to one customer, newest first unless `order` says otherwise. `timeoutMs` is for each page.
   *
   * Errors: `CUSTOMER_NOT_FOUND`.
   */
  timeline(
    request: Asked<typeof GetTimelineRequestSchema>,
    options?: CallOptions,
  ): AsyncGenerator<TimelineEvent, void, undefined>;
  /**
   * Everything known of one customer, for handing it over. There is no deadline unless `timeoutMs` is given.
   *
   * Errors: `CUSTOMER_NOT_FOUND`.
   */
  export(
    request: Asked<typeof ExportCustomerRequestSchema>,
    options?: CallOptions,
  ): Promise<CustomerExport>;
  /**
   * Forgets one customer, at every instant, those of the past too. There is no way back but a backup. Once more changes
   * nothing and counts zero.
   *
   * Errors: `INVALID_FIELD`, `STORE_READ_ONLY`.
   */
  erase(
    request: Asked<typeof EraseCustomerRequestSchema>,
    options?: CallOptions,
  ): Promise<ErasureReceipt>;
}

export function customersGroup(channel: Channel, load: Loads["customers"]): Customers {
  const service = serviceClient(CustomerService, channel);
  return {
    ...service,
    ...words(service, WORDS),
    load,
    list: (request = {}, options) =>
      everyItem(
        request,
        options,
        (page, how) => service.listCustomers(page, how),
        (answer) => answer.customers,
      ),
    timeline: (request, options) =>
      everyItem(
        request,
        options,
        (page, how) => service.getTimeline(page, how),
        (answer) => answer.events,
      ),
    async export(request, options) {
      let first: Omit<CustomerExport, "events"> | undefined;
      const events: TimelineEvent[] = [];
      for await (const part of service.exportCustomer(request, options)) {
        if (part.customer) first = { customer: part.customer, provenance: part.provenance };
        events.push(...part.events);
      }
      if (first) return { ...first, events };
      throw new LojalError("the export ended without a customer", { code: Code.Internal });
    },
    async erase(request, options) {
      const { receipt } = await service.eraseCustomer(request, options);
      if (receipt) return receipt;
      throw new LojalError("the erasure was answered without a receipt", { code: Code.Internal });
    },
  };
}
