// One setting of one node put back to what is declared, over its manage port.
import { type ActionCall, type Check, MET, notMet } from "../../../src/domain/action.ts";
import { OperatorError } from "../../../src/domain/errors.ts";
import { undoUnneeded } from "../../../src/domain/undo.ts";
import { callControl } from "../change/control.ts";
import { DECLARED_NODE_SETTINGS, type NodeSettings, nodeSettingsSchema } from "../declared.ts";
import type { LimiterObservation, NodeSettingsReading } from "../observation.ts";
import { type ActionTools, checkNode, checkRead, type LimiterAction, nodeIn } from "./tools.ts";

const WITHIN_MS = 10_000;

export function turnFailOpenOff(tools: ActionTools): LimiterAction {
  return nodeAction(tools, {
    name: "turn_fail_open_off",
    describes:
      "Sets one node to fail closed, as declared: without Redis it denies, and does not allow " +
      "whatever is asked. Refused while it does not reach Redis, which comes first.",
    setting: "fail_mode",
    read: ({ failMode }) => failMode,
    check: checkReachesRedis,
  });
}

export function syncNodeClock(tools: ActionTools): LimiterAction {
  return nodeAction(tools, {
    name: "sync_node_clock",
    describes: "Takes the offset off one node's clock.",
    setting: "clock_offset_ms",
    read: ({ clockOffsetMs }) => clockOffsetMs,
  });
}

export function restoreKeySchema(tools: ActionTools): LimiterAction {
  return nodeAction(tools, {
    name: "restore_key_schema",
    describes:
      "Sets one node to the key schema that all use, so that it counts where the others count.",
    setting: "schema",
    read: ({ schema }) => schema,
  });
}

interface NodeAction {
  readonly name: string;
  readonly describes: string;
  readonly setting: keyof NodeSettings;
  readonly read: (settings: NodeSettingsReading) => string | number;
  /** Asked besides whether the node answers. */
  readonly check?: (observation: LimiterObservation, node: string) => Check;
}

/** Somebody lets everybody through in an outage: to end that would turn everybody away. */
function checkReachesRedis(observation: LimiterObservation, node: string): Check {
  const health = nodeIn(observation, node)?.health;
  if (!health) return notMet(`unknown node "${node}"`);
  return checkRead(health, ({ redis }) =>
    redis.state === "ok" ? MET : notMet(`${node} does not reach Redis, and would turn all away`),
  );
}

function nodeAction({ site }: ActionTools, parts: NodeAction): LimiterAction {
  const { name, describes, setting, read, check } = parts;
  const wanted = DECLARED_NODE_SETTINGS[setting];
  const checkSet = (observation: LimiterObservation, { target }: ActionCall): Check => {
    const settings = nodeIn(observation, target)?.settings;
    if (!settings) return notMet(`unknown node "${target}"`);
    return checkRead(settings, (found) =>
      read(found) === wanted ? MET : notMet(`${setting} of ${target} is ${read(found)}`),
    );
  };
  return {
    name,
    describes,
    targets: "a node",
    args: {},
    effect: "configure",
    undo: undoUnneeded("it leaves what is declared, and what was there before counts wrong"),
    withinMs: WITHIN_MS,
    touches: ({ target }) => [target],
    precondition(observation, { target }) {
      const answers = checkNode(observation, target);
      return answers.isMet && check ? check(observation, target) : answers;
    },
    postcondition: checkSet,
    async run({ target }, { signal }) {
      const manageUrl = site.nodes.find((node) => node.name === target)?.manageUrl;
      if (!manageUrl) throw new OperatorError("subject", `${name}: no manage port of ${target}`);
      const settings = await callControl({
        site,
        doing: `${name} ${target}`,
        url: `${manageUrl}/api/settings`,
        method: "PUT",
        body: { [setting]: wanted },
        schema: nodeSettingsSchema,
        signal,
      });
      return `${target} has ${setting} ${settings[setting]}, in force and on file`;
    },
  };
}
