// One process's share of the sessions; its report is one line of JSON.
import { runHostile } from "./world.ts";

const [sessions = 0, seed = 0] = process.argv.slice(2).map(Number);
console.log(JSON.stringify(await runHostile({ sessions, seed })));
