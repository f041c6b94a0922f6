// How what an operator does comes true on the toy: not at once, not always, and not only while
// somebody waits for it.
import type { JsonObject } from "../../src/domain/json.ts";
import type { Deed } from "./commands.ts";
import type { Life } from "./life.ts";
import type { World } from "./world.ts";

export interface Undertaking {
  readonly life: Life;
  readonly sessionId: string;
  readonly kind: "act" | "shell";
  /** As the journal must have it. */
  readonly operation: JsonObject;
  readonly deeds: readonly Deed[];
  /** Its command is one that no guard knows. */
  readonly isStrange: boolean;
  readonly durationMs: number;
  readonly signal: AbortSignal;
}

/** A restart is over when the member is back, or will not be. */
const RESTART_MS_MAX = 600;

/** Resolves when it is over, or told to stop. A process that has died may have begun it. */
export function undertake(world: World, undertaking: Undertaking): Promise<"done" | "aborted"> {
  const { life, deeds, durationMs, signal } = undertaking;
  const { timeline, dice, safety } = world;
  return new Promise((resolve) => {
    if (signal.aborted) return resolve("aborted");
    if (deeds.length > 0) safety.beforeUndertaking(undertaking);
    const abort = () => {
      if (life.isAlive) resolve("aborted");
    };
    signal.addEventListener("abort", abort, { once: true });
    const moments = deeds.map(() => dice.between(0, durationMs)).sort((a, b) => a - b);
    for (const [index, deed] of deeds.entries()) {
      timeline.after(moments[index] ?? 0, () => {
        const isStopped = signal.aborted || !life.isAlive;
        // Once begun it may come true although nobody wants it any more.
        if (isStopped && dice.chance(0.5)) return;
        comeTrue(world, { undertaking, deed });
      });
    }
    const restMs = deeds.some(({ verb }) => verb === "restart") ? RESTART_MS_MAX : 0;
    timeline.after(durationMs + restMs, () => {
      signal.removeEventListener("abort", abort);
      if (life.isAlive) resolve("done");
    });
  });
}

function comeTrue(
  world: World,
  { undertaking, deed }: { readonly undertaking: Undertaking; readonly deed: Deed },
): void {
  const { trace, safety, afterDeed } = world;
  trace.add(`${undertaking.life.name} does ${deed.verb} ${deed.member}`);
  safety.beforeDeed(undertaking, deed);
  apply(world, undertaking, deed);
  afterDeed.listener(deed.member);
}

function apply(world: World, undertaking: Undertaking, { verb, member }: Deed): void {
  const { cluster, dice, weather } = world;
  const { run } = cluster.of(member);
  const change = (part: Parameters<typeof cluster.change>[1]) =>
    cluster.change(member, part, "operator");
  if (verb === "stop" || verb === "kill") change({ run: "stopped", isSlow: false });
  if (verb === "pause" && run === "running") change({ run: "paused" });
  if (verb === "resume" && run === "paused") change({ run: "running" });
  if (verb === "restore") change({ isDeclared: true });
  if (verb === "tune" || verb === "edit") change({ isDeclared: false });
  if (verb === "mark" || verb === "unmark") change({ isMarked: verb === "mark" });
  const fails = dice.chance(weather.mishap);
  if (verb === "start" && run === "stopped" && !fails) change({ run: "running", isSlow: false });
  if (verb !== "restart") return;
  change({ run: "stopped", isSlow: false });
  if (!fails) comeBack(world, undertaking, member);
}

function comeBack({ cluster, dice, timeline }: World, by: Undertaking, member: string): void {
  timeline.after(dice.between(100, RESTART_MS_MAX), () => {
    if (cluster.of(member).run !== "stopped") return;
    // When nobody waits for it any more, nobody knows when it will be.
    const isAwaited = by.life.isAlive && !by.signal.aborted;
    cluster.change(member, { run: "running" }, isAwaited ? "operator" : "fault");
  });
}
