// The rate limiter in containers, from the executable as it is published: the compose file as it
// is, our own image, and the redis-server of this machine in the place of the official image.
import { expect, setDefaultTimeout, test } from "bun:test";
import { noEngine } from "../support/docker-engine.ts";
import { limiterImages } from "../support/docker-limiter.ts";
import { openDockerSite } from "../support/docker-site.ts";

setDefaultTimeout(120_000);

const NAMED = noEngine === undefined ? "" : ` (skipped: ${noEngine})`;

test.skipIf(noEngine !== undefined)(`it comes up, and all invariants hold${NAMED}`, async () => {
  await using site = await openDockerSite("ratelimiter", await limiterImages());
  expect(await site.run("subject up ratelimiter --runtime docker")).toMatchObject({ code: 0 });
  expect((await site.run("monitor --subject ratelimiter --once")).code).toBe(0);
});
