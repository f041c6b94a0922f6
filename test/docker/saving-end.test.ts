// A container whose program saves when it ends is asked to, and never killed for not having ended.
import { describe, expect, test } from "bun:test";
import { stopProject } from "../../src/runtimes/docker/down.ts";
import { noEngine } from "../support/docker-engine.ts";
import { CAUTIOUS, createDockerToy } from "../support/docker-toy.ts";
import { hastyClock } from "../support/hasty-clock.ts";

const SAVING = { one: async () => undefined };
const why = noEngine === undefined ? "" : ` (skipped: ${noEngine})`;

describe.skipIf(noEngine !== undefined)(`the end of what has something to save${why}`, () => {
  test("stop and restart leave it running until it ends by itself", async () => {
    const options = { savesAtEnd: SAVING, clock: hastyClock };
    await using toy = await createDockerToy({ one: CAUTIOUS }, options);
    const { pid } = await toy.runtime.operate("one", "start");
    for (const operation of ["stop", "restart"] as const) {
      const ending = toy.runtime.operate("one", operation);
      await expect(ending).rejects.toThrow("stopping one: it has not ended within 30 s");
      expect(await toy.runtime.members()).toMatchObject([{ state: "running", pid }]);
    }
    const again = await toy.runtime.operate("one", "restart");
    expect(again.state).toBe("running");
    expect(again.pid).not.toBe(pid);
  });

  test("so does the end of all that keeps their data", async () => {
    await using toy = await createDockerToy({ one: CAUTIOUS });
    const { pid } = await toy.runtime.operate("one", "start");
    const ending = stopProject(toy.site, { members: [], savesAtEnd: SAVING, clock: hastyClock });
    await expect(ending).rejects.toThrow("stopping one: it has not ended within 30 s");
    expect(await toy.runtime.members()).toMatchObject([{ state: "running", pid }]);
  });
});
