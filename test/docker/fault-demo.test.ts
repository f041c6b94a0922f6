// A member cut off from its peers in front of an audience: told by its symptom, repaired by the
// agent and verified; without an agent it stays cut off.
import { expect, setDefaultTimeout, test } from "bun:test";
import { openDemoRoom } from "../support/docker-demo.ts";
import { limiterImages } from "../support/docker-limiter.ts";
import { noHelpers, operatorImage } from "../support/docker-operator.ts";
import { countLeft } from "../support/docker-site.ts";
import { tikvImages } from "../support/docker-tikv.ts";

setDefaultTimeout(180_000);

const NAMED = noHelpers === undefined ? "" : ` (skipped: ${noHelpers})`;
const PARTITION = "--headless --json --model runbook --runtime docker --seed 1 --fault partition";

function dockerTest(fact: string, work: () => Promise<void>): void {
  test.skipIf(noHelpers !== undefined)(`${fact}${NAMED}`, work);
}

dockerTest("a store that is cut off ends in a proven repair, and nothing is lost", async () => {
  const images = { ...(await tikvImages()), OPERATOR_IMAGE_OPERATOR: await operatorImage() };
  await using room = await openDemoRoom(images);
  const { code, text, summary } = await room.play(`demo tikv ${PARTITION}`);
  expect(summary, text).toMatchObject({ resolution: "verified_fix", writesLost: 0 });
  expect(text).toContain("lift_disturbances");
  expect(code).toBe(0);
  expect(await countLeft()).toEqual([0, 0, 0]);
});

dockerTest("a node that is cut off stays so without an agent", async () => {
  await using room = await openDemoRoom(await limiterImages());
  const { code, text, summary } = await room.play(`demo ratelimiter ${PARTITION} --no-agent`);
  expect(summary, text).toMatchObject({ detected: true, resolution: "unresolved" });
  expect(code).toBe(3);
  expect(await countLeft()).toEqual([0, 0, 0]);
});
