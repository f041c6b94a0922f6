// An opened TiKV cluster: how it is looked at and acted on.
import type { OpenOptions, Subject } from "../../src/domain/subject.ts";
import { tikvActions } from "./actions/all.ts";
import { describeCluster } from "./describe.ts";
import { tikvInvariants } from "./invariants/all.ts";
import type { TikvObservation } from "./observation.ts";
import { createWatcher } from "./observe/memory.ts";
import { PRIMER } from "./primer.ts";
import { tikvQuorums } from "./quorums.ts";

export function openTikv(options: OpenOptions): Subject<TikvObservation> {
  const { topology, runtime } = options;
  const { observe, pdUrls, latest } = createWatcher(options);
  return {
    name: "tikv",
    observe,
    invariants: tikvInvariants(topology.timeScale),
    actions: tikvActions({ runtime, pdUrls, latest }),
    runtime,
    quorums: tikvQuorums,
    describe: describeCluster,
    primer: PRIMER,
  };
}
