// TiKV as a subject: what is observed of it, how it is run on this machine, broken and loaded.
// Stand-ins and the load generator are loaded when they run, so that looking does not pay for them.
import { OperatorError } from "../../src/domain/errors.ts";
import type {
  LocalMemberPlan,
  LocalPlan,
  MemberOptions,
  MemberPlan,
  ReadyProbe,
  RunProgramOptions,
  SubjectDefinition,
  WorkloadOptions,
} from "../../src/domain/subject.ts";
import { tikvDocker } from "./docker.ts";
import { tikvEndpoints } from "./endpoints.ts";
import { tikvFaults } from "./faults/all.ts";
import { tikvFigures } from "./figures.ts";
import { tikvRunbooks } from "./runbooks/all.ts";
import { openTikv } from "./subject.ts";

export const tikv: SubjectDefinition = {
  name: "tikv",
  describes: "a TiKV cluster: placement drivers (pd) and stores (tikv)",
  endpoints: tikvEndpoints,
  open: openTikv,
  runbooks: tikvRunbooks,
  faults: tikvFaults,
  figures: tikvFigures,
  local: localPlan(),
  docker: tikvDocker,
  runMember,
  runProgram,
  runWorkload,
};

/** Three of each, the least that survives the loss of one. */
function localPlan(): LocalPlan {
  const pd = (name: string) => standIn(name, "pd", ["client", "peer"]);
  const store = (name: string) => standIn(name, "tikv", ["client", "status"]);
  return {
    members: [...["pd1", "pd2", "pd3"].map(pd), ...["tikv1", "tikv2", "tikv3"].map(store)],
    readyProbe,
  };
}

function standIn(name: string, role: string, ports: readonly string[]): LocalMemberPlan {
  return { name, role, runsAs: "stand_in", ports, settings: {} };
}

function readyProbe(member: MemberPlan): ReadyProbe {
  const [portName, path] =
    member.role === "pd" ? ["client", "/pd/api/v1/ping"] : ["status", "/status"];
  const port = member.ports[portName];
  if (port !== undefined) return { port, path };
  throw new OperatorError("runtime", `probe ${member.name}: it has no ${portName} port`);
}

async function runMember(options: MemberOptions): Promise<number> {
  const { role, name } = options.member;
  if (role === "pd") return (await import("./stand-in/pd/main.ts")).runPdStandIn(options);
  if (role === "tikv") return (await import("./stand-in/store/main.ts")).runStoreStandIn(options);
  throw new OperatorError("usage", `run a stand-in for ${name}: unknown role "${role}"`);
}

async function runProgram(options: RunProgramOptions): Promise<number> {
  return (await import("./stand-in/program.ts")).runAsProgram(options);
}

async function runWorkload(options: WorkloadOptions): Promise<number> {
  return (await import("./workload/main.ts")).runWorkload(options);
}
