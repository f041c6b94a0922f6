// Latency between one node and Redis, made by the proxy on its way, which keeps it over a restart.
import { z } from "zod";
import type { ActionContext } from "../../../src/domain/action.ts";
import type { FaultPlan } from "../../../src/domain/fault.ts";
import { readValue } from "../../../src/domain/observation.ts";
import { callControl } from "../change/control.ts";
import { linkSchema, linksAnswerSchema, type Toxic, toxicSchema } from "../proxy/answers.ts";
import { healthAnswerSchema } from "../service/answers.ts";
import {
  detailsOf,
  doingOf,
  type LimiterFault,
  livingNodes,
  nodeSiteOf,
  pickOne,
  siteFor,
  untilStruck,
} from "./struck.ts";

const NAME = "redis_latency";
const TOXIC_NAME = "slow-link";
/** Below a node's deadline toward Redis: checks are decided, and slow. */
const LATENCY_MS_MIN = 150;
const LATENCY_MS_MAX = 190;
const JITTER_MS = 20;

const detailsSchema = z.object({ toxic: toxicSchema.options[0] });

export const redisLatency: LimiterFault = {
  name: NAME,
  describes: "The way between one node and Redis gets slow; the other nodes have theirs.",
  plan(observation, random) {
    const links = observation.proxy ? (readValue(observation.proxy.value) ?? []) : [];
    const taken = links.filter(({ toxics }) => toxics.some(({ name }) => name === TOXIC_NAME));
    const nodes = livingNodes(observation).filter(({ name }) =>
      taken.every((link) => link.node !== name),
    );
    const node = pickOne(nodes, { fault: NAME, random });
    const latencyMs = Math.round(LATENCY_MS_MIN + random() * (LATENCY_MS_MAX - LATENCY_MS_MIN));
    const toxic = { type: "latency", latency_ms: latencyMs, jitter_ms: JITTER_MS };
    return { fault: NAME, targets: [node.name], details: { toxic } };
  },
  async inject(plan, context) {
    const { toxic } = detailsOf(plan, detailsSchema);
    await changeLinks(plan, context, toxic);
    const leastMs = toxic.latency_ms - toxic.jitter_ms;
    const isSo = async () => (await slowestMs(plan, context)) >= leastMs;
    await untilStruck(plan, context, { what: `redis is ${leastMs} ms away`, isSo });
  },
  async heal(plan, context) {
    const { toxic } = detailsOf(plan, detailsSchema);
    const found = await foundToxic(plan, context);
    if (!found) return [];
    if (!Bun.deepEquals(found, toxic)) return [`${TOXIC_NAME} of ${plan.targets.join(", ")}`];
    await changeLinks(plan, context, undefined);
    return [];
  },
  expects: ({ targets }) => targets.map((entity) => ({ invariant: "check_latency_high", entity })),
};

async function changeLinks(
  plan: FaultPlan,
  context: ActionContext,
  toxic: z.infer<typeof detailsSchema>["toxic"] | undefined,
): Promise<void> {
  const site = siteFor(plan, context);
  for (const target of plan.targets) {
    await callControl({
      site,
      doing: doingOf(plan),
      url: `${site.proxy?.url}/api/links/${target}/toxics/${TOXIC_NAME}`,
      ...(toxic ? { method: "PUT", body: toxic } : { method: "DELETE" }),
      schema: linkSchema,
      signal: context.signal,
    });
  }
}

/** Of that name, whoever set it; undefined when there is none. */
async function foundToxic(plan: FaultPlan, context: ActionContext): Promise<Toxic | undefined> {
  const site = siteFor(plan, context);
  const { signal } = context;
  const url = `${site.proxy?.url}/api/links`;
  const schema = linksAnswerSchema;
  const { links } = await callControl({ site, doing: doingOf(plan), url, schema, signal });
  const struck = links.filter(({ node }) => plan.targets.includes(node));
  return struck.flatMap(({ toxics }) => toxics).find(({ name }) => name === TOXIC_NAME)?.toxic;
}

/** By the struck nodes' own word; 0 while one has none. */
async function slowestMs(plan: FaultPlan, context: ActionContext): Promise<number> {
  const site = siteFor(plan, context);
  const { signal } = context;
  const latencies = plan.targets.map(async (target) => {
    const url = `${nodeSiteOf(site, target).manageUrl}/health`;
    const doing = doingOf(plan);
    return callControl({ site, doing, url, schema: healthAnswerSchema, signal });
  });
  const healths = await Promise.all(latencies);
  return Math.max(...healths.map(({ redis }) => redis.latency_ms ?? 0));
}
