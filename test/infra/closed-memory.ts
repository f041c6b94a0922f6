// Closes its memory, says whether that was done, and waits for the end of its stdin.
import { closeOwnMemory } from "../../src/infra/own-memory.ts";

console.log(closeOwnMemory());
process.stdin.resume();
