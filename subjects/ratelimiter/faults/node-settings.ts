// What somebody left in one node's settings file: fail-open, a clock that is off, an old key
// schema. A restart reads the file again, so that it changes nothing.
import { z } from "zod";
import type { ActionContext } from "../../../src/domain/action.ts";
import type { FaultPlan } from "../../../src/domain/fault.ts";
import { readValue } from "../../../src/domain/observation.ts";
import { callControl } from "../change/control.ts";
import { DECLARED_NODE_SETTINGS, type NodeSettings, nodeSettingsSchema } from "../declared.ts";
import type { NodeSighting } from "../observation.ts";
import {
  detailsOf,
  doingOf,
  type LimiterFault,
  livingNodes,
  nodeSiteOf,
  pickOne,
  siteFor,
} from "./struck.ts";

const SKEW_MS_MIN = 5_000;
const SKEW_MS_MAX = 120_000;

export const failOpenLeft = settingsFault({
  name: "fail_open_left",
  describes: "One node is left on fail-open: when Redis is away, it allows everything.",
  change: () => ({ fail_mode: "open" }),
  causes: "fail_open_in_force",
});

export const clockSkew = settingsFault({
  name: "clock_skew",
  describes: "One node's clock is off by seconds to minutes.",
  change: (random) => ({ clock_offset_ms: skewOf(random) }),
  causes: "clock_skew",
});

export const staleSchema = settingsFault({
  name: "stale_schema",
  describes: "One node writes the key schema of before: it counts where nobody else looks.",
  change: () => ({ schema: 1 }),
  causes: "schema_differs",
});

/** `before` is put back by healing. */
const detailsSchema = z.object({
  change: nodeSettingsSchema.partial(),
  before: nodeSettingsSchema.partial(),
});

interface SettingsFault {
  readonly name: string;
  readonly describes: string;
  readonly change: (random: () => number) => Partial<NodeSettings>;
  readonly causes: string;
}

function settingsFault({ name, describes, change, causes }: SettingsFault): LimiterFault {
  return {
    name,
    describes,
    plan(observation, random) {
      const wanted = change(random);
      const names = Object.keys(wanted);
      const nodes = livingNodes(observation).filter(({ settings }) => isDeclared(settings, names));
      const node = pickOne(nodes, { fault: name, random });
      const details = { change: { ...wanted }, before: declaredOf(wanted) };
      return { fault: name, targets: [node.name], details };
    },
    async inject(plan, context) {
      await putSettings(plan, context, detailsOf(plan, detailsSchema).change);
    },
    async heal(plan, context) {
      const { change, before } = detailsOf(plan, detailsSchema);
      const found = await readSettings(plan, context);
      const names = Object.keys(change).filter(isSetting);
      if (names.every((one) => found[one] === change[one])) {
        await putSettings(plan, context, before);
        return [];
      }
      const since = names.filter((one) => found[one] !== before[one]);
      return since.map((one) => `${one} ${found[one]} of ${plan.targets.join(", ")}`);
    },
    expects: ({ targets }) => targets.map((entity) => ({ invariant: causes, entity })),
  };
}

/** Ahead or behind. */
function skewOf(random: () => number): number {
  const sign = random() < 0.5 ? -1 : 1;
  return sign * Math.round(SKEW_MS_MIN + random() * (SKEW_MS_MAX - SKEW_MS_MIN));
}

/** What somebody has set otherwise is left to them, and not healed away. */
function isDeclared(reading: NodeSighting["settings"], names: readonly string[]): boolean {
  const settings = readValue(reading);
  if (!settings) return false;
  const { failMode: fail_mode, clockOffsetMs: clock_offset_ms, schema } = settings;
  const found: Partial<Record<string, unknown>> = { fail_mode, clock_offset_ms, schema };
  const declared: Partial<Record<string, unknown>> = DECLARED_NODE_SETTINGS;
  return names.every((name) => found[name] === declared[name]);
}

function declaredOf(change: Partial<NodeSettings>): Partial<NodeSettings> {
  const names = Object.keys(change);
  return Object.fromEntries(
    Object.entries(DECLARED_NODE_SETTINGS).filter(([name]) => names.includes(name)),
  );
}

/** The node answers with what is in force, on disk already. */
async function putSettings(
  plan: FaultPlan,
  context: ActionContext,
  settings: Partial<NodeSettings>,
): Promise<void> {
  const site = siteFor(plan, context);
  for (const target of plan.targets) {
    await callControl({
      site,
      doing: doingOf(plan),
      url: `${nodeSiteOf(site, target).manageUrl}/api/settings`,
      method: "PUT",
      body: { ...settings },
      schema: nodeSettingsSchema.extend(literalsOf(settings)),
      signal: context.signal,
    });
  }
}

async function readSettings(plan: FaultPlan, context: ActionContext): Promise<NodeSettings> {
  const site = siteFor(plan, context);
  const [target = ""] = plan.targets;
  const url = `${nodeSiteOf(site, target).manageUrl}/api/settings`;
  const { signal } = context;
  return callControl({ site, doing: doingOf(plan), url, schema: nodeSettingsSchema, signal });
}

function isSetting(name: string): name is keyof NodeSettings {
  return name in DECLARED_NODE_SETTINGS;
}

/** So that an answer which says otherwise is refused: the change did not strike. */
function literalsOf(settings: Partial<NodeSettings>): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, z.literal(value)]),
  );
}
