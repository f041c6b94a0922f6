// Whether every process answers when it is asked directly.

import { judgeAway } from "../../../src/disturbances/away.ts";
import { type Reading, readValue } from "../../../src/domain/observation.ts";
import {
  holds,
  judgeEach,
  judgeRead,
  type Opinion,
  unknown,
  violated,
} from "../../../src/domain/opinion.ts";
import type { MemberState } from "../../../src/domain/runtime.ts";
import type { Judgement } from "../../../src/domain/verdict.ts";
import type { LimiterObservation, Liveness, NodeSighting } from "../observation.ts";
import { BLIND, isBlind, judgeOne, LIVENESS, type LimiterInvariant } from "./judge.ts";

export const nodeDown: LimiterInvariant = {
  name: "node_down",
  describes: "Every declared node listens.",
  severity: "critical",
  ...LIVENESS,
  judge: ({ current }) =>
    judgeEach(
      current.nodes,
      (node) =>
        judgeSilence(current, { ...node, states: ["stopped"] }) ??
        judgeRead(node.liveness, (value) => {
          if (value.state === "answers") return holds("answers");
          if (value.state === "silent") return unknown(`it is silent: ${value.reason}`);
          return violated(`nobody listens: ${value.reason}`, evidenceOf(node));
        }),
    ),
};

export const nodeSilent: LimiterInvariant = {
  name: "node_silent",
  describes: "Every declared node that is there answers.",
  severity: "critical",
  ...LIVENESS,
  judge: ({ current }) =>
    judgeEach(
      current.nodes,
      (node) =>
        judgeSilence(current, { ...node, states: ["paused"] }) ??
        judgeRead(node.liveness, (value) => {
          if (value.state === "answers") return holds("answers");
          if (value.state === "down") return unknown(`nobody listens: ${value.reason}`);
          if (isBlind(current)) return BLIND;
          return violated(`declared, and silent: ${value.reason}`, evidenceOf(node));
        }),
    ),
};

export const proxyDown: LimiterInvariant = {
  name: "proxy_down",
  describes: "The proxy between nodes and Redis answers.",
  severity: "critical",
  ...LIVENESS,
  judge: ({ current }) => judgeHelper(current, "proxy"),
};

export const jobsDown: LimiterInvariant = {
  name: "jobs_down",
  describes: "The runner of maintenance jobs answers.",
  severity: "warning",
  ...LIVENESS,
  judge: ({ current }) => judgeHelper(current, "jobs"),
};

function judgeHelper(current: LimiterObservation, name: "proxy" | "jobs"): readonly Judgement[] {
  const sighting = current[name];
  if (sighting === null) return [];
  const { liveness } = sighting;
  const away = judgeSilence(current, { name, liveness, states: ["stopped", "paused"] });
  return judgeOne(name, away ?? (isBlind(current) ? BLIND : judgeLiveness(liveness)));
}

/** Of one that does not answer, by its runtime's word; undefined without one. */
function judgeSilence(
  current: LimiterObservation,
  one: {
    readonly name: string;
    readonly liveness: Reading<Liveness>;
    readonly states: readonly MemberState[];
  },
): Opinion | undefined {
  return readValue(one.liveness)?.state === "answers" ? undefined : judgeAway(current, one);
}

function judgeLiveness(liveness: Reading<Liveness>): Opinion {
  return judgeRead(liveness, (value) => {
    if (value.state === "answers") return holds("answers");
    return violated(`no sign of life: ${value.reason}`, { state: value.state });
  });
}

function evidenceOf({ apiUrl, manageUrl, lease }: NodeSighting) {
  const found = readValue(lease);
  const registered = found === undefined ? null : found !== null;
  // Whoever named it may have put a password there.
  const api = apiUrl.replace(/\/\/[^/]*@/, "//");
  return { api, manage: manageUrl, has_lease: registered };
}
