// GET /metrics: the series of PD that a stand-in can fill truthfully. Those on the cluster come
// from the PD leader alone, as a deposed leader resets its own.
import type { Reply } from "../http/reply.ts";
import type { Route } from "../http/routes.ts";
import { officeOf, type PdMember } from "../member.ts";
import { clusterSeries } from "../metrics/cluster-series.ts";
import { memberSeries } from "../metrics/member-series.ts";
import { metricsText } from "../metrics/series.ts";

export const METRIC_ROUTES: readonly Route[] = [
  { method: "GET", path: "/metrics", by: "member", handle: getMetrics },
];

function getMetrics(member: PdMember): Reply {
  const office = officeOf(member);
  const series = [...memberSeries(member), ...(office ? clusterSeries({ member, office }) : [])];
  const contentType = "text/plain; version=0.0.4; charset=utf-8";
  return { status: 200, contentType, body: metricsText(series) };
}
