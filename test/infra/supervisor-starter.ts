// A process that supervises children, as a demo does: their events and lines, and what it reads
// from its own stdin, as JSON lines. Its arguments are a folder for the logs and a script for each
// child; it ends at Ctrl-C.
import { systemClock } from "../../src/infra/clock.ts";
import { Supervisor } from "../../src/infra/supervisor.ts";

const [logDirectory = "", ...scripts] = process.argv.slice(2);
const say = (what: object) => console.log(JSON.stringify(what));
const interrupted = Promise.withResolvers<void>();

process.once("SIGINT", () => interrupted.resolve());
process.stdin.on("data", (typed) => say({ typed: String(typed) }));

const supervisor = new Supervisor({
  logDirectory,
  clock: systemClock,
  onEvent: (name, event) => say({ name, ...event }),
});
for (const [index, script] of scripts.entries()) {
  const name = `child-${index}`;
  const command = ["/bin/sh", "-c", script];
  supervisor.start({ name, command, env: process.env, onLine: (line) => say({ name, line }) });
}
await interrupted.promise;
await supervisor[Symbol.asyncDispose]();
process.exit(0);
