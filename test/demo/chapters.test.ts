// What the stories say of the place where they are played, and of the load there.
import { expect, test } from "bun:test";
import type { StoryFacts } from "../../demo/chapter.ts";
import { limiterChapters } from "../../demo/chapters/ratelimiter.ts";
import { tikvChapters } from "../../demo/chapters/tikv.ts";
import type { DemoSummary } from "../../demo/events.ts";
import { provenanceOf } from "../../demo/provenance.ts";
import type { Topology } from "../../src/domain/subject.ts";

type Place = StoryFacts["place"];

const PROCESSES: Place = { runtime: "local", isStandIn: true, timeScale: 10, hasLedger: true };
const STAND_INS: Place = { ...PROCESSES, runtime: "docker" };
const REAL: Place = { runtime: "docker", isStandIn: false, timeScale: 1, hasLedger: false };
const FACTS = { model: "runbook", hasAgent: true, fault: { name: "store_kill", describes: "" } };
const SUMMARY: DemoSummary = {
  type: "summary",
  subject: "tikv",
  fault: "store_kill",
  target: "tikv2",
  detected: true,
  timeToDetectMs: 1_000,
  timeToMitigateMs: 5_000,
  resolution: "verified_fix",
  sessionId: "s1",
  counts: { writes_acknowledged: 1_200 },
  harms: [],
  ledger: "no_ledger",
  exitCode: 0,
};

function tell(place: Place, chapters = tikvChapters): string {
  const facts: StoryFacts = { ...FACTS, subject: "tikv", place };
  return chapters.flatMap((chapter) => chapter.narrate(facts)).join("\n");
}

test("TiKV's story names what it runs on, and whether that is real", () => {
  expect(tell(PROCESSES)).toContain(
    "three stores: stand-ins for TiKV that really break, timers ÷ 10",
  );
  expect(tell(PROCESSES)).toContain("Six processes start");
  expect(tell(STAND_INS)).toContain("three stores in containers: stand-ins for TiKV");
  expect(tell(REAL)).toContain("three stores in containers: real TiKV.");
  expect(tell(REAL)).toContain("Six containers start");
});

test("the limiter's story names its containers", () => {
  expect(tell(PROCESSES, limiterChapters)).not.toContain("ontainer");
  expect(tell(REAL, limiterChapters)).toContain("each a container");
});

test("a load without a ledger promises none, and its end claims nothing", () => {
  expect(tell(STAND_INS)).toContain("goes into a ledger");
  expect(tell(REAL)).toContain("It keeps no ledger");
  const facts: StoryFacts = { ...FACTS, subject: "tikv", place: REAL, summary: SUMMARY };
  expect(tikvChapters.at(-1)?.narrate(facts).at(-1)).toBe(
    "1,200 acknowledged writes; no ledger, so none was looked for.",
  );
});

test("a title has room for the runtime, and for who the members are", () => {
  const member = { name: "redis", role: "redis", ports: {}, settings: {} };
  const topology: Topology = {
    subject: "toy",
    timeScale: 10,
    members: [{ ...member, isStandIn: true }],
    endpoints: [],
    docker: { project: "toy", host: "unix:///docker.sock" },
  };
  const real = { ...member, name: "node1", isStandIn: false };
  expect(provenanceOf(topology)).toBe("docker: stand-ins ÷ 10");
  expect(provenanceOf({ ...topology, members: [real] })).toBe("docker: real");
  const both = { ...topology, members: [...topology.members, real] };
  expect(provenanceOf(both)).toBe("docker, stand-in: redis");
  expect(provenanceOf({ ...topology, docker: undefined })).toBe("stand-ins, timers ÷ 10");
});
