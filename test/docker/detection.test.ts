// A member's container that ends or stands still has its ticket long before the next look is due:
// the engine tells of it, and neither a hold nor who waits for a dead one comes in between.
import { expect, setDefaultTimeout, test } from "bun:test";
import { noEngine } from "../support/docker-engine.ts";
import { limiterImages } from "../support/docker-limiter.ts";
import { type DockerSite, openDockerSite } from "../support/docker-site.ts";
import { tikvImages } from "../support/docker-tikv.ts";

setDefaultTimeout(120_000);

const NAMED = noEngine === undefined ? "" : ` (skipped: ${noEngine})`;
/** The next look by itself is later than any deadline of a test. */
const INTERVAL = "10m";

const DEAD = "its container does not run: SIGKILL";

interface Watched {
  readonly subject: string;
  readonly images: () => Promise<Record<string, string>>;
}

const TIKV: Watched = { subject: "tikv", images: tikvImages };
const LIMITER: Watched = { subject: "ratelimiter", images: limiterImages };

interface Watching {
  operate(operation: "kill" | "pause" | "resume" | "start", member: string): Promise<unknown>;
  /** A ticket of this title and reason. */
  ticketed(said: string): Promise<void>;
}

function dockerTest(
  fact: string,
  { subject, images }: Watched,
  work: (watching: Watching, site: DockerSite) => Promise<void>,
): void {
  test.skipIf(noEngine !== undefined)(`${fact}${NAMED}`, async () => {
    await using site = await openDockerSite(subject, await images());
    expect((await site.run(`subject up ${subject}`)).code).toBe(0);
    const isWell = async () => (await site.run(`monitor --subject ${subject} --once`)).code === 0;
    await site.eventually(isWell, { what: `${subject} is well` });
    const { lines } = site.start(`monitor --subject ${subject} --interval ${INTERVAL}`);
    const isSaid = (said: string) => () => lines.some((line) => line.includes(said));
    await site.eventually(isSaid("all invariants hold"), { what: "the monitor has looked" });
    const operate: Watching["operate"] = (operation, member) =>
      site.run(`subject ${operation} ${subject} ${member}`);
    const ticketed = (said: string) => site.eventually(isSaid(`-> open: ${said}`), { what: said });
    await work({ operate, ticketed }, site);
  });
}

/** The name of a PD member that leads, or that does not. */
async function findPd(site: DockerSite, leads: boolean): Promise<string> {
  const { lines } = await site.run("monitor --subject tikv --once --json");
  const { members }: { members: { name: string; role: string; detail: string }[] } = JSON.parse(
    lines[0] ?? "",
  );
  const detail = leads ? "leads" : "follows";
  return members.find((one) => one.role === "pd" && one.detail === detail)?.name ?? "none";
}

dockerTest("of TiKV: a store, a PD follower, PD's leader", TIKV, async (watching, site) => {
  const { operate, ticketed } = watching;
  await operate("kill", "tikv1");
  await ticketed(`store_unreachable of tikv1: ${DEAD}`);
  await operate("pause", "tikv2");
  await ticketed("store_unreachable of tikv2: its container is paused");
  for (const leads of [false, true]) {
    const name = await findPd(site, leads);
    await operate("kill", name);
    await ticketed(`pd_member_down of ${name}: ${DEAD}`);
  }
});

dockerTest("of the limiter: jobs, a node, the proxy, Redis", LIMITER, async (watching) => {
  const { operate, ticketed } = watching;
  await operate("pause", "node3");
  await ticketed("node_silent of node3: its container is paused");
  const deaths = { jobs_down: "jobs", node_down: "node2", proxy_down: "proxy" };
  for (const [invariant, member] of Object.entries({ ...deaths, redis_unreachable: "redis" })) {
    await operate("kill", member);
    await ticketed(`${invariant} of ${member}: ${DEAD}`);
  }
});
