// The ways back of repairs that turned out to be none: a node's setting and a job, as they were
// before. For the end of a failed attempt alone; no model is offered them.
import { type ActionCall, type Check, MET, notMet, textArg } from "../../../src/domain/action.ts";
import { OperatorError } from "../../../src/domain/errors.ts";
import { noUndo, type Undo } from "../../../src/domain/undo.ts";
import { callControl } from "../change/control.ts";
import { type Job, jobSchema, type NodeSettings, nodeSettingsSchema } from "../declared.ts";
import { jobStatusSchema } from "../jobs/answers.ts";
import type { LimiterObservation } from "../observation.ts";
import { type ActionTools, checkNode, checkRead, type LimiterAction, nodeIn } from "./tools.ts";

const SETTING = "put_back_node_setting";
const JOB = "put_back_job";
const WITHIN_MS = 10_000;

/** What takes back that a node's setting was changed. */
export function settingReturn(
  { target }: ActionCall,
  { setting, value }: { readonly setting: keyof NodeSettings; readonly value: string | number },
): Undo {
  return { type: "call", call: { action: SETTING, target, args: { setting, value } } };
}

/** What takes back that a job was removed. */
export function jobReturn(job: Job): Undo {
  return { type: "call", call: { action: JOB, target: job.name, args: { job } } };
}

export function putBackNodeSetting({ site }: ActionTools): LimiterAction {
  return {
    name: SETTING,
    describes: "Gives one node a setting back that it had.",
    targets: "a node",
    args: { setting: "its name", value: "what it was" },
    effect: "configure",
    isUndoOnly: true,
    undo: noUndo("it is one itself"),
    withinMs: WITHIN_MS,
    touches: ({ target }) => [target],
    precondition: (observation, call) =>
      changeIn(call) ? checkNode(observation, call.target) : notMet("no node has such a setting"),
    postcondition: checkSetting,
    async run(call, { signal }) {
      const { target } = call;
      const manageUrl = site.nodes.find((node) => node.name === target)?.manageUrl;
      const change = changeIn(call);
      if (!manageUrl || !change) {
        throw new OperatorError("subject", `${SETTING}: no manage port of ${target}`);
      }
      await callControl({
        ...{ site, doing: `${SETTING} ${target}`, url: `${manageUrl}/api/settings`, signal },
        ...{ method: "PUT", body: change, schema: nodeSettingsSchema },
      });
      return `${target} has what it had: ${JSON.stringify(change)}`;
    },
  };
}

export function putBackJob({ site }: ActionTools): LimiterAction {
  return {
    name: JOB,
    describes: "Gives the job runner a job back that was taken off its list.",
    targets: "a job",
    args: { job: "as it was listed" },
    effect: "configure",
    isUndoOnly: true,
    undo: noUndo("it is one itself"),
    withinMs: WITHIN_MS,
    touches: () => ["jobs"],
    precondition: (_, call) => (jobIn(call) ? MET : notMet("that is no job")),
    postcondition: checkListed,
    async run(call, { signal }) {
      const job = jobIn(call);
      if (!job) throw new OperatorError("subject", `${JOB} ${call.target}: that is no job`);
      await callControl({
        ...{ site, doing: `${JOB} ${job.name}`, signal, method: "PUT", body: job },
        url: `${site.jobs?.url}/api/jobs/${encodeURIComponent(job.name)}`,
        schema: jobStatusSchema,
      });
      return `${job.name} runs again`;
    },
  };
}

function checkSetting(observation: LimiterObservation, call: ActionCall): Check {
  const { target, args } = call;
  const settings = nodeIn(observation, target)?.settings;
  if (!settings) return notMet(`unknown node "${target}"`);
  return checkRead(settings, ({ failMode, schema, clockOffsetMs }) => {
    const found = { fail_mode: failMode, schema, clock_offset_ms: clockOffsetMs };
    const { setting, value } = args;
    const [, present] = Object.entries(found).find(([name]) => name === setting) ?? [];
    return present === value ? MET : notMet(`${setting} of ${target} is ${present}`);
  });
}

function checkListed({ jobs }: LimiterObservation, { target }: ActionCall): Check {
  if (!jobs) return notMet("there is no job runner of ours");
  return checkRead(jobs.value, (found) =>
    found.some(({ job }) => job.name === target) ? MET : notMet(`${target} is not listed`),
  );
}

function changeIn(call: ActionCall): Partial<NodeSettings> | undefined {
  const setting = textArg(call, "setting");
  if (setting === undefined) return undefined;
  const parsed = nodeSettingsSchema.partial().safeParse({ [setting]: call.args.value });
  return parsed.data;
}

function jobIn({ target, args }: ActionCall): Job | undefined {
  const { data } = jobSchema.safeParse(args.job);
  return data?.name === target ? data : undefined;
}
