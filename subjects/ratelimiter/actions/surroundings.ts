// What stands around the limiter put right: a disturbance on a node's way to Redis, a maintenance
// job that nobody declared.
import { type ActionCall, type Check, MET, notMet, textArg } from "../../../src/domain/action.ts";
import { noUndo } from "../../../src/domain/undo.ts";
import { callControl } from "../change/control.ts";
import type { Job } from "../declared.ts";
import { jobRemovedAnswerSchema } from "../jobs/answers.ts";
import type { LimiterObservation, LinkReading } from "../observation.ts";
import { sayJob } from "../observe/members.ts";
import { linkSchema } from "../proxy/answers.ts";
import { type ActionTools, checkRead, type LimiterAction } from "./tools.ts";

const WITHIN_MS = 10_000;

export function clearToxic({ site }: ActionTools): LimiterAction {
  return {
    name: "clear_toxic",
    describes: "Takes one disturbance off the proxy's link between one node and Redis.",
    targets: "a node",
    args: { toxic: "its name, as the proxy lists it" },
    effect: "configure",
    undo: noUndo("nobody declared it, and to put it back would harm the node"),
    withinMs: WITHIN_MS,
    touches: ({ target }) => [target],
    precondition: (observation, call) =>
      checkLink(observation, call, (link, toxic) => {
        if (link.toxics.some(({ name }) => name === toxic)) return MET;
        const names = link.toxics.map(({ name }) => name).join(", ");
        return notMet(
          `the link of ${link.node} has no toxic "${toxic}": ${names || "it has none"}`,
        );
      }),
    postcondition: (observation, call) =>
      checkLink(observation, call, (link, toxic) => {
        const found = link.toxics.find(({ name }) => name === toxic);
        return found ? notMet(`${toxic} is there: ${found.detail}`) : MET;
      }),
    async run(call, { signal }) {
      const { target } = call;
      const toxic = textArg(call, "toxic") ?? "";
      const path = [target, "toxics", toxic].map(encodeURIComponent).join("/");
      const link = await callControl({
        site,
        doing: `clear_toxic ${target}`,
        url: `${site.proxy?.url}/api/links/${path}`,
        method: "DELETE",
        schema: linkSchema,
        signal,
      });
      return `${toxic} is off the link of ${target}; ${link.toxics.length} toxics are left`;
    },
  };
}

export function removeJob({ site }: ActionTools): LimiterAction {
  return {
    name: "remove_job",
    describes:
      "Takes a maintenance job that nobody declared off the list of the job runner, and closes " +
      "its connections. Declared jobs are refused.",
    targets: "a job",
    args: {},
    effect: "configure",
    undo: noUndo("nobody declared it, and it might empty Redis"),
    withinMs: WITHIN_MS,
    touches: () => ["jobs"],
    precondition: (observation, { target }) =>
      checkJobs(observation, (listed) => {
        const names = listed.map(({ name }) => name);
        if (observation.declared.jobs?.includes(target)) {
          return notMet(`${target} is a declared job: it belongs there`);
        }
        if (names.includes(target)) return MET;
        return notMet(`there is no job "${target}": ${names.join(", ")}`);
      }),
    postcondition: (observation, { target }) =>
      checkJobs(observation, (listed) => {
        const found = listed.find(({ name }) => name === target);
        return found ? notMet(`${target} is listed: ${sayJob(found)}`) : MET;
      }),
    async run({ target }, { signal }) {
      const { removed } = await callControl({
        site,
        doing: `remove_job ${target}`,
        url: `${site.jobs?.url}/api/jobs/${encodeURIComponent(target)}`,
        method: "DELETE",
        schema: jobRemovedAnswerSchema,
        signal,
      });
      return removed ? `${target} runs no more` : `${target} was not there any more`;
    },
  };
}

function checkLink(
  { proxy }: LimiterObservation,
  call: ActionCall,
  check: (link: LinkReading, toxic: string) => Check,
): Check {
  if (!proxy) return notMet("there is no proxy of ours between the nodes and Redis");
  const toxic = textArg(call, "toxic");
  if (toxic === undefined) return notMet("the argument toxic is missing");
  return checkRead(proxy.value, (links) => {
    const link = links.find(({ node }) => node === call.target);
    if (link) return check(link, toxic);
    return notMet(`no link of "${call.target}": ${links.map(({ node }) => node).join(", ")}`);
  });
}

function checkJobs({ jobs }: LimiterObservation, check: (listed: readonly Job[]) => Check): Check {
  if (!jobs) return notMet("there is no job runner of ours");
  return checkRead(jobs.value, (found) => check(found.map(({ job }) => job)));
}
