// A subject and a database, and `operator watch` over them in a terminal.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/infra/clock.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { type FakeTikv, serveFakeTikv } from "./fake-tikv.ts";
import { openPty, type Pty, withSettingsNoted } from "./pty.ts";
import { verdictWith } from "./verdicts.ts";

export const OPERATOR = [process.execPath, join(import.meta.dir, "../../src/main.ts")];

export interface WatchRoom extends AsyncDisposable {
  readonly dir: string;
  readonly database: string;
  /** Made by the first call. */
  store(): TicketOpsDB;
  watch(options?: WatchOptions): Pty;
}

export interface WatchOptions {
  readonly endpoints?: readonly string[];
  readonly notedIn?: string;
  readonly words?: readonly string[];
  readonly columns?: number;
  /** What the command is run by. */
  readonly under?: readonly string[];
}

export async function openWatchRoom(): Promise<WatchRoom> {
  const dir = await mkdtemp(join(tmpdir(), "operator-watch-"));
  const database = join(dir, "tickets.db");
  const tikv: FakeTikv = serveFakeTikv();
  let store: TicketOpsDB | undefined;
  return {
    dir,
    database,
    store: () => {
      store ??= TicketOpsDB.open({ path: database, clock: systemClock });
      return store;
    },
    watch: (options = {}) => {
      const { endpoints = tikv.pd.map(({ url }) => url), notedIn, words = [] } = options;
      const named = endpoints.length === 0 ? [] : ["--pd", endpoints.join(",")];
      const watch = [...OPERATOR, "watch", "--subject", "tikv"];
      const { under = [] } = options;
      const command = [...under, ...watch, "--db", database, ...named, ...words];
      return openPty({
        command: notedIn === undefined ? command : withSettingsNoted(command, notedIn),
        env: { OPERATOR_HOME: dir, PD_ENDPOINT: undefined, OPERATOR_DB: undefined },
        columns: options.columns ?? 160,
        rows: 40,
      });
    },
    [Symbol.asyncDispose]: async () => {
      store?.[Symbol.dispose]();
      await tikv[Symbol.asyncDispose]();
      await rm(dir, { recursive: true });
    },
  };
}

export async function openTicket(store: TicketOpsDB, reason: string): Promise<void> {
  const verdict = verdictWith({ subject: "tikv", entity: "tikv1", reason });
  await store.recordViolations([{ verdict, sinceMs: systemClock.now() - 500 }]);
}
