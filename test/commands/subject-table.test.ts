// What `subject up` and `subject status` say of the whole.
import { expect, test } from "bun:test";
import { memberTable } from "../../src/commands/subject-table.ts";
import type { Topology } from "../../src/domain/subject.ts";

test("timers are called divided only where all members are stand-ins", () => {
  expect(titleOf([true, true])).toBe("toy: 0 of 0 members running, timers divided by 10");
  expect(titleOf([true, false])).toBe("toy: 0 of 0 members running");
  expect(titleOf([false])).toBe("toy: 0 of 0 members running");
});

function titleOf(standIns: readonly boolean[]): string | undefined {
  const members = standIns.map((isStandIn, index) => ({
    name: `member${index}`,
    role: "toy",
    isStandIn,
    ports: {},
    settings: {},
  }));
  const topology: Topology = { subject: "toy", timeScale: 10, members, endpoints: [] };
  return memberTable(topology, [])[0];
}
