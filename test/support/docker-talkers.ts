// Members that talk to each other, and tell from outside how it went: what a disturbance does to
// them is measured by themselves.
import { join } from "node:path";
import { z } from "zod";
import type { Disturber } from "../../src/domain/disturbance.ts";
import { assert } from "../../src/domain/errors.ts";
import type { MemberStatus, Runtime } from "../../src/domain/runtime.ts";
import { operatorImage } from "./docker-operator.ts";
import { createDockerToy, type DockerToy, type ToyOptions } from "./docker-toy.ts";

export interface Talkers extends AsyncDisposable {
  readonly toy: DockerToy;
  readonly runtime: Runtime;
  readonly disturber: Disturber;
  statusOf(member: string): Promise<MemberStatus>;
  /** On the network that they share, as it is now: no name is remembered. */
  addressOf(member: string): Promise<string>;
  /** By its published port, as an observer on the host asks it. */
  tell(member: string, path: string): Promise<unknown>;
  /** One asks another over the network that they share. */
  ask(member: string, other: string, path?: string): Promise<Asked>;
  /** How many of so many datagrams arrive. */
  arrive(way: { readonly from: string; readonly to: string; readonly n: number }): Promise<number>;
  /** What iptables and tc say in its network namespace; without the engine's own name server. */
  networkOf(member: string): Promise<string>;
  /** Texts of `docker ps --all` for what disturbs the project's members. */
  helpers(): Promise<readonly string[]>;
}

export interface Asked {
  readonly isAnswered: boolean;
  readonly tookMs: number;
  readonly bytes: number;
}

const TALKER = join(import.meta.dir, "talker.ts");
const ASKED = z.object({ isAnswered: z.boolean(), tookMs: z.number(), bytes: z.number() });
const HEARD = z.record(z.string(), z.number());
/** For datagrams that are on their way. */
const ON_THE_WAY_MS = 200;

let rounds = 0;

/** All of them run. */
export async function startTalkers(
  names: readonly string[],
  options: ToyOptions = {},
): Promise<Talkers> {
  const program = await Bun.file(TALKER).text();
  const programs = Object.fromEntries(names.map((name) => [name, program]));
  const toy = await createDockerToy(programs, { helperImage: await operatorImage(), ...options });
  const { runtime } = toy;
  const { disturber } = runtime;
  assert(disturber !== undefined, "members in containers can be disturbed");
  await Promise.all(names.map((name) => runtime.operate(name, "start")));
  const statusOf = async (member: string) => {
    const status = (await runtime.members()).find(({ name }) => name === member);
    assert(status !== undefined, `${member} is a member`);
    return status;
  };
  const addressOf = async (member: string) => {
    const { NetworkSettings } = await toy.containerOf(member).inspect();
    return Object.values(NetworkSettings.Networks)[0]?.IPAddress ?? "";
  };
  const tell = async (member: string, path: string): Promise<unknown> => {
    const { ports } = await statusOf(member);
    return (await fetch(`http://127.0.0.1:${ports.http}/${path}`)).json();
  };
  return {
    toy,
    runtime,
    disturber,
    statusOf,
    addressOf,
    tell,
    async ask(member, other, path = "health") {
      const query = `of=${await addressOf(other)}&path=${encodeURIComponent(path)}`;
      return ASKED.parse(await tell(member, `ask?${query}`));
    },
    async arrive({ from, to, n }) {
      rounds += 1;
      await tell(from, `send?to=${await addressOf(to)}&text=round${rounds}&n=${n}`);
      await Bun.sleep(ON_THE_WAY_MS);
      return HEARD.parse(await tell(to, "heard"))[`round${rounds}`] ?? 0;
    },
    networkOf: async (member) => networkOf((await statusOf(member)).pid),
    async helpers() {
      const { client } = toy.site.engine;
      const label = [`com.docker.compose.project=${toy.site.project}`, "operator.disturbance"];
      const found = await client.listContainers({ all: true, filters: { label } });
      return found.map(({ Labels, State }) => `${Labels["operator.disturbance"]} ${State}`);
    },
    [Symbol.asyncDispose]: () => toy[Symbol.asyncDispose](),
  };
}

async function networkOf(pid: number | null): Promise<string> {
  const enter = ["nsenter", "--target", String(pid), "--net"];
  const words = [...enter, "sh", "-c", "iptables -S; iptables -t nat -S; tc qdisc show"];
  const text = await Bun.spawn(words).stdout.text();
  return text.replace(/^.*127\.0\.0\.11.*\n/gm, "");
}
