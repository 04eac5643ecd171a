// client.segmentation: the RPCs of SegmentationService, and the members of a segment as a sequence.
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CallOptions, Client } from "@connectrpc/connect";
import { type Channel, serviceClient } from "../calls.js";
import {
  type ListSegmentMembersRequestSchema,
  SegmentationService,
  type SegmentMember,
} from "../gen/lojal/v1/segmentation_service_pb.js";
import { everyItem } from "../paging.js";

/** Who belongs where by recency, frequency and monetary value. */
export interface Segmentation extends Client<typeof SegmentationService> {
  /** Every customer of a segment, in the order they were first recorded. `timeoutMs` is for each page. */
  members(
    request: MessageInitShape<typeof ListSegmentMembersRequestSchema>,
    options?: CallOptions,
  ): AsyncGenerator<SegmentMember, void, undefined>;
}

export function segmentationGroup(channel: Channel): Segmentation {
  const service = serviceClient(SegmentationService, channel);
  return {
    ...service,
    members: (request, options) =>
      everyItem(
        request,
        (page) => service.listSegmentMembers(page, options),
        (answer) => answer.members,
      ),
  };
}
