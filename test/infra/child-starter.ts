// Starts a child that ends with its stdin, prints the child's pid, and waits to be killed.
import { startChild } from "../../src/infra/child.ts";

const child = startChild({ command: ["cat"], env: process.env, onLine: () => undefined });
console.log(child.pid);
Bun.gc(true);
await child.exited;
