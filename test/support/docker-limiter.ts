// Images for the rate limiter in containers: our own, and one that behaves as the official Redis
// does, around the redis-server of this machine.
import { join } from "node:path";
import { testEngine } from "./docker-engine.ts";
import { makeImage, programHere } from "./docker-images.ts";
import { neighbourImages } from "./docker-neighbour.ts";
import { operatorImage } from "./docker-operator.ts";

const REDIS = "operator-test/redis:7";
const FIXTURES = join(import.meta.dir, "../fixtures/redis-image");
/** What the entry point and the compose file call, beside the shell's own words. */
const TOOLS = [
  ...["chown", "cp", "find", "head", "id", "ls", "od", "sed", "setpriv", "sleep", "stat", "tr"],
];

let images: Promise<Record<string, string>> | undefined;

/** Made once for the run, as what goes into the environment of `subject up`. */
export function limiterImages(): Promise<Record<string, string>> {
  images ??= makeAll();
  return images;
}

async function makeAll(): Promise<Record<string, string>> {
  const tools = TOOLS.map((name) => [`usr/bin/${name}`, programHere(name)] as const);
  await makeImage((await testEngine()).client, {
    name: REDIS,
    programs: {
      "usr/local/bin/redis-server": programHere("redis-server"),
      "usr/local/bin/redis-cli": programHere("redis-cli"),
      "usr/local/bin/docker-entrypoint.sh": join(FIXTURES, "docker-entrypoint.sh"),
      "etc/passwd": join(FIXTURES, "passwd"),
      "etc/group": join(FIXTURES, "group"),
      "bin/sh": programHere("sh"),
      ...Object.fromEntries(tools),
    },
    open: ["data"],
    changes: [
      'ENTRYPOINT ["docker-entrypoint.sh"]',
      'CMD ["redis-server"]',
      "WORKDIR /data",
      "VOLUME /data",
      "EXPOSE 6379",
    ],
  });
  return {
    OPERATOR_IMAGE_REDIS: REDIS,
    OPERATOR_IMAGE_OPERATOR: await operatorImage(),
    ...(await neighbourImages()),
  };
}
