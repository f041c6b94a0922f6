// Every route of a PD member's client port.
import type { Route } from "../http/routes.ts";
import { CLUSTER_ROUTES } from "./cluster.ts";
import { CONFIG_ROUTES } from "./config.ts";
import { MEMBER_ROUTES } from "./members.ts";
import { METRIC_ROUTES } from "./metrics.ts";
import { OPERATOR_ROUTES } from "./operators.ts";
import { REGION_RANKING_ROUTES } from "./region-rankings.ts";
import { REGION_STATS_ROUTES } from "./region-stats.ts";
import { REGION_ROUTES } from "./regions.ts";
import { SCHEDULER_ROUTES } from "./schedulers.ts";
import { STAND_IN_ROUTES } from "./stand-in.ts";
import { STORE_CHANGE_ROUTES } from "./store-changes.ts";
import { STORE_ROUTES } from "./stores.ts";

export const ALL_ROUTES: readonly Route[] = [
  ...MEMBER_ROUTES,
  ...CLUSTER_ROUTES,
  ...STORE_ROUTES,
  ...STORE_CHANGE_ROUTES,
  // Before the routes with a name in the same place.
  ...REGION_RANKING_ROUTES,
  ...REGION_ROUTES,
  ...REGION_STATS_ROUTES,
  ...CONFIG_ROUTES,
  ...SCHEDULER_ROUTES,
  ...OPERATOR_ROUTES,
  ...METRIC_ROUTES,
  ...STAND_IN_ROUTES,
];
