// Monitor, agent and person are killed at every step that they write down, and started again: the
// repair is done once, its ticket comes to its end, the audit is whole, and no process is left.
import { describe, expect, test } from "bun:test";
import { AUDIT_TYPES, type AuditType } from "../../src/domain/audit.ts";
import { killEverywhere, type Telling } from "./points.ts";
import { type Death, type RepairStory, tellRepair } from "./repair-story.ts";

interface Plot extends Omit<RepairStory, "death" | "isSlow">, Pick<Death, "of" | "earlier"> {
  readonly title: string;
  /** Names of points; where nobody has died in the plots before, when absent. */
  readonly only?: RegExp;
}

const PLOTS: readonly Plot[] = [
  { title: "a repair", lamp: "plain", of: "monitor" },
  { title: "a repair", lamp: "plain", of: "agent" },
  {
    ...{ title: "freeing the ticket of an agent that has died", lamp: "plain", of: "monitor" },
    ...{ earlier: "store.step_begun.after:1", only: /session_ended/ },
  },
  {
    ...{ title: "settling what it began before it died", lamp: "plain", of: "agent" },
    ...{ earlier: "store.step_begun.after:1", only: /step_settled/ },
  },
  { title: "a repair that a person approves", lamp: "plain", mode: "approve", of: "agent" },
  { title: "a repair that a person approves", lamp: "plain", mode: "approve", of: "person" },
  {
    ...{ title: "taking up what it asked before it died", lamp: "plain", of: "agent" },
    ...{ mode: "approve", earlier: "store.approval_requested.after:1", only: /approval_taken_up/ },
  },
  { title: "a conclusion that is refused", lamp: "hasty", of: "monitor" },
  { title: "an attempt that is taken back", lamp: "clumsy", of: "agent" },
  { title: "a model that fails", lamp: "puzzling", of: "agent" },
];

/**
 * What no story here comes to: an approval that is overtaken, usage after the end of a session, a
 * row that somebody altered; compaction has a story of its own.
 */
const UNTOLD: readonly AuditType[] = [
  "approval_voided",
  "usage_added",
  "row_found_altered",
  "audit_compacted",
];

const WITHIN_MS = 300_000;
/**
 * Leases that are renewed and violations that are counted, tries of a query that fails, and what a
 * person types in several commands.
 */
const REPEATS = /^store\.(quiet|model_failed|ticket_flagged)\./;

describe("killed at every step", () => {
  const died = new Set<string>();

  for (const { title, of, earlier, only, ...story } of PLOTS) {
    test(
      `the ${of} in ${title}`,
      async () => {
        const tell = ({ point, isSlow }: Telling) =>
          tellRepair({ ...story, death: { of, point, earlier }, isSlow });
        const isWanted = (name: string) => only?.test(name) ?? !died.has(`${of} ${name}`);
        const reached = await killEverywhere(tell, { repeats: REPEATS, isWanted, atOnce: 5 });
        for (const name of reached) died.add(`${of} ${name}`);
      },
      WITHIN_MS,
    );
  }

  test("there is an event of every type among those steps", () => {
    const names = [...died].flatMap((name) => /store\.(.*)\./.exec(name)?.[1]?.split("+") ?? []);
    const untold = AUDIT_TYPES.filter((type) => !names.includes(type));
    expect(untold).toEqual([...UNTOLD]);
  });
});
