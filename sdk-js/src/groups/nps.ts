// client.nps: the RPCs of NpsService.
import type { Calls } from "../asked.js";
import { serviceClient, type Words, words } from "../calls.js";
import type { Channel } from "../channel.js";
import { NpsService } from "../gen/lojal/v1/nps_service_pb.js";
import type { Loads } from "../load/types.js";
import type { Loading } from "./records.js";

const WORDS = {
  /** The NPS of a window, as a whole, by group and over time: `getNps`. */
  score: "getNps",
  /** Whether it differs, and how surely: `compareNps`. */
  compare: "compareNps",
  /** How many answers it takes: `planNpsSample`. */
  planSample: "planNpsSample",
} as const;

/** Recommendation: the Net Promoter Score. */
export type Nps<Load = Loads["nps"]> = Calls<typeof NpsService> &
  Words<typeof NpsService, typeof WORDS> &
  Loading<Load>;

export function npsGroup(channel: Channel, load: Loads["nps"]): Nps {
  const service = serviceClient(NpsService, channel);
  return { ...service, ...words(service, WORDS), load };
}
