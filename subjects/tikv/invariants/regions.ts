// Whether regions have their replicas, and their peers a leader.

import { readValue } from "../../../src/domain/observation.ts";
import { holds, judgeEach, judgeRead, unknown, violated } from "../../../src/domain/opinion.ts";
import type { RegionHealth } from "../observation.ts";
import { judgeCluster, scaleTime, type TikvInvariant } from "./judge.ts";

export function regionMissPeer(timeScale: number): TikvInvariant {
  return {
    name: "region_miss_peer",
    describes: "No region has fewer replicas than it should.",
    severity: "warning",
    // Counted at a region's heartbeat, every 60 s: one round may pass before repair shows.
    forMs: scaleTime({ realMs: 120_000, floorMs: 5_000 }, timeScale),
    settleMs: 3_000,
    judge: ({ current }) =>
      judgeCluster(judgeRead(current.regions, (regions) => judgeCount(regions, "missPeer"))),
  };
}

export function regionDownPeer(timeScale: number): TikvInvariant {
  return {
    name: "region_down_peer",
    describes: "No region has a replica that its leader has not heard of for 10 minutes.",
    severity: "warning",
    forMs: scaleTime({ realMs: 30_000, floorMs: 3_000 }, timeScale),
    settleMs: 3_000,
    judge: ({ current }) =>
      judgeCluster(judgeRead(current.regions, (regions) => judgeCount(regions, "downPeer"))),
  };
}

export function peersWithoutLeader(timeScale: number): TikvInvariant {
  return {
    name: "peers_without_leader",
    describes: "Every peer of every store knows a leader of its region.",
    severity: "critical",
    // Elections take 10 to 20 s (raft-base-tick-interval 1 s, 10 ticks), some take a second round.
    forMs: scaleTime({ realMs: 60_000, floorMs: 6_000 }, timeScale),
    settleMs: 2_000,
    judge: ({ current }) =>
      judgeEach(current.stores, ({ metrics, listed }) =>
        judgeRead(metrics, ({ leaderMissing }) => {
          if (leaderMissing === null) return unknown("the store reports no count");
          if (leaderMissing === 0) return holds("every peer has a leader");
          const word = readValue(listed)?.stateName;
          // Its peers hear nobody, as little as PD hears it: the leaders may be elsewhere.
          if (word === "Disconnected" || word === "Down") return unknown("store_down says it");
          return violated(`${leaderMissing} peers without a leader`, {
            leader_missing: leaderMissing,
          });
        }),
      ),
  };
}

function judgeCount(regions: RegionHealth, kind: "missPeer" | "downPeer") {
  const count = regions[kind];
  const word = kind === "missPeer" ? "miss-peer" : "down-peer";
  if (count === null) return unknown(`PD does not report ${word} regions`);
  if (count === 0) return holds(`no ${word} region`);
  const { missPeer, downPeer, pendingPeer, offlinePeer } = regions;
  return violated(`${count} ${word} regions`, {
    miss_peer: missPeer,
    down_peer: downPeer,
    pending_peer: pendingPeer,
    offline_peer: offlinePeer,
  });
}
