// Our own image as docker/operator.Dockerfile makes it, but from nothing: the executable as entry
// point, and what a helper container disturbs networks with, from this machine.
import { basename } from "node:path";
import { builtOperator } from "./built-operator.ts";
import { testEngine } from "./docker-engine.ts";
import { makeImage, programHere } from "./docker-images.ts";

const NAME = "operator-test/operator:1";
const ENTRY = "/usr/local/bin/operator";
/** As in the image itself; what runs there may write where everybody may. */
const USER = "10001:10001";
/** What iptables loads by name for the rules that we write. */
const EXTENSION = /^lib(xt_(tcp|owner|statistic|conntrack|standard|NAT|REDIRECT)|ipt_REJECT)\.so$/;

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
    "usr/bin/wget": programHere("wget"),
    "usr/sbin/tc": programHere("tc"),
    "usr/sbin/iptables": programHere("iptables"),
    "usr/sbin/iptables-restore": programHere("iptables-restore"),
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
