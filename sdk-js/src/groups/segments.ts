// client.segments: the RPCs of SegmentationService, and the members of a segment as a sequence.

import type { Asked, Calls } from "../asked.js";
import { serviceClient, type Words, words } from "../calls.js";
import type { Channel } from "../channel.js";
import {
  type ListSegmentMembersRequestSchema,
  SegmentationService,
  type SegmentMember,
} from "../gen/lojal/v1/segmentation_service_pb.js";
import { everyItem } from "../paging.js";
import type { CallOptions } from "../rpc.js";

const WORDS = {
  /** The segment of one customer, with scores and values: `getCustomerSegment`. */
  of: "getCustomerSegment",
  /** All customers by segment: `summarizeSegments`. */
  summary: "summarizeSegments",
  /** Who was in which segment and is in which, and why: `getSegmentTransitions`. */
  transitions: "getSegmentTransitions",
  /** The grid of segments and its thresholds: `getRfmScheme`. */
  scheme: "getRfmScheme",
} as const;

/** Who belongs where by recency, frequency and monetary value. */
export interface Segments
  extends Calls<typeof SegmentationService>,
    Words<typeof SegmentationService, typeof WORDS> {
  /** Every customer of a segment, of all of them by default, in the order they were first recorded. `timeoutMs` is for each page. */
  members(
    request?: Asked<typeof ListSegmentMembersRequestSchema>,
    options?: CallOptions,
  ): AsyncGenerator<SegmentMember, void, undefined>;
}

export function segmentsGroup(channel: Channel): Segments {
  const service = serviceClient(SegmentationService, channel);
  return {
    ...service,
    ...words(service, WORDS),
    members: (request = {}, options) =>
      everyItem(
        request,
        options,
        (page, how) => service.listSegmentMembers(page, how),
        (answer) => answer.members,
      ),
  };
}
