// A member of the limiter as `subject up` starts it: everything that it needs to know is declared,
// and on loopback.
import { OperatorError } from "../../src/domain/errors.ts";
import type { MemberOptions, MemberPlan } from "../../src/domain/subject.ts";
import { type Address, LOOPBACK } from "./address.ts";
import { portOf, tokenOf } from "./member-plan.ts";

/** Until the signal aborts. Resolves with the exit code. */
export async function runLimiterMember(options: MemberOptions): Promise<number> {
  const { role, name } = options.member;
  if (role === "limiter") return runNode(options);
  if (role === "proxy") return runProxyMember(options);
  if (role === "jobs") return runJobsMember(options);
  if (role === "redis") {
    return (await import("./redis/stand-in/main.ts")).runRedisStandIn(options);
  }
  throw new OperatorError("usage", `run ${name}: unknown role "${role}"`);
}

async function runNode(options: MemberOptions): Promise<number> {
  const { member, dataDir, clock, signal, log } = options;
  const { name } = member;
  const { runLimiterNode } = await import("./service/main.ts");
  return runLimiterNode({
    name,
    apiPort: portOf(member, "api"),
    managePort: portOf(member, "manage"),
    redis: addressOf(peerOf(options, "proxy"), name),
    token: tokenOf(member),
    dataDir,
    clock,
    signal,
    log,
  });
}

async function runProxyMember(options: MemberOptions): Promise<number> {
  const { member, topology } = options;
  const nodes = topology.members.filter(({ role }) => role === "limiter");
  const links = nodes.map(({ name }) => [name, addressOf(member, name)] as const);
  const { runProxy } = await import("./proxy/main.ts");
  return runProxy({ ...options, ...controlOf(options), links: Object.fromEntries(links) });
}

async function runJobsMember(options: MemberOptions): Promise<number> {
  const { runJobs } = await import("./jobs/main.ts");
  return runJobs({ ...options, ...controlOf(options) });
}

function controlOf(options: MemberOptions) {
  const { member } = options;
  return {
    name: member.name,
    control: addressOf(member, "control"),
    redis: addressOf(peerOf(options, "redis"), "client"),
    token: tokenOf(member),
  };
}

function peerOf({ member, topology }: MemberOptions, wanted: string): MemberPlan {
  const peer = topology.members.find(({ role }) => role === wanted);
  if (peer) return peer;
  throw new OperatorError("runtime", `running ${member.name}: there is no ${wanted}`);
}

function addressOf(member: MemberPlan, portName: string): Address {
  return { host: LOOPBACK, port: portOf(member, portName) };
}
