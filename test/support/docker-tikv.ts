// Images that behave as the official ones do, with our executable in the place of their programs:
// the same entry points, flags, ports and health checks. By the variables of the compose file.
import { builtOperator } from "./built-operator.ts";
import { testEngine } from "./docker-engine.ts";
import { makeImage, programHere } from "./docker-images.ts";
import { neighbourImages } from "./docker-neighbour.ts";

/** Divides the stand-ins' long timers. */
const TIME_SCALE = 10;

let images: Promise<Record<string, string>> | undefined;

/** Made once for the run, as what goes into the environment of `subject up`. */
export function tikvImages(): Promise<Record<string, string>> {
  images ??= makeAll();
  return images;
}

async function makeAll(): Promise<Record<string, string>> {
  return {
    OPERATOR_IMAGE_PD: await makeStandIn("pd-server"),
    OPERATOR_IMAGE_TIKV: await makeStandIn("tikv-server"),
    ...(await neighbourImages()),
  };
}

async function makeStandIn(program: string): Promise<string> {
  const name = `operator-test/${program}:8.5.7`;
  const entry = ["/operator", "program", "tikv", program, "--"];
  await makeImage((await testEngine()).client, {
    name,
    programs: { operator: await builtOperator(), "bin/wget": programHere("wget") },
    changes: [
      `ENTRYPOINT ${JSON.stringify(entry)}`,
      `ENV OPERATOR_TIME_SCALE=${TIME_SCALE}`,
      "LABEL operator.stand-in=true",
    ],
  });
  return name;
}
