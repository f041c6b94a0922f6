// Every verb with its words and flags. Data only: the command's code is loaded when it is chosen.
import { ENDPOINTS, SUBJECT_NAMES } from "../subjects/index.ts";
import type { Command } from "./commands/context.ts";
import { INTERNAL_VERBS } from "./commands/internal-verbs.ts";

export interface CommandEntry {
  /** In cac's form: `tickets [verb] [...words]`. */
  readonly usage: string;
  readonly describes: string;
  readonly flags: Readonly<Record<string, string>>;
  readonly examples?: readonly string[];
  /** Left out of the overview: what the executable starts itself. */
  readonly isInternal?: true;
  load(): Promise<Command>;
}

const DB = { "--db <file>": "Database (env OPERATOR_DB; default: tickets.db in OPERATOR_HOME)" };
const JSON_LINES = { "--json": "Print JSON for programs" };
const POLICY = {
  "--policy <file>": "A person's rules for the guard (default: policy.yaml in OPERATOR_HOME)",
};
const SANDBOX_CHOICE = {
  "--sandbox <when>":
    "For commands that look: auto, where bwrap works; require; or off (env OPERATOR_SANDBOX)",
};
const ELSEWHERE = Object.fromEntries(
  ENDPOINTS.map(({ flag, variable, describes }) => [
    `--${flag} <urls>`,
    `${describes} (env ${variable})`,
  ]),
);
const BROKER = {
  "--broker <socket>": "Handle members through a broker (env OPERATOR_BROKER)",
};

const DEMO: CommandEntry = {
  usage: "demo [subject]",
  describes: "Show the whole loop: a cluster up, a fault, its detection, repair and proof",
  flags: {
    "--headless": "Print plain lines (chosen by itself without a terminal of 80×24)",
    "--auto": "Play by itself, with pauses to read",
    "--record <file>": "Write what is shown as an asciicast, for asciinema players",
    "--mode <mode>": "Of the agent, on the screen: observe, approve or execute (default execute)",
    "--fault <name>": "Which fault; an unknown one is answered with the list",
    "--seed <n>": "Repeat the choice of another run",
    "--model <name>":
      "runbook or claude-… (default: claude-… with ANTHROPIC_API_KEY, else runbook)",
    "--no-agent": "The control run: the same fault, nobody to repair it",
    "--keep": "Leave the cluster up at the end",
    "--runtime <name>": "Where members run: auto, local or docker (default auto)",
    "--time-scale <n>": "Divide the stand-in's long timers (default 10; on processes alone)",
    ...DB,
    ...JSON_LINES,
  },
  examples: ["operator demo tikv", "operator demo tikv --headless --fault pd_leader_kill --seed 7"],
  load: async () => (await import("./commands/demo.ts")).runDemoCommand,
};

const MONITOR: CommandEntry = {
  usage: "monitor",
  describes: "Watch a subject, file tickets, verify repairs",
  flags: {
    "--subject <name>": `What to watch: ${SUBJECT_NAMES.join(", ")}`,
    "--interval <duration>": "One observation each (default 5s)",
    "--once": "Look, print, end: exit 0 all hold, 3 violated, 1 could not see; files no ticket",
    ...ELSEWHERE,
    ...BROKER,
    ...DB,
    ...JSON_LINES,
  },
  examples: ["operator monitor --subject tikv --interval 1s"],
  load: async () => (await import("./commands/monitor.ts")).runMonitorCommand,
};

const AGENT: CommandEntry = {
  usage: "agent",
  describes: "Take tickets, diagnose and repair under guard",
  flags: {
    "--once": "End after one ticket, or at once when there is none",
    "--model <name>":
      "runbook, claude-… or replay:<session or .jsonl> (default claude-… with a key, else runbook)",
    "--mode <mode>": "observe, approve or execute (default execute; env OPERATOR_SAFETY_MODE)",
    "--subject <name>": "Only tickets of this subject",
    ...POLICY,
    ...SANDBOX_CHOICE,
    "--on-shutdown <what>": "escalate or release the ticket in hand (default escalate)",
    "--turns-max <n>": "Model messages per session (default 40)",
    "--tokens-max <n>": "Tokens per session (default 500000)",
    "--cost-max <usd>": "Estimated dollars per session (default 2)",
    "--session-max <duration>": "Time per session (default 15m)",
    "--command-max <duration>": "Time per shell command (default 60s)",
    "--output-max <bytes>": "Bytes of a result that the model sees (default 16384)",
    "--lease <duration>": "How long a claim lasts unless renewed (default 30s)",
    "--approval-max <duration>": "How long a person has to answer (default 30m)",
    ...ELSEWHERE,
    ...BROKER,
    ...DB,
  },
  examples: ["operator agent --db tickets.db", "operator agent --mode approve"],
  load: async () => (await import("./commands/agent.ts")).runAgentCommand,
};

const WATCH: CommandEntry = {
  usage: "watch",
  describes: "Show tickets, the agent's work and the subject, live (plain lines below 80×24)",
  flags: {
    "--subject <name>": "What to look at (default: the one that is up, or has tickets)",
    "--record <file>": "Write what is shown as an asciicast, for asciinema players",
    ...ELSEWHERE,
    ...BROKER,
    ...DB,
  },
  examples: ["operator watch --db tickets.db"],
  load: async () => (await import("./commands/watch.ts")).runWatchCommand,
};

const TICKETS: CommandEntry = {
  usage: "tickets [verb] [...words]",
  describes: "list | show | resolve | hold | unhold | retry",
  flags: {
    "--status <states>": "Only these: open, claimed, verifying, escalated, resolved",
    "--subject <name>": "Only of this subject",
    "--limit <n>": "At most this many, newest first (default 50)",
    "--reason <text>": "Why, for resolve",
    ...DB,
    ...JSON_LINES,
  },
  examples: ["operator tickets list --status open,escalated", "operator tickets show 1"],
  load: async () => (await import("./commands/tickets.ts")).runTickets,
};

const AUDIT: CommandEntry = {
  usage: "audit [verb] [...words]",
  describes:
    "list | show | explain | export | replay | verify | compact: what happened, and proof of it",
  flags: {
    "--limit <n>": "list: at most this many sessions (default 20)",
    "--ticket <n>": "export: this ticket alone",
    "--session <id>": "export: this session alone",
    "--format <form>": "export: jsonl, or html for people (default: by the name of the file)",
    "--out <file>": "export: where to",
    "--from <file>": "replay: an export as jsonl, in place of the database",
    "--sign-key <file>": "verify: sign the head of what is intact with this Ed25519 key (PEM)",
    "--public-key <file>":
      "verify: nothing was cut off since the head was signed with its other half",
    "--head <file>": "verify: the signed head (default: beside the database)",
    "--older-than <age>": "compact: what sessions of tickets resolved before that said and saw",
    "--dry-run": "compact: only say what would be removed",
    ...DB,
    ...JSON_LINES,
  },
  examples: [
    "operator audit list --limit 5",
    "operator audit show last",
    "operator audit explain 1",
    "operator audit export --ticket 1 --out ticket-1.html",
    "operator audit replay last",
    "operator audit verify",
    "operator audit compact --older-than 90d --dry-run",
  ],
  load: async () => (await import("./commands/audit.ts")).runAudit,
};

const ACTIONS: CommandEntry = {
  usage: "actions [verb] [...words]",
  describes: "list | show | approve | deny | revise: what an agent in mode approve waits for",
  flags: {
    "--all": "list: decided ones too",
    "--reason <text>": "deny, revise: what the model is told; the same as words after the id",
    ...DB,
    ...JSON_LINES,
  },
  examples: ["operator actions show 1", "operator actions revise 1 'restart it, do not move it'"],
  load: async () => (await import("./commands/actions.ts")).runActions,
};

const GUARD: CommandEntry = {
  usage: "guard [verb] [...words]",
  describes: "explain: what the guard would say to a command or an action; runs nothing",
  flags: {
    "--subject <name>": `Whose: ${SUBJECT_NAMES.join(", ")}`,
    "--mode <mode>": "observe, approve or execute (default execute; env OPERATOR_SAFETY_MODE)",
    "--action <name>": "Explain a named action: its target, then NAME=VALUE",
    "--state <file>": "The cluster as JSON: members with name and health; instead of a look",
    "--ticket <n>": "Count what was done on this ticket",
    ...POLICY,
    ...ELSEWHERE,
    ...DB,
    ...JSON_LINES,
  },
  examples: [
    "operator guard explain --subject tikv -- operator subject stop tikv tikv2",
    "operator guard explain --subject tikv --mode approve --action restart_member tikv2",
    "operator guard explain --subject ratelimiter --action clear_toxic node1 toxic=slow",
    "operator guard explain --subject tikv --state state.json --json -- 'rm -rf /data | cat'",
  ],
  load: async () => (await import("./commands/guard.ts")).runGuard,
};

const SUBJECT: CommandEntry = {
  usage: "subject [verb] [...words]",
  describes: "up | down | status | logs | start | stop | restart | kill | pause | resume",
  flags: {
    "--runtime <where>":
      "up: local, docker, or auto: docker when an engine with all images answers (default auto)",
    "--time-scale <n>": "up: divide the local stand-ins' long timers (default 1)",
    "--lines <n>": "logs: how many (default 40)",
    "--follow": "logs: go on with what is written, until the member ends",
    "--keep-data": "down: stop the members, keep their data",
    ...BROKER,
    ...JSON_LINES,
  },
  examples: ["operator subject up tikv", "operator subject kill tikv tikv2"],
  load: async () => (await import("./commands/subject.ts")).runSubject,
};

const FAULT: CommandEntry = {
  usage: "fault [verb] [...words]",
  describes: "list | inject | heal | recover: break a subject that runs here, and mend it",
  flags: { "--seed <n>": "inject: repeat the choice of another run", ...JSON_LINES },
  examples: [
    "operator fault list tikv",
    "operator fault inject tikv store_kill",
    "operator fault heal tikv 1",
    "operator fault recover tikv",
  ],
  load: async () => (await import("./commands/fault.ts")).runFault,
};

const BROKER_SERVICE: CommandEntry = {
  usage: "broker",
  describes: "Do for others what they may ask of one project's containers; alone have the engine",
  flags: {
    "--subject <name>": `Whose members: ${SUBJECT_NAMES.join(", ")}`,
    "--project <name>": "Of compose (env OPERATOR_PROJECT; default: as the subject is up here)",
    "--socket <path>": "Where to listen (env OPERATOR_BROKER; default in OPERATOR_HOME/broker)",
    "--record <file>": "What was done and refused (default: record.jsonl beside it)",
  },
  examples: ["operator broker --subject tikv --project tikv --socket /run/operator/broker.sock"],
  load: async () => (await import("./commands/broker.ts")).runBroker,
};

const DOCTOR: CommandEntry = {
  usage: "doctor",
  describes: "What is here, and what each missing thing costs",
  flags: { ...BROKER, ...SANDBOX_CHOICE, ...DB, ...JSON_LINES },
  load: async () => (await import("./commands/doctor.ts")).runDoctor,
};

export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  demo: DEMO,
  monitor: MONITOR,
  agent: AGENT,
  watch: WATCH,
  tickets: TICKETS,
  audit: AUDIT,
  actions: ACTIONS,
  guard: GUARD,
  subject: SUBJECT,
  fault: FAULT,
  broker: BROKER_SERVICE,
  doctor: DOCTOR,
  ...INTERNAL_VERBS,
};
