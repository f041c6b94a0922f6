// Whether PD is led, and by the member that leads its etcd.
import { readValue } from "../../../src/domain/observation.ts";
import { holds, judgeRead, unknown, violated } from "../../../src/domain/opinion.ts";
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
