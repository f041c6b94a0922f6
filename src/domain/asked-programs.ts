// Programs that a command in the sandbox has run outside, by their names: within it they would show
// what is the sandbox's own. Guard and sandbox both go by it.

/** They show the machine's processes, and are told patterns rather than files. */
export const SHOWING_PROCESSES: readonly string[] = ["ps", "pgrep", "pidof", "pstree", "top"];

/**
 * They answer for the machine: its engine, its network as it is; or they speak gRPC, which the door
 * does not read.
 */
export const ANSWERED_OUTSIDE: readonly string[] = [
  ...["docker", "docker-compose", "systemctl", "journalctl", "dmesg", "lsof", "fuser"],
  ...["pd-ctl", "tikv-ctl"],
  ...["ss", "netstat", "ip", "tc", "iptables", "iptables-save", "ip6tables", "nft"],
  ...["ifconfig", "route", "arp", "ethtool", "sysctl", "getent"],
];

export const ASKED_OUTSIDE: ReadonlySet<string> = new Set([
  ...["operator", "kill", ...SHOWING_PROCESSES, ...ANSWERED_OUTSIDE],
]);
