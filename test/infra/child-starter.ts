// Starts a child that does not end by itself, prints its pid, and waits to be killed: our own
// executable ends with its stdin, as `cat` does; another program does not listen to it.
import { startChild } from "../../src/infra/child.ts";

const [kind] = process.argv.slice(2);
const child = startChild({
  ...(kind === "ours" ? { command: ["cat"] } : { command: ["sleep", "300"], limits: "" }),
  env: process.env,
  onLine: () => undefined,
});
console.log(child.pid);
Bun.gc(true);
await child.exited;
