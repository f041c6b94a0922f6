// What interrupting members would cost the subject at this moment: pure, from a fresh observation.
import type { Effect } from "../../domain/effect.ts";
import type { ObservedMember } from "../../domain/observation.ts";

/**
 * Why it must not be done now; undefined when nothing stands against it. Each role keeps a majority
 * of its members up. A member that is not up has nothing to lose.
 */
export function harmOfInterrupting(
  effects: readonly Effect[],
  members: readonly ObservedMember[],
): string | undefined {
  const interrupting = effects.filter(({ kind }) => kind === "interrupt");
  const vague = interrupting.find(({ targets }) => targets.length === 0);
  if (vague) return `${vague.source} does not say which members it interrupts`;
  const targets = new Set(interrupting.flatMap((effect) => effect.targets));
  const seen = members.filter(({ health }) => health !== "unknown").map(({ name }) => name);
  const unseen = [...targets].find((name) => !seen.includes(name));
  if (unseen) return `${unseen} cannot be seen at present, so nobody knows what it would cost`;
  const struck = members.filter(({ name, health }) => targets.has(name) && health === "up");
  for (const { name, role } of struck) {
    const ofRole = members.filter((member) => member.role === role);
    const left = ofRole.filter(({ name, health }) => health === "up" && !targets.has(name));
    if (left.length * 2 > ofRole.length) continue;
    const rest = `${left.length} of ${ofRole.length} members of role ${role} up`;
    return `interrupting ${name} would leave ${rest}, which is no majority`;
  }
  return undefined;
}
