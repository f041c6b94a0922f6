// Where everything is, and how it should be: from the topology, or from the URLs that a person
// named. Of those only what they tell is looked at.
import { z } from "zod";
import type { MemberPlan, Topology } from "../../../src/domain/subject.ts";
import { LOOPBACK } from "../address.ts";
import { DECLARED_JOBS, DECLARED_LIMITS, DECLARED_REDIS_SETTINGS } from "../declared.ts";
import type { Declaration } from "../observation.ts";

export interface Site {
  readonly nodes: readonly NodeSite[];
  /** Null when nobody named it. */
  readonly redis: RedisSite | null;
  readonly proxy: HelperSite | null;
  readonly jobs: HelperSite | null;
  /** Of the manage and control ports; absent where nobody gave it. */
  readonly token: string | undefined;
  readonly declared: Declaration;
}

export interface NodeSite {
  readonly name: string;
  readonly apiUrl: string;
  readonly manageUrl: string | null;
}

export interface RedisSite {
  readonly url: string;
  /** host:port, without a password. */
  readonly address: string;
  readonly isStandIn: boolean;
}

export interface HelperSite {
  readonly name: string;
  readonly url: string;
}

const NOTHING_DECLARED: Declaration = { limits: null, redisSettings: null, jobs: null };
const settingsSchema = z.object({ token: z.string() });

export function siteOf({ members, endpoints }: Topology): Site {
  return members.length > 0 ? siteOfMembers(members) : siteOfUrls(endpoints);
}

function siteOfMembers(members: readonly MemberPlan[]): Site {
  const redis = members.find(({ role }) => role === "redis");
  const [settings] = members.map((member) => settingsSchema.safeParse(member.settings));
  return {
    nodes: members.filter(({ role }) => role === "limiter").map(nodeOf),
    redis: redis ? redisOf(redis) : null,
    proxy: helperOf(members, "proxy"),
    jobs: helperOf(members, "jobs"),
    token: settings?.data?.token,
    declared: {
      limits: DECLARED_LIMITS,
      redisSettings: DECLARED_REDIS_SETTINGS,
      jobs: DECLARED_JOBS.map(({ name }) => name),
    },
  };
}

function siteOfUrls(endpoints: readonly string[]): Site {
  const redisUrl = endpoints.find((url) => /^rediss?:/.test(url));
  const nodeUrls = endpoints.filter((url) => /^https?:/.test(url));
  return {
    nodes: nodeUrls.map((url) => ({ name: new URL(url).host, apiUrl: url, manageUrl: null })),
    redis: redisUrl === undefined ? null : redisAt(redisUrl),
    proxy: null,
    jobs: null,
    token: undefined,
    declared: NOTHING_DECLARED,
  };
}

function nodeOf(member: MemberPlan): NodeSite {
  const { name, ports } = member;
  return { name, apiUrl: urlOf(member, ports.api), manageUrl: urlOf(member, ports.manage) };
}

function redisOf({ host = LOOPBACK, ports, isStandIn }: MemberPlan): RedisSite {
  const address = `${host}:${ports.client}`;
  return { url: `redis://${address}`, address, isStandIn };
}

function redisAt(url: string): RedisSite {
  const { hostname, port } = new URL(url);
  return { url, address: `${hostname}:${port || "6379"}`, isStandIn: false };
}

function helperOf(members: readonly MemberPlan[], role: string): HelperSite | null {
  const member = members.find((candidate) => candidate.role === role);
  return member ? { name: member.name, url: urlOf(member, member.ports.control) } : null;
}

function urlOf({ host = LOOPBACK }: MemberPlan, port: number | undefined): string {
  return `http://${host}:${port}`;
}
