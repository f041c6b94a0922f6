// The signals that ask this process for an end.
import { readFileSync } from "node:fs";

const SIGHUP_BIT = 1n;

/** SIGHUP, of a terminal that closes, is none of them where we were started to outlive it. */
export function stopSignals(): readonly NodeJS.Signals[] {
  return isHangUpIgnored() ? ["SIGINT", "SIGTERM"] : ["SIGINT", "SIGTERM", "SIGHUP"];
}

/** As `nohup` starts us. Only Linux tells; elsewhere false. */
function isHangUpIgnored(): boolean {
  if (process.platform !== "linux") return false;
  const status = readFileSync("/proc/self/status", "utf8");
  // proc(5): "SigIgn:	0000000000001001", a hexadecimal mask whose lowest bit is signal 1.
  const [, mask = "0"] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(status) ?? [];
  return (BigInt(`0x${mask}`) & SIGHUP_BIT) !== 0n;
}
