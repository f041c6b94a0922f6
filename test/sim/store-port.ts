// The store as a simulated process has it: the real one, on a file that all share, behind a way
// that takes time, with the troubles of the weather, and with death at any call.
import { OperatorError } from "../../src/domain/errors.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import type { Dice } from "./dice.ts";
import { clockOf, type Life, travel } from "./life.ts";
import { BACKOFF_MS_MAX } from "./ticket-rules.ts";
import type { World } from "./world.ts";

/** Throws as the real one does when the file cannot be opened now. */
export function openStore(world: World, life: Life, path: string): TicketOpsDB {
  const ids = world.dice.fork();
  return TicketOpsDB.open({
    path,
    clock: clockOf(life, world),
    backoffMs: 1_000,
    backoffMsMax: BACKOFF_MS_MAX,
    // Simulated processes share one thread: nobody can let go of a lock while another one waits.
    busyTimeoutMs: 0,
    randomId: () => idOf(ids),
  });
}

export interface PortOptions {
  readonly life: Life;
  readonly db: TicketOpsDB;
  readonly die: (life: Life) => void;
}

export function storePort(world: World, { life, db, die }: PortOptions): TicketOpsDB {
  return new Proxy(db, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function" || typeof name !== "string") return method;
      return (...args: readonly unknown[]) =>
        travel(life, world, async () => {
          meetTrouble(world, name);
          const value: unknown = await Reflect.apply(method, target, args);
          arrived(world, life, { name, args, value });
          if (world.dice.chance(world.weather.deathAfterCall)) die(life);
          return value;
        });
    },
  });
}

function arrived(
  { trace, safety }: World,
  life: Life,
  {
    name,
    args,
    value,
  }: { readonly name: string; readonly args: readonly unknown[]; value: unknown },
): void {
  const isIdle = value === undefined || (Array.isArray(value) && value.length === 0);
  const isLooking = name.startsWith("get") || name === "liveTickets" || name === "renewLease";
  if (!isIdle && !isLooking) trace.add(`${life.name} ${name}`);
  if (name === "claim" && hasSession(value)) life.sessionId = value.session.id;
  safety.afterCall({ life, method: name, args, value });
}

function meetTrouble({ weather }: World, name: string): void {
  const isReading = /^(get|list|find|events|sessionsOf|journalOf|recent|live|touched)/.test(name);
  const isHit = weather.store === "broken" || (weather.store === "full" && !isReading);
  if (isHit) throw new OperatorError("database", `cannot use the database: ${weather.store}`);
}

function hasSession(value: unknown): value is { readonly session: { readonly id: string } } {
  return typeof value === "object" && value !== null && "session" in value;
}

function idOf(dice: Dice): string {
  return dice
    .between(0, 36 ** 6 - 1)
    .toString(36)
    .padStart(8, "0");
}
