// Images that behave as the official ones do, with our executable in the place of their programs:
// the same entry points, flags, ports and health checks. By the variables of the compose file.
import { builtOperator } from "./built-operator.ts";
import { testEngine } from "./docker-engine.ts";
import { makeImage, programHere } from "./docker-images.ts";
import { neighbourImages } from "./docker-neighbour.ts";

/** Divides the stand-ins' long timers. */
const TIME_SCALE = 10;

let images: Promise<Record<string, string>> | undefined;
let apparentlyReal: Promise<Record<string, string>> | undefined;

/** Made once for the run, as what goes into the environment of `subject up`. */
export function tikvImages(): Promise<Record<string, string>> {
  images ??= makeAll({ changes: ["LABEL operator.stand-in=true"], tag: "8.5.7" });
  return images;
}

/** Nothing says that they are stand-ins: so they are loaded as real members, by go-ycsb. */
export function apparentlyRealTikvImages(): Promise<Record<string, string>> {
  apparentlyReal ??= makeAll({ changes: [], tag: "real" });
  return apparentlyReal;
}

interface Kind {
  readonly changes: readonly string[];
  readonly tag: string;
}

async function makeAll(kind: Kind): Promise<Record<string, string>> {
  return {
    OPERATOR_IMAGE_PD: await makeStandIn("pd-server", kind),
    OPERATOR_IMAGE_TIKV: await makeStandIn("tikv-server", kind),
    OPERATOR_IMAGE_YCSB: await makeStandIn("go-ycsb", kind),
    ...(await neighbourImages()),
  };
}

async function makeStandIn(program: string, { changes, tag }: Kind): Promise<string> {
  const name = `operator-test/${program}:${tag}`;
  const entry = ["/operator", "program", "tikv", program, "--"];
  await makeImage((await testEngine()).client, {
    name,
    programs: { operator: await builtOperator(), "bin/wget": programHere("wget") },
    changes: [
      `ENTRYPOINT ${JSON.stringify(entry)}`,
      `ENV OPERATOR_TIME_SCALE=${TIME_SCALE}`,
      ...changes,
    ],
  });
  return name;
}
