// What doctor says of the shell that an agent's commands run in: the sandbox, and the bounds that
// are really in force, read by a command in it.
import { tmpdir } from "node:os";
import { DEFAULT_LIMITS } from "../agent/limits.ts";
import { createShell } from "../infra/exec.ts";
import { openProcessBound } from "../infra/process-bound.ts";
import { SHELL_BOUNDS, sayBytes } from "../infra/shell-bounds.ts";
import { describeSandbox, type FoundSandbox, isSandboxRequired } from "./agent-sandbox.ts";
import { endpointsWithPassword, findShellSandbox, secretsFor } from "./agent-shell.ts";
import type { CommandContext } from "./context.ts";
import type { Finding } from "./doctor.ts";

/** One bound of a command that looks, as it is in force. */
export interface BoundInForce {
  readonly name: string;
  /** Null where nothing bounds it. */
  readonly max: number | null;
  readonly unit: "ms" | "s" | "bytes" | "";
  readonly kept_by: readonly ("kernel" | "operator")[];
}

/** POSIX: what `ulimit -f` counts; `ulimit -d` counts KiB. */
const BLOCK_BYTES = 512;
const KIB = 1024;
/** What they start, a member say, would inherit the others. */
const OF_CHANGES = "commands that change the subject have the first five alone";
const READ_LIMITS = "for of in t d f n c; do ulimit -S -$of; done";
const READ_WITHIN_MS = 5_000;

export async function examineShell(context: CommandContext): Promise<readonly Finding[]> {
  const found = await findShellSandbox(context);
  const without = isSandboxRequired(context) ? "broken" : "missing";
  const state = found.state === "works" ? "here" : without;
  const sandbox: Finding = { name: "sandbox", state, detail: describeSandbox(found) };
  return [sandbox, await examineBounds(context, found), examineSecrets(context)];
}

async function examineBounds(context: CommandContext, found: FoundSandbox): Promise<Finding> {
  const bounds = [...countedByUs(), ...(await readLimits(context, found))];
  const state = bounds.every(({ max }) => max !== null) ? "here" : "missing";
  const detail = `${bounds.map(sayBound).join(", ")}; ${OF_CHANGES}`;
  return { name: "bounds", state, detail, bounds };
}

function countedByUs(): readonly BoundInForce[] {
  const { commandMsMax, outputBytesMax } = DEFAULT_LIMITS;
  using processes = openProcessBound(SHELL_BOUNDS.processesMax);
  const isLinux = process.platform === "linux";
  const keepers = processes.keptBy === "nobody" ? [] : (["kernel"] as const);
  return [
    { name: "time", max: commandMsMax, unit: "ms", kept_by: ["operator"] },
    { name: "output", max: outputBytesMax, unit: "bytes", kept_by: ["operator"] },
    {
      name: "processes",
      max: isLinux ? SHELL_BOUNDS.processesMax : null,
      unit: "",
      kept_by: isLinux ? [...keepers, "operator"] : [],
    },
  ];
}

/** As a command finds them. What was stricter before is what holds. */
async function readLimits(
  { env, clock, signal }: CommandContext,
  found: FoundSandbox,
): Promise<readonly BoundInForce[]> {
  const sandbox = found.state === "works" ? found.sandbox : undefined;
  const shell = createShell({ env: { PATH: env.PATH }, cwd: tmpdir(), clock, sandbox });
  const at = { subject: "", members: [], topology: undefined };
  const reach = { type: "look", at, writesTemporaryFiles: false } as const;
  const options = { timeoutMs: READ_WITHIN_MS, outputBytesMax: KIB, signal, reach };
  const { output } = await shell.run(READ_LIMITS, options);
  const [cpu, data, file, files, core] = output.head.split("\n").map(Number);
  const isLinux = process.platform === "linux";
  const counted = isLinux ? (["kernel", "operator"] as const) : (["kernel"] as const);
  return [
    kept({ name: "cpu", value: cpu, unit: "s", by: counted }),
    // Elsewhere memory that is mapped is not counted as data.
    kept({
      name: "memory",
      value: isLinux ? data : undefined,
      times: KIB,
      unit: "bytes",
      by: counted,
    }),
    kept({ name: "file_size", value: file, times: BLOCK_BYTES, unit: "bytes" }),
    kept({ name: "open_files", value: files, unit: "" }),
    kept({ name: "core_dump", value: core, times: BLOCK_BYTES, unit: "bytes" }),
  ];
}

interface ReadLimit extends Pick<BoundInForce, "name" | "unit"> {
  readonly value: number | undefined;
  readonly times?: number;
  readonly by?: BoundInForce["kept_by"];
}

/** "unlimited" is no number. */
function kept({ name, value, times = 1, unit, by = ["kernel"] }: ReadLimit): BoundInForce {
  const isBound = value !== undefined && Number.isFinite(value);
  return { name, max: isBound ? value * times : null, unit, kept_by: isBound ? by : [] };
}

function sayBound({ name, max, unit }: BoundInForce): string {
  const spoken = name.replaceAll("_", " ");
  if (max === null) return `${spoken} unbounded`;
  if (max === 0) return `no ${spoken}`;
  if (unit === "ms") return `${spoken} ${max / 1000} s`;
  return `${spoken} ${unit === "bytes" ? sayBytes(max) : [max, unit].join(" ").trim()}`;
}

function examineSecrets(context: CommandContext): Finding {
  const count = new Set(secretsFor(context)).size;
  const passedOn = Object.keys(endpointsWithPassword(context)).join(", ");
  const but = passedOn === "" ? "" : ` (operator itself gets the password in ${passedOn})`;
  const detail =
    `${count} are known: no command gets one${but}, and what is shown or kept has none of ` +
    "them; commands get variables by name";
  return { name: "secrets", state: "here", detail };
}
