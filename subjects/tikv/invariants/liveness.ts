// Whether members answer when they are asked directly: the quickest sign of a dead or paused one.
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
import type { Liveness, TikvObservation } from "../observation.ts";
import { isBlind, type TikvInvariant } from "./judge.ts";

/** Short enough that the second observation in a row fires at an interval of 1 s. */
const FOR_MS = 500;

export const storeUnreachable: TikvInvariant = {
  name: "store_unreachable",
  describes: "Every store answers on its status port.",
  severity: "critical",
  forMs: FOR_MS,
  settleMs: 2_000,
  judge: ({ current }) =>
    judgeEach(current.stores, (store) => {
      const { liveness, statusUrl } = store;
      return judgeSilence(current, store) ?? judgeLiveness(liveness, statusUrl);
    }),
};

export const pdMemberDown: TikvInvariant = {
  name: "pd_member_down",
  describes: "Every PD member answers a ping.",
  severity: "critical",
  forMs: FOR_MS,
  settleMs: 2_000,
  judge: ({ current }) =>
    judgeEach(current.pdMembers, (pd) => {
      const { name, liveness, url } = pd;
      const opinion = judgeSilence(current, pd);
      if (opinion) return opinion;
      if (liveness.state === "read") return judgeLiveness(liveness, url);
      return judgeByPd(current.pdHealth, name);
    }),
};

/** Of one that does not answer, by what is known of it otherwise; undefined when nothing is. */
function judgeSilence(
  current: TikvObservation,
  { name, liveness }: { readonly name: string; readonly liveness: Reading<Liveness> },
): Opinion | undefined {
  if (readValue(liveness)?.state === "answers") return undefined;
  const away = judgeAway(current, { name, states: ["stopped", "paused"] });
  if (away) return away;
  if (!isBlind(current)) return undefined;
  return unknown("nothing answers, so the silence of one says nothing");
}

function judgeLiveness(liveness: Reading<Liveness>, url: string | null): Opinion {
  return judgeRead(liveness, (value) => {
    if (value.state === "answers") return holds("answers");
    const evidence = { probed: url, answer: value.reason };
    return violated(`no sign of life: ${value.reason}`, evidence);
  });
}

/** Where we cannot reach a member at all, PD's own probe of it counts. */
function judgeByPd(pdHealth: Reading<Readonly<Record<string, boolean>>>, name: string): Opinion {
  return judgeRead(pdHealth, (healthOf) => {
    const isHealthy = healthOf[name];
    if (isHealthy === undefined) return unknown("PD's health report does not name it");
    if (isHealthy) return holds("healthy by PD's own probe");
    return violated("unhealthy by PD's own probe", { pd_health: false });
  });
}
