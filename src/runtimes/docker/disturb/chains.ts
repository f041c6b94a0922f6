// Pure: the iptables rules of disturbances, in chains of our own, whose names say so.
import type { HeldType } from "./order.ts";
import { HELPER_GROUP } from "./order.ts";

/** Our chain, and the one of the kernel's that leads to it. */
export interface Chain {
  readonly table: "filter" | "nat";
  readonly hook: "INPUT" | "OUTPUT" | "PREROUTING";
  readonly name: string;
}

export interface FilledChain {
  readonly chain: Chain;
  /** What follows `-A <name>`, in order. */
  readonly rules: readonly string[];
}

const PARTITION_IN = filter("INPUT", "OPERATOR_PARTITION_IN");
const PARTITION_OUT = filter("OUTPUT", "OPERATOR_PARTITION_OUT");
const LOSS_IN = filter("INPUT", "OPERATOR_LOSS_IN");
const LOSS_OUT = filter("OUTPUT", "OPERATOR_LOSS_OUT");
const RESET_IN = filter("INPUT", "OPERATOR_RESET_IN");
const RESET_OUT = filter("OUTPUT", "OPERATOR_RESET_OUT");
const DETOUR_IN: Chain = { table: "nat", hook: "PREROUTING", name: "OPERATOR_DETOUR_IN" };
const DETOUR_OUT: Chain = { table: "nat", hook: "OUTPUT", name: "OPERATOR_DETOUR_OUT" };

/** What may be there of each type. */
export const CHAINS: Readonly<Record<HeldType, readonly Chain[]>> = {
  partition: [PARTITION_IN, PARTITION_OUT],
  loss: [LOSS_IN, LOSS_OUT],
  latency: [DETOUR_IN, DETOUR_OUT, RESET_IN, RESET_OUT],
  bandwidth: [],
  disk: [],
};

export function partitionChains(
  direction: "both" | "in" | "out",
  peers: readonly string[],
): readonly FilledChain[] {
  const isIn = direction !== "out";
  const isOut = direction !== "in";
  return [
    { chain: PARTITION_IN, rules: isIn ? peers.map((ip) => `-s ${ip} -j DROP`) : [] },
    { chain: PARTITION_OUT, rules: isOut ? peers.map((ip) => `-d ${ip} -j DROP`) : [] },
  ];
}

/** Of each direction that share: a round trip fares worse. */
export function lossChains(percent: number, peers: readonly string[]): readonly FilledChain[] {
  const share = `-m statistic --mode random --probability ${(percent / 100).toFixed(6)} -j DROP`;
  return [
    { chain: LOSS_IN, rules: peers.map((ip) => `-s ${ip} ${share}`) },
    { chain: LOSS_OUT, rules: peers.map((ip) => `-d ${ip} ${share}`) },
  ];
}

export interface Detours {
  /** Connections that the member makes to a peer go to our port. */
  readonly outward: readonly { readonly peer: string; readonly to: number }[];
  /** Those that a peer makes to a port of the member, likewise. */
  readonly inward: readonly { readonly peer: string; readonly port: number; readonly to: number }[];
  /** Connections that were there before: broken as soon as anything is sent over them. */
  readonly broken: readonly {
    readonly peer: string;
    readonly peerPort: number;
    readonly port: number;
  }[];
}

export function detourChains({ outward, inward, broken }: Detours): readonly FilledChain[] {
  const own = `-m owner --gid-owner ${HELPER_GROUP} -j RETURN`;
  // A reset that we send goes through these chains, too.
  const reset = "! --tcp-flags RST RST -j REJECT --reject-with tcp-reset";
  return [
    {
      chain: DETOUR_OUT,
      rules: [
        own,
        ...outward.map(({ peer, to }) => `-d ${peer} -p tcp -j REDIRECT --to-ports ${to}`),
      ],
    },
    {
      chain: DETOUR_IN,
      rules: inward.map(
        ({ peer, port, to }) => `-s ${peer} -p tcp --dport ${port} -j REDIRECT --to-ports ${to}`,
      ),
    },
    {
      chain: RESET_OUT,
      rules: broken.map(
        ({ peer, peerPort, port }) =>
          `-d ${peer} -p tcp --sport ${port} --dport ${peerPort} ${reset}`,
      ),
    },
    {
      chain: RESET_IN,
      rules: broken.map(
        ({ peer, peerPort, port }) =>
          `-s ${peer} -p tcp --sport ${peerPort} --dport ${port} ${reset}`,
      ),
    },
  ];
}

/**
 * For `iptables-restore --noflush`: each chain holds exactly its rules afterwards, all of one table
 * at once; what is not named stays.
 */
export function restoreText(filled: readonly FilledChain[]): string {
  const tables = [...new Set(filled.map(({ chain }) => chain.table))];
  return tables.map((table) => tableText(table, filled)).join("");
}

function tableText(table: string, filled: readonly FilledChain[]): string {
  const own = filled.filter(({ chain }) => chain.table === table);
  const made = own.map(({ chain }) => `:${chain.name} - [0:0]`);
  const rules = own.flatMap(({ chain, rules }) => rules.map((rule) => `-A ${chain.name} ${rule}`));
  return `${[`*${table}`, ...made, ...rules, "COMMIT"].join("\n")}\n`;
}

function filter(hook: "INPUT" | "OUTPUT", name: string): Chain {
  return { table: "filter", hook, name };
}
