// Verbs that the executable starts itself with: they are in no overview.
import type { CommandEntry } from "../command-table.ts";

const MEMBER: CommandEntry = {
  usage: "member [subject] [member]",
  describes: "One member that is this executable itself, started by `subject up`",
  flags: { "--home <dir>": "OPERATOR_HOME of the subject" },
  isInternal: true,
  load: async () => (await import("./member.ts")).runMember,
};

const DISTURBANCE: CommandEntry = {
  usage: "disturbance [order]",
  describes: "What a helper container does beside a member that is disturbed from outside",
  flags: {},
  isInternal: true,
  load: async () => (await import("./disturbance.ts")).runDisturbance,
};

const PROGRAM: CommandEntry = {
  usage: "program [subject] [program] [...words]",
  describes: "One program of a subject, with its own flags behind --, as a container runs it",
  flags: {},
  examples: ["operator program tikv pd-server -- --name=pd1 --data-dir=/data"],
  isInternal: true,
  load: async () => (await import("./program.ts")).runProgram,
};

const SANDBOX: CommandEntry = {
  usage: "sandbox [verb] [...words]",
  describes: "The inner side of the sandbox that an agent's commands run in",
  flags: {},
  isInternal: true,
  load: async () => (await import("./sandbox.ts")).runSandbox,
};

const WORKLOAD: CommandEntry = {
  usage: "workload [subject]",
  describes: "The load generator, started by the demo",
  flags: {
    "--ledger <file>": "Where acknowledged writes are recorded",
    "--ops <n>": "Operations per second (default 200)",
    "--keys <n>": "Distinct keys (default 1000)",
    "--duration <duration>": "Ends by itself (default: at a signal)",
  },
  isInternal: true,
  load: async () => (await import("./workload.ts")).runWorkloadCommand,
};

export const INTERNAL_VERBS: Readonly<Record<string, CommandEntry>> = {
  member: MEMBER,
  program: PROGRAM,
  disturbance: DISTURBANCE,
  sandbox: SANDBOX,
  workload: WORKLOAD,
};
