// Whether taking one member away for a moment would cost the limiter what nobody else of it does.
import type { LimiterObservation } from "./observation.ts";
import { limiterQuorums } from "./quorums.ts";

/** The reason not to interrupt a member; undefined when nothing is lost by it. */
export function harmOfInterrupting(
  observation: LimiterObservation,
  name: string,
): string | undefined {
  const { members } = observation;
  const target = members.find((member) => member.name === name);
  // Jobs come back to what they do; a moment without them is nothing.
  if (!target || target.health === "down" || target.role === "jobs") return undefined;
  const peers = members.filter((member) => member.role === target.role && member !== target);
  if (peers.length === 0) return `${name} serves, and there is no other of its kind`;
  const cutOff = limiterQuorums(observation).flatMap((group) => group.cutOff ?? []);
  const missing = peers.filter(({ name, health }) => health !== "up" || cutOff.includes(name));
  if (missing.length === 0) return undefined;
  const others = missing.map(({ name, health }) =>
    health === "up" ? `${name} decides nothing` : `${name} is ${health}`,
  );
  return `${name} serves and cannot be spared: ${others.join(", ")}`;
}
