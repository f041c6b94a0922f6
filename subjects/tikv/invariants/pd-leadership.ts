// Whether PD is led, by the member that leads its etcd, and every member knows it.
import { readValue } from "../../../src/domain/observation.ts";
import {
  holds,
  judgeEach,
  judgeRead,
  type Opinion,
  unknown,
  violated,
} from "../../../src/domain/opinion.ts";
import type { PdMetrics, TikvObservation } from "../observation.ts";
import { judgeCluster, scaleTime, type TikvInvariant } from "./judge.ts";

export function pdNoLeader(timeScale: number): TikvInvariant {
  return {
    name: "pd_no_leader",
    describes: "PD has a leader.",
    severity: "critical",
    // An election takes 5 to 15 s: lease 5 s, etcd election 3 to 6 s (server/config/config.go).
    forMs: scaleTime({ realMs: 20_000, floorMs: 4_000 }, timeScale),
    settleMs: 2_000,
    judge: ({ current }) =>
      judgeCluster(
        judgeRead(current.leadership, ({ leader, source }) => {
          if (leader !== null) return holds(`${leader} leads`);
          const silent = current.pdMembers
            .filter(({ liveness }) => readValue(liveness)?.state !== "answers")
            .map(({ name }) => name);
          return violated(`PD has no leader: ${source}`, { source, silent });
        }),
      ),
  };
}

export function pdLeaderSplit(timeScale: number): TikvInvariant {
  return {
    name: "pd_leader_split",
    describes: "PD's leader is the leader of its etcd.",
    severity: "critical",
    // PD gives leadership up by itself within a few leases; for long it is tikv/pd issue 10746.
    forMs: scaleTime({ realMs: 30_000, floorMs: 3_000 }, timeScale),
    settleMs: 3_000,
    judge: ({ current }) =>
      judgeCluster(
        judgeRead(current.leadership, ({ leader, etcdLeader }) => {
          if (leader === null || etcdLeader === null) return unknown("no leader to compare");
          if (leader === etcdLeader) return holds(`${leader} leads both`);
          const evidence = { leader, etcd_leader: etcdLeader };
          return violated(`PD is led by ${leader}, its etcd by ${etcdLeader}`, evidence);
        }),
      ),
  };
}

export function pdMemberCutOff(timeScale: number): TikvInvariant {
  return {
    name: "pd_member_cut_off",
    describes:
      "PD lists each of its members, and every one that answers knows a leader of PD's etcd " +
      "while another knows one.",
    severity: "critical",
    // Two elections of 3 to 6 s each (server/config/config.go); a member that has just started has
    // yet to hear of a leader.
    forMs: scaleTime({ realMs: 12_000, floorMs: 3_000 }, timeScale),
    settleMs: 2_000,
    judge: ({ current }) =>
      judgeEach(current.pdMembers, ({ name, metrics }) =>
        isUnlisted(current, name)
          ? violated("PD does not list it: it was removed, and votes no more", { listed: false })
          : judgeRead(metrics, (page) => judgeContact(page, current)),
      ),
  };
}

/** Its process may go on for a while, and call itself well. */
function isUnlisted({ undeclared }: TikvObservation, name: string): boolean {
  return readValue(undeclared.unlistedPds)?.includes(name) === true;
}

function judgeContact({ hasEtcdLeader }: PdMetrics, { pdMembers }: TikvObservation): Opinion {
  if (hasEtcdLeader === null) return unknown("its page does not say");
  if (hasEtcdLeader) return holds("it knows a leader");
  const led = pdMembers
    .filter(({ metrics }) => readValue(metrics)?.hasEtcdLeader === true)
    .map(({ name }) => name);
  if (led.length === 0) return unknown("no member knows a leader: nobody is cut off from it");
  const reason = `it answers, and knows no leader of etcd; ${led.join(" and ")} do`;
  return violated(reason, { has_leader: false, led });
}
