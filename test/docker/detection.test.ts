// A member's container that ends or stands still has its ticket long before the next look is due:
// the engine tells of it, and neither a hold nor who waits for a dead one comes in between.
import { expect, setDefaultTimeout, test } from "bun:test";
import { z } from "zod";
import { noEngine, testEngine } from "../support/docker-engine.ts";
import { limiterImages } from "../support/docker-limiter.ts";
import { type DockerSite, openDockerSite } from "../support/docker-site.ts";
import { tikvImages } from "../support/docker-tikv.ts";
import { eventually } from "../support/eventually.ts";

setDefaultTimeout(300_000);

const NAMED = noEngine === undefined ? "" : ` (skipped: ${noEngine})`;
/** The next look by itself is later than any deadline of a test. */
const INTERVAL = "1h";
/** For a machine that is busy: far less than that. */
const WITHIN_MS = 90_000;

/** What a monitor says of a look. */
const SUMMARY = /^(all invariants hold|cannot see|\d+ violation)/;
const LOOK = z.object({ members: z.array(z.object({ name: z.string(), detail: z.string() })) });
const DEAD = "its container does not run: SIGKILL";

interface Watched {
  readonly subject: string;
  readonly images: () => Promise<Record<string, string>>;
}

const TIKV: Watched = { subject: "tikv", images: tikvImages };
const LIMITER: Watched = { subject: "ratelimiter", images: limiterImages };

/** Resolves with a ticket of this title and reason. */
type Ticketed = (said: string) => Promise<void>;

function dockerTest(
  fact: string,
  { subject, images }: Watched,
  work: (ticketed: Ticketed, site: DockerSite) => Promise<void>,
): void {
  test.skipIf(noEngine !== undefined)(`${fact}${NAMED}`, async () => {
    await using site = await openDockerSite(subject, await images());
    expect((await site.run(`subject up ${subject}`)).code).toBe(0);
    const isWell = async () => (await site.run(`monitor --subject ${subject} --once`)).code === 0;
    await site.eventually(isWell, { what: `${subject} is well`, withinMs: WITHIN_MS });
    const { lines } = site.start(`monitor --subject ${subject} --interval ${INTERVAL}`);
    const saidOnce = (what: string) => {
      const isSaid = () => lines.some((line) => line.includes(what));
      return site.eventually(isSaid, { what, withinMs: WITHIN_MS });
    };
    const hasLooked = () => lines.some((line) => SUMMARY.test(line));
    await site.eventually(hasLooked, { what: "a first look", withinMs: WITHIN_MS });
    await work((said) => saidOnce(`-> open: ${said}`), site);
  });
}

/** Behind our back: the engine is told, and nobody else. */
async function strike(operation: "kill" | "pause", member: string): Promise<void> {
  const { client } = await testEngine();
  const filters = { label: [`com.docker.compose.service=${member}`] };
  const [found] = await client.listContainers({ filters });
  const container = client.getContainer(found?.Id ?? member);
  await (operation === "kill" ? container.kill() : container.pause());
}

/** The name of a PD member that leads, or that does not. */
async function findPd(site: DockerSite, role: "leads" | "follows"): Promise<string> {
  const find = async () => {
    const { lines } = await site.run("monitor --subject tikv --once --json");
    const { members } = LOOK.parse(JSON.parse(lines[0] ?? ""));
    return members.find(({ detail }) => detail === role)?.name;
  };
  return await eventually(find, `a PD member ${role}`, WITHIN_MS);
}

dockerTest("of TiKV: a store, a PD follower, PD's leader", TIKV, async (ticketed, site) => {
  await strike("kill", "tikv1");
  await ticketed(`store_unreachable of tikv1: ${DEAD}`);
  await strike("pause", "tikv2");
  await ticketed("store_unreachable of tikv2: its container is paused");
  for (const role of ["follows", "leads"] as const) {
    const name = await findPd(site, role);
    await strike("kill", name);
    await ticketed(`pd_member_down of ${name}: ${DEAD}`);
  }
});

dockerTest("of the limiter: jobs, a node, the proxy, Redis", LIMITER, async (ticketed) => {
  await strike("pause", "node3");
  await ticketed("node_silent of node3: its container is paused");
  const deaths = { jobs_down: "jobs", node_down: "node2", proxy_down: "proxy" };
  for (const [invariant, member] of Object.entries({ ...deaths, redis_unreachable: "redis" })) {
    await strike("kill", member);
    await ticketed(`${invariant} of ${member}: ${DEAD}`);
  }
});
