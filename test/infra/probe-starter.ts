// Probes a bwrap, so that a test can kill the process that does.
import { probeSandbox } from "../../src/infra/sandbox.ts";
import { sandboxWorld } from "../support/sandboxed-shell.ts";

const [bwrap = ""] = process.argv.slice(2);
await probeSandbox(sandboxWorld({ env: process.env, bwrap }));
