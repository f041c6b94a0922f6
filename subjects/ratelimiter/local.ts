// The limiter on this machine: Redis, three nodes before it, a proxy on each node's way to it, and
// the maintenance jobs. Each is a process of its own.
//
//   clients ──▶ node1 ──▶ proxy ──┐
//   clients ──▶ node2 ──▶ proxy ──┼──▶ redis ◀── jobs
//   clients ──▶ node3 ──▶ proxy ──┘
import type {
  LocalMemberPlan,
  LocalPlan,
  MemberForm,
  MemberPlan,
  ReadyProbe,
} from "../../src/domain/subject.ts";
import { portOf } from "./member-plan.ts";

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
    const port = portOf(plan, "client");
    return { port, send: "PING\r\n", expects: "+PONG", whileStarting: "-LOADING" };
  }
  return { port: portOf(plan, plan.role === "limiter" ? "api" : "control"), path: "/live" };
}

function newToken(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(TOKEN_BYTES))).toString("hex");
}
