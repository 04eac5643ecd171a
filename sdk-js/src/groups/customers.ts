// client.customers: the RPCs of CustomerService, and its lists as sequences.
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CallOptions, Client } from "@connectrpc/connect";
import { type Channel, serviceClient } from "../calls.js";
import {
  type Customer,
  CustomerService,
  type GetTimelineRequestSchema,
  type ListCustomersRequestSchema,
  type TimelineEvent,
} from "../gen/lojal/v1/customer_service_pb.js";
import { everyItem } from "../paging.js";

/** Everything known of a customer. */
export interface Customers extends Client<typeof CustomerService> {
  /** Every customer, in the order they were first recorded. `timeoutMs` is for each page. */
  listAll(
    request?: MessageInitShape<typeof ListCustomersRequestSchema>,
    options?: CallOptions,
  ): AsyncGenerator<Customer, void, undefined>;
  /**
   * What happened to one customer, newest first. `timeoutMs` is for each page.
   *
   * Errors: `CUSTOMER_NOT_FOUND`.
   */
  timeline(
    request: MessageInitShape<typeof GetTimelineRequestSchema>,
    options?: CallOptions,
  ): AsyncGenerator<TimelineEvent, void, undefined>;
}

export function customersGroup(channel: Channel): Customers {
  const service = serviceClient(CustomerService, channel);
  return {
    ...service,
    listAll: (request = {}, options) =>
      everyItem(
        request,
        (page) => service.listCustomers(page, options),
        (answer) => answer.customers,
      ),
    timeline: (request, options) =>
      everyItem(
        request,
        (page) => service.getTimeline(page, options),
        (answer) => answer.events,
      ),
  };
}
