// Every fault of containers on a running subject: seen by its symptom, repaired by a named action,
// and healed from the ledger whatever became of its injector and of the container.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Fault } from "../../src/domain/fault.ts";
import { readLedger } from "../../src/faults/ledger.ts";
import { systemClock as clock } from "../../src/infra/clock.ts";
import { subjectPaths } from "../../src/runtimes/local/layout.ts";
import { ratelimiter } from "../../subjects/ratelimiter/definition.ts";
import { tikv } from "../../subjects/tikv/definition.ts";
import { type FaultSite, openFaultSite, residueOf } from "../support/docker-faults.ts";
import { limiterImages } from "../support/docker-limiter.ts";
import { noHelpers, operatorImage } from "../support/docker-operator.ts";
import { countLeft, type DockerSite, openDockerSite } from "../support/docker-site.ts";
import { tikvImages } from "../support/docker-tikv.ts";
import { eventually } from "../support/eventually.ts";

setDefaultTimeout(180_000);

const NAMED = noHelpers === undefined ? "" : ` (skipped: ${noHelpers})`;
/** PD says it of a store 20 s after the last heartbeat; stand-ins divide that by ten. */
const SEEN_WITHIN_MS = 30_000;

const SUBJECTS = [
  {
    definition: tikv,
    images: async () => ({
      ...(await tikvImages()),
      OPERATOR_IMAGE_OPERATOR: await operatorImage(),
    }),
  },
  { definition: ratelimiter, images: limiterImages },
];

for (const { definition, images } of SUBJECTS) {
  const { name } = definition;
  describe.skipIf(noHelpers !== undefined)(`${name}${NAMED}`, () => {
    let site: DockerSite;
    let faults: FaultSite;

    beforeAll(async () => {
      site = await openDockerSite(name, await images());
      const up = await site.run(`subject up ${name} --runtime docker`);
      expect([up.lines.join("\n"), up.code]).toEqual([expect.any(String), 0]);
      faults = await openFaultSite(site, definition);
      site.start(`workload ${name} --ledger ${site.home}/ledger`);
      await faults.untilWell();
    });

    afterAll(async () => {
      await site[Symbol.asyncDispose]();
      expect(await countLeft()).toEqual([0, 0, 0]);
    });

    for (const fault of definition.faults.filter(({ runtime }) => runtime === "docker")) {
      test(`${fault.name} is seen, lifted by an action, and leaves nothing`, async () => {
        await checkLoop(faults, fault);
      });
    }

    test("what a killed injector and a restart leave is healed by recover", async () => {
      await checkRecovery({ site, faults, subject: name });
    });
  });
}

async function checkLoop(faults: FaultSite, fault: Fault): Promise<void> {
  const { target } = await faults.inject(fault.name);
  const plan = { fault: fault.name, targets: [target], details: {} };
  const expected = fault.expects(plan).map(({ invariant, entity }) => `${invariant}/${entity}`);
  let seen: readonly string[] = [];
  const isSeen = async () => {
    seen = await faults.violated();
    return expected.every((one) => seen.includes(one));
  };
  await eventually(isSeen, `${expected} is violated`, SEEN_WITHIN_MS).catch((error) => {
    throw new Error(`${error.message}, but ${seen.join(", ") || "nothing"}`);
  });
  await faults.act("lift_disturbances", target);
  if (fault.name === "disk_full") await faults.act("save_redis", target);
  await faults.untilWell();
  expect(await residueOf(faults.runtime)).toEqual([]);
}

async function checkRecovery(hands: {
  readonly site: DockerSite;
  readonly faults: FaultSite;
  readonly subject: string;
}): Promise<void> {
  const { site, faults, subject } = hands;
  const { target } = await faults.inject("partition");
  await site.run(`subject restart ${subject} ${target}`);
  await faults.inject("cpu_throttled");
  const ledger = { path: subjectPaths(site.home, subject).faults, clock };
  const { length } = await readLedger(ledger);
  const injector = site.start(`fault inject ${subject} container_latency --seed 3`);
  await eventually(async () => (await readLedger(ledger)).length > length, "it is on file");
  await injector.kill();
  expect((await readLedger(ledger)).at(-1)?.state).toBe("intended");
  const recovered = await site.run(`fault recover ${subject}`);
  expect([recovered.lines.join("\n"), recovered.code]).toEqual([expect.any(String), 0]);
  await faults.untilWell();
  expect(await residueOf(faults.runtime)).toEqual([]);
  const again = await site.run(`fault recover ${subject}`);
  expect(again.lines).toEqual(["no fault is in force"]);
}
