// What the guard refuses, and in which order.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts of our own code
import type { Mutation } from "./mutation.ts";

const GUARD = {
  file: "src/agent/guard/guard.ts",
  tests: ["test/guard/guard.test.ts", "test/guard/policy.test.ts"],
};
const HARM = { file: "src/agent/guard/harm.ts", tests: ["test/guard/harm.test.ts"] };

export const GUARDING: readonly Mutation[] = [
  {
    ...HARM,
    name: "a group spares one more",
    breaks: "quorum",
    original: "if (hit.length + away.length <= group.spare) return undefined;",
    planted: "if (hit.length + away.length <= group.spare + 1) return undefined;",
  },
  {
    ...HARM,
    name: "those who are down already are not counted",
    breaks: "quorum",
    original: "if (hit.length + away.length <= group.spare) return undefined;",
    planted: "if (hit.length <= group.spare) return undefined;",
  },
  {
    ...HARM,
    name: "who cannot be seen has nothing to lose",
    breaks: "quorum: unknown is not down",
    original: 'find((name) => healthOf(cluster, name) === "unknown");',
    planted: 'find((name) => healthOf(cluster, name) === "nobody");',
  },
  {
    ...HARM,
    name: "what was seen long ago still counts",
    breaks: "sight: not older than 10 s",
    original: "if (ageMs <= SIGHT_MS_MAX) return undefined;",
    planted: "if (ageMs <= 1_000 * SIGHT_MS_MAX) return undefined;",
  },
  {
    ...HARM,
    name: "the blind may act",
    breaks: "sight: without it nothing but starting",
    original: "if (seenAtMs === undefined) {",
    planted: "if (Number.isNaN(nowMs) || seenAtMs === undefined) {\n    return undefined;",
  },
  {
    ...GUARD,
    name: "data may be deleted",
    breaks: "data: nothing is ever deleted",
    original:
      '  destroy: "would destroy data or what holds it; find a repair that keeps all data",\n',
    planted: "",
  },
  {
    ...GUARD,
    name: "an agent may touch its own supervision",
    breaks: "oversight",
    original:
      '  oversight: "touches the agent\'s own supervision, which is for people; leave it alone",\n',
    planted: "",
  },
  {
    ...GUARD,
    name: "what is not the subject's may be touched",
    breaks: "foreign",
    original: '  foreign: "reaches what is not the subject\'s; leave it alone",\n',
    planted: "",
  },
  {
    ...GUARD,
    name: "what cannot be read runs",
    breaks: "hidden",
    original:
      '  hidden: "cannot be judged before it runs; write it out in full, one thing at a time",\n',
    planted: "",
  },
  {
    file: "src/agent/guard/classify-command.ts",
    tests: ["test/guard/beside-changes.test.ts"],
    name: "a look beside a change sees what a look is kept from",
    breaks: "hidden",
    original: "const isChanging = !isLook(found) && !isRefused(found);",
    planted: "const isChanging = false;",
  },
  {
    ...GUARD,
    name: "no radius",
    breaks: "radius",
    original: 'if (excess !== undefined) return deny("blast radius", excess);',
    planted: "",
  },
  {
    file: "src/agent/guard/history.ts",
    tests: ["test/guard/guard.test.ts"],
    name: "one step more than the radius",
    breaks: "radius",
    original: "if (done.steps >= most.steps) {",
    planted: "if (done.steps > most.steps) {",
  },
  {
    file: "src/agent/guard/history.ts",
    tests: ["test/guard/guard.test.ts"],
    name: "one interruption more than the radius",
    breaks: "radius",
    original: "if (isInterruption && done.interruptions >= most.interruptions) {",
    planted: "if (isInterruption && done.interruptions > most.interruptions) {",
  },
  {
    ...GUARD,
    name: "a policy's deny is not heard",
    breaks: "policy: deny beats ask beats allow",
    original: 'if (rule?.decision === "deny") return deny(...wordsOf(rule, what));',
    planted: "",
  },
  {
    file: "src/agent/guard/policy.ts",
    tests: ["test/guard/policy.test.ts"],
    name: "allow beats deny",
    breaks: "policy: deny beats ask beats allow",
    original: 'return ["deny", "ask", "allow"]',
    planted: 'return ["allow", "ask", "deny"]',
  },
  {
    ...GUARD,
    name: "mode observe lets things pass",
    breaks: "mode observe: reads alone",
    original:
      '      return deny("mode observe", `${what}: mode observe allows known reads alone`);',
    planted: '      return { decision: "allow", reason: what, rule: "mode observe" };',
  },
  {
    ...GUARD,
    name: "mode execute runs what nobody knows",
    breaks: "strange: unknown runs on a person's word alone",
    original: 'if (stranger) return deny("mode execute", `${stranger.source}: ${NOT_UNDERSTOOD}`);',
    planted: "",
  },
  {
    ...GUARD,
    name: "mode approve asks nobody",
    breaks: "approval",
    original: 'return { decision: "ask", reason, rule: "mode approve" };',
    planted: 'return { decision: "allow", reason, rule: "mode approve" };',
  },
  {
    file: "src/agent/find-collision.ts",
    tests: ["test/guard/collision.test.ts"],
    name: "nobody stands back",
    breaks: "quorum: two sessions do not take two members",
    original: 'if (decision !== "deny") return undefined;',
    planted: "return undefined;",
  },
  {
    file: "src/agent/ask-guard.ts",
    tests: ["test/guard/collision.test.ts"],
    name: "who began later does not stand back",
    breaks: "quorum: two sessions do not take two members",
    original: "isUnderWay ? entry.targets : []",
    planted: "isUnderWay ? [] : []",
  },
];
