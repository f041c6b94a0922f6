// Spreads checks over the nodes as a load balancer does: in turn, passing over those that did not
// answer until they say that they live again.
import { type LineReply, NodeLine } from "./node-line.ts";

export interface NodePort {
  readonly name: string;
  readonly port: number;
}

export interface Node {
  readonly name: string;
  readonly line: NodeLine;
}

export interface Balancer extends Disposable {
  /**
   * Each that lives in turn; while none is known to, any. Undefined when there is none but
   * `besides`.
   */
  choose(besides?: Node): Node | undefined;
  /** It did not answer. */
  passOver(node: Node): void;
  /** Asks those that are passed over, from time to time: it may be called as often as one likes. */
  probe(): void;
}

const PROBE_PERIOD_MS = 500;
const PROBE_MS = 1_000;

interface Member extends Node {
  isPassedOver: boolean;
  probeDueMs: number;
}

/** Loopback alone: the nodes that `subject up` has started. */
export function createBalancer(ports: readonly NodePort[]): Balancer {
  const members: readonly Member[] = ports.map(({ name, port }) => ({
    name,
    line: new NodeLine({ hostname: "127.0.0.1", port }),
    isPassedOver: false,
    probeDueMs: 0,
  }));
  let turn = 0;

  async function ask(member: Member): Promise<void> {
    const reply = await member.line.exchange({ method: "GET", path: "/live" }, PROBE_MS);
    member.probeDueMs = performance.now() + PROBE_PERIOD_MS;
    if (isAlive(reply)) member.isPassedOver = false;
  }

  return {
    choose: (besides) => {
      const others = members.filter((member) => member !== besides);
      const living = others.filter(({ isPassedOver }) => !isPassedOver);
      const choice = living.length > 0 ? living : others;
      turn += 1;
      return choice[turn % choice.length];
    },
    passOver: (node) => {
      const member = members.find((one) => one === node);
      if (member) member.isPassedOver = true;
    },
    probe: () => {
      for (const member of members) {
        if (!member.isPassedOver || performance.now() < member.probeDueMs) continue;
        member.probeDueMs = Number.POSITIVE_INFINITY;
        void ask(member);
      }
    },
    [Symbol.dispose]: () => {
      for (const { line } of members) line[Symbol.dispose]();
    },
  };
}

function isAlive(reply: LineReply): boolean {
  return reply.state === "answered" && reply.status === 200;
}
