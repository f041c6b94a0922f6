// The limiter on this machine: Redis, three nodes before it, a proxy on each node's way to it, and
// the maintenance jobs. Each is a process of its own.
//
//   clients ──▶ node1 ──▶ proxy ──┐
//   clients ──▶ node2 ──▶ proxy ──┼──▶ redis ◀── jobs
//   clients ──▶ node3 ──▶ proxy ──┘
import { OperatorError } from "../../src/domain/errors.ts";
import type {
  LocalMemberPlan,
  LocalPlan,
  MemberForm,
  MemberOptions,
  MemberPlan,
  ReadyProbe,
} from "../../src/domain/subject.ts";
import { portOf, tokenOf } from "./member-plan.ts";

const NODES = ["node1", "node2", "node3"];
const TOKEN_BYTES = 24;

export const limiterLocalPlan: LocalPlan = {
  members: [
    member("redis", { runsAs: { programs: ["redis-server", "valkey-server"] }, ports: ["client"] }),
    member("proxy", { runsAs: "service", ports: [...NODES, "control"] }),
    member("jobs", { runsAs: "service", ports: ["control"] }),
    ...NODES.map((name) =>
      member(name, { role: "limiter", runsAs: "service", ports: ["api", "manage"] }),
    ),
  ],
  readyProbe,
  sharedSettings: () => ({ token: newToken() }),
  programWords: async (options) => (await import("./redis/config.ts")).redisWords(options),
};

/** Until the signal aborts. Resolves with the exit code. */
export async function runLimiterMember(options: MemberOptions): Promise<number> {
  const { role, name } = options.member;
  if (role === "limiter") return runNode(options);
  if (role === "proxy") return (await import("./proxy/main.ts")).runProxy(options);
  if (role === "jobs") return (await import("./jobs/main.ts")).runJobs(options);
  if (role === "redis") {
    return (await import("./redis/stand-in/main.ts")).runRedisStandIn(options);
  }
  throw new OperatorError("usage", `run ${name}: unknown role "${role}"`);
}

interface MemberParts {
  readonly role?: string;
  readonly runsAs: MemberForm;
  readonly ports: readonly string[];
}

function member(name: string, { role = name, runsAs, ports }: MemberParts): LocalMemberPlan {
  return { name, role, runsAs, ports, settings: {} };
}

function readyProbe(plan: MemberPlan): ReadyProbe {
  if (plan.role === "redis") {
    return { port: portOf(plan, "client"), send: "PING\r\n", expects: "+PONG" };
  }
  return { port: portOf(plan, plan.role === "limiter" ? "api" : "control"), path: "/live" };
}

function newToken(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(TOKEN_BYTES))).toString("hex");
}

async function runNode(options: MemberOptions): Promise<number> {
  const { member: plan, topology, dataDir, clock, signal, log } = options;
  const proxy = topology.members.find(({ role }) => role === "proxy");
  if (!proxy) throw new OperatorError("runtime", `running ${plan.name}: there is no proxy`);
  const { runLimiterNode } = await import("./service/main.ts");
  return runLimiterNode({
    name: plan.name,
    apiPort: portOf(plan, "api"),
    managePort: portOf(plan, "manage"),
    redis: { host: "127.0.0.1", port: portOf(proxy, plan.name) },
    token: tokenOf(plan),
    dataDir,
    clock,
    signal,
    log,
  });
}
