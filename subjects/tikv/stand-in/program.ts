// A stand-in by the command line of the program whose place it takes: what an image of ours runs
// where an official one runs `pd-server`, `tikv-server` or `go-ycsb`, with the same flags.
import { OperatorError } from "../../../src/domain/errors.ts";
import type {
  MemberOptions,
  MemberPlan,
  RunProgramOptions,
  Topology,
} from "../../../src/domain/subject.ts";
import { type ProgramFlags, readFlags } from "../../../src/infra/program-flags.ts";

type Declared = Pick<MemberOptions, "member" | "topology" | "dataDir">;

/** Until the signal aborts. Rejects with code "usage" for a program or a flag that it is not. */
export async function runAsProgram(options: RunProgramOptions): Promise<number> {
  const { program, words, timeScale } = options;
  if (program === "pd-server") {
    const declared = declarePd(readFlags(words, PD_FLAGS), timeScale);
    return (await import("./pd/main.ts")).runPdStandIn({ ...options, ...declared });
  }
  if (program === "tikv-server") {
    const declared = declareStore(readFlags(words, TIKV_FLAGS), timeScale);
    return (await import("./store/main.ts")).runStoreStandIn({ ...options, ...declared });
  }
  if (program === "go-ycsb") {
    return (await import("./ycsb/main.ts")).runYcsbStandIn(options);
  }
  const programs = "pd-server, tikv-server, go-ycsb";
  throw new OperatorError("usage", `stand in for ${program}: one of ${programs}`);
}

/** What of PD v8.5.7, cmd/pd-server/main.go, a deployment is described by. */
const PD_FLAGS = {
  name: "",
  "data-dir": "",
  "client-urls": "",
  "advertise-client-urls": "",
  "peer-urls": "",
  "advertise-peer-urls": "",
  "initial-cluster": "",
  config: "",
  "log-level": "L",
  "log-file": "",
} as const;

/** Likewise of TiKV v8.5.7, cmd/tikv-server/src/main.rs. */
const TIKV_FLAGS = {
  addr: "A",
  "advertise-addr": "",
  "status-addr": "",
  "advertise-status-addr": "",
  "data-dir": "s",
  capacity: "",
  "pd-endpoints": "",
  pd: "",
  config: "C",
  labels: "",
  "log-level": "L",
  "log-file": "f",
} as const;

/** The others are as the initial cluster names them, and have the same ports. */
function declarePd(flags: ProgramFlags<keyof typeof PD_FLAGS>, timeScale: number): Declared {
  const name = flags.name ?? "pd";
  const listen = urlOf(flags["client-urls"] ?? "http://127.0.0.1:2379");
  const own = urlOf(flags["advertise-client-urls"] ?? listen.href);
  const peer = urlOf(flags["advertise-peer-urls"] ?? flags["peer-urls"] ?? "http://127.0.0.1:2380");
  const cluster = flags["initial-cluster"] ?? `${name}=${peer.href}`;
  const members = cluster.split(",").map((entry) => {
    const [member = "", url = ""] = entry.split("=");
    const { hostname, port } = urlOf(url);
    const ports = { client: Number(own.port), peer: Number(port) };
    return planOf({ name: member, role: "pd", host: hostname, ports, listenOn: listen.hostname });
  });
  const topology = topologyOf(members, timeScale);
  const member = members.find((plan) => plan.name === name);
  if (member) return { member, topology, dataDir: flags["data-dir"] ?? `default.${name}` };
  throw new OperatorError("usage", `stand in for pd-server: ${name} is not in --initial-cluster`);
}

function declareStore(flags: ProgramFlags<keyof typeof TIKV_FLAGS>, timeScale: number): Declared {
  const listen = addressOf(flags.addr ?? "127.0.0.1:20160");
  const own = addressOf(flags["advertise-addr"] ?? listen.host);
  const status = addressOf(
    flags["advertise-status-addr"] ?? flags["status-addr"] ?? "127.0.0.1:20180",
  );
  const ports = { client: Number(own.port), status: Number(status.port) };
  const name = own.hostname;
  const store = planOf({ name, role: "tikv", host: name, ports, listenOn: listen.hostname });
  const member = { ...store, settings: { ...store.settings, ...capacityOf(flags.capacity) } };
  const endpoints = (flags.pd ?? flags["pd-endpoints"] ?? "127.0.0.1:2379").split(",");
  const pds = endpoints.map((endpoint, index) => {
    const { hostname, port } = addressOf(endpoint.replace(/^https?:\/\//, ""));
    const client = { client: Number(port) };
    return planOf({ name: `pd${index + 1}`, role: "pd", host: hostname, ports: client });
  });
  const topology = topologyOf([...pds, member], timeScale);
  return { member, topology, dataDir: flags["data-dir"] ?? "." };
}

interface PlanParts {
  readonly name: string;
  readonly role: string;
  readonly host: string;
  readonly ports: Readonly<Record<string, number>>;
  readonly listenOn?: string;
}

function planOf({ name, role, host, ports, listenOn }: PlanParts): MemberPlan {
  const settings = { host, ...(listenOn === undefined ? {} : { listen_on: listenOn }) };
  return { name, role, isStandIn: true, ports, settings };
}

function topologyOf(members: readonly MemberPlan[], timeScale: number): Topology {
  return { subject: "tikv", timeScale, members, endpoints: [] };
}

const UNITS: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** `0` and nothing mean the whole disk, which the stand-in takes for its own default. */
function capacityOf(text = "0"): { readonly capacity_bytes?: number } {
  const [, amount, unit] = /^(\d+)([KMG]iB)?$/.exec(text) ?? [];
  if (amount === undefined) {
    throw new OperatorError("usage", `--capacity ${text}: must be a size such as 10GiB`);
  }
  const bytes = Number(amount) * (UNITS[unit ?? ""] ?? 1);
  return bytes === 0 ? {} : { capacity_bytes: bytes };
}

function addressOf(address: string): URL {
  return urlOf(`http://${address}`);
}

function urlOf(text: string): URL {
  const url = URL.parse(text);
  if (url && url.port !== "") return url;
  throw new OperatorError("usage", `"${text}": must name a host and its port`);
}
