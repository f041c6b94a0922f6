// CPU and memory of a member's container: what the engine gives it, beside what labels in the
// compose file declare. What differs is a disturbance; what is declared can always be restored.
import type { FoundDisturbance } from "../../../domain/disturbance.ts";
import { OperatorError } from "../../../domain/errors.ts";
import type { FoundContainer, Site } from "../container.ts";
import { askEngine } from "../engine.ts";
import { sayBytes } from "./describe.ts";

export type Limit =
  | { readonly type: "cpu"; readonly cpus: number }
  | { readonly type: "memory"; readonly bytes: number };

const CPUS_LABEL = "operator.cpus";
const MEMORY_LABEL = "operator.memory";
/** As compose writes sizes: 512m, 1g, 1gb. */
const SIZE = /^(\d+(?:\.\d+)?)([bkmg]?)b?$/i;
const UNITS: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** Those that are other than declared. */
export function changedLimits(container: FoundContainer | undefined): readonly FoundDisturbance[] {
  if (!container) return [];
  const { service: member, labels, limits } = container;
  const cpus = declaredCpus(labels);
  const bytes = declaredBytes(labels);
  const found: FoundDisturbance[] = [];
  if (cpus !== undefined && cpus !== limits.cpus) {
    const now = limits.cpus === 0 ? "without a limit" : limits.cpus;
    found.push({ member, type: "cpu", text: `cpu ${now}, declared ${cpus}` });
  }
  if (bytes !== undefined && bytes !== limits.memoryBytes) {
    const now = limits.memoryBytes === 0 ? "without a limit" : sayBytes(limits.memoryBytes);
    found.push({ member, type: "memory", text: `memory ${now}, declared ${sayBytes(bytes)}` });
  }
  return found;
}

/** Rejects with code "runtime" where nothing is declared that could be restored. */
export async function changeLimit(
  site: Site,
  container: FoundContainer,
  limit: Limit,
): Promise<void> {
  const label = limit.type === "cpu" ? CPUS_LABEL : MEMORY_LABEL;
  if (declared(container, limit.type) === undefined) {
    throw new OperatorError("runtime", `limiting ${container.service}: no label ${label}`, {
      hint: "its compose file must declare what holds again afterwards",
    });
  }
  await update(site, container, limit);
}

/** Where it is as declared nothing is asked of the engine. */
export async function restoreLimits(
  site: Site,
  container: FoundContainer,
  type: Limit["type"] | undefined,
): Promise<void> {
  for (const changed of changedLimits(container)) {
    if (type !== undefined && changed.type !== type) continue;
    const limit = declared(container, changed.type);
    if (limit) await update(site, container, limit);
  }
}

function declared({ labels }: FoundContainer, type: FoundDisturbance["type"]): Limit | undefined {
  const cpus = type === "cpu" ? declaredCpus(labels) : undefined;
  if (cpus !== undefined) return { type: "cpu", cpus };
  const bytes = type === "memory" ? declaredBytes(labels) : undefined;
  return bytes === undefined ? undefined : { type: "memory", bytes };
}

async function update(
  { engine }: Site,
  { id, service }: FoundContainer,
  limit: Limit,
): Promise<void> {
  await askEngine(engine, `limiting ${service}`, () =>
    engine.client.getContainer(id).update(settingsOf(limit)),
  );
}

/** As the engine's API names them. */
function settingsOf(limit: Limit): Readonly<Record<string, number>> {
  if (limit.type === "cpu") return { NanoCpus: Math.round(limit.cpus * 1e9) };
  // Twice with swap: what the engine gives a container that asks for memory alone.
  return { Memory: limit.bytes, MemorySwap: 2 * limit.bytes };
}

function declaredCpus(labels: FoundContainer["labels"]): number | undefined {
  const cpus = Number(labels[CPUS_LABEL]);
  return cpus > 0 ? cpus : undefined;
}

function declaredBytes(labels: FoundContainer["labels"]): number | undefined {
  const [, number, unit = ""] = SIZE.exec(labels[MEMORY_LABEL] ?? "") ?? [];
  if (number === undefined) return undefined;
  return Math.round(Number(number) * (UNITS[unit.toLowerCase()] ?? 1));
}
