// What stands beside the members: Prometheus and Grafana take any flags, and answer.
import { testEngine } from "./docker-engine.ts";
import { makeImage, programHere } from "./docker-images.ts";

const NAME = "operator-test/neighbour:1";
const PROGRAM = `for (const port of [9090, 3000]) {
    Bun.serve({ port, fetch: () => new Response("ok") });
  }
  process.on("SIGTERM", () => process.exit(0));`;

let image: Promise<Record<string, string>> | undefined;

/** Made once for the run, as what goes into the environment of `subject up`. */
export function neighbourImages(): Promise<Record<string, string>> {
  image ??= make();
  return image;
}

async function make(): Promise<Record<string, string>> {
  await makeImage((await testEngine()).client, {
    name: NAME,
    programs: { bun: process.execPath, "bin/wget": programHere("wget") },
    changes: [`ENTRYPOINT ${JSON.stringify(["/bun", "-e", PROGRAM])}`],
  });
  return { OPERATOR_IMAGE_PROMETHEUS: NAME, OPERATOR_IMAGE_GRAFANA: NAME };
}
