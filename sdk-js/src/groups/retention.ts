// client.retention: the RPCs of RetentionService.
import type { Calls } from "../asked.js";
import { serviceClient, type Words, words } from "../calls.js";
import type { Channel } from "../channel.js";
import { RetentionService } from "../gen/lojal/v1/retention_service_pb.js";

const WORDS = {
  /** Customers at the start and at the end, retention and churn: `getRetention`. */
  rates: "getRetention",
  /** How long a silence means that they left: `suggestActivityWindow`. */
  activityWindow: "suggestActivityWindow",
  /** Customers who began together, age by age: `getCohorts`. */
  cohorts: "getCohorts",
  /** How long customers stay: `getSurvival`. */
  survival: "getSurvival",
  /** New, returning, resurrected and dormant: `getLifecycle`. */
  lifecycle: "getLifecycle",
  /** Revenue retention, and how much growth was earned: `getRevenueRetention`. */
  revenue: "getRevenueRetention",
  /** Whether revenue hangs on a few customers: `getRevenueConcentration`. */
  concentration: "getRevenueConcentration",
  /** What customers cost, and what a new one cost to win: `getCosts`. */
  costs: "getCosts",
  /** How often customers buy, for how much, after how long: `getPurchaseStats`. */
  purchases: "getPurchaseStats",
  /** How a retention curve goes on: `projectRetention`. */
  project: "projectRetention",
} as const;

/** Who stays: retention, cohorts, survival, and what staying brings. */
export type Retention = Calls<typeof RetentionService> &
  Words<typeof RetentionService, typeof WORDS>;

export function retentionGroup(channel: Channel): Retention {
  const service = serviceClient(RetentionService, channel);
  return { ...service, ...words(service, WORDS) };
}
