// Our own image as docker/operator.Dockerfile makes it, but from nothing: the executable as entry
// point, and what a helper container disturbs networks with, from this machine.
import { basename } from "node:path";
import { builtOperator } from "./built-operator.ts";
import { noEngine, testEngine } from "./docker-engine.ts";
import { findProgram, makeImage, programHere } from "./docker-images.ts";

const NAME = "operator-test/operator:1";
const ENTRY = "/usr/local/bin/operator";
/** As in the image itself; what runs there may write where everybody may. */
const USER = "10001:10001";
const TOOLS = ["wget", "tc", "iptables", "iptables-restore"];
/** What iptables loads by name for the rules that we write. */
const EXTENSION = /^lib(xt_(tcp|owner|statistic|conntrack|standard|NAT|REDIRECT)|ipt_REJECT)\.so$/;

/** Why members cannot be disturbed here; undefined when they can. For a test's name. */
export const noHelpers: string | undefined = noEngine ?? whatIsMissing();

let image: Promise<string> | undefined;

/** Its name, as OPERATOR_IMAGE_OPERATOR; made once for the run. */
export function operatorImage(): Promise<string> {
  image ??= make();
  return image;
}

async function make(): Promise<string> {
  const programs = {
    [ENTRY]: await builtOperator(),
    "bin/sh": "/bin/sh",
    ...Object.fromEntries(TOOLS.map((name) => [`usr/sbin/${name}`, programHere(name)])),
    ...(await extensions()),
  };
  await makeImage((await testEngine()).client, {
    name: NAME,
    programs,
    open: ["var/lib/operator"],
    changes: [`ENTRYPOINT ${JSON.stringify([ENTRY])}`, `USER ${USER}`],
  });
  return NAME;
}

/** By the path at which iptables, of this machine too, looks for them. */
async function extensions(): Promise<Record<string, string>> {
  const places = new Bun.Glob("*/xtables/*.so").scan({
    cwd: "/usr/lib",
    absolute: true,
    onlyFiles: false,
  });
  const found = (await Array.fromAsync(places)).filter((path) => EXTENSION.test(basename(path)));
  return Object.fromEntries(found.map((path) => [path, path]));
}

function whatIsMissing(): string | undefined {
  const missing = [...TOOLS, "nsenter"].find((name) => findProgram(name) === undefined);
  return missing && `${missing} is not on PATH`;
}
