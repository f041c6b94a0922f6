// systemctl and service: which units are touched, and whether they are the subject's: named by it,
// by a member, or by what its members have in common.
import type { Effect, EffectKind } from "../../domain/effect.ts";
import { areKnown } from "./container-names.ts";
import { ALL_FIELDS } from "./read-only-tools.ts";
import { type Classifier, effectBecause, type Scope, type ShellWord } from "./scope.ts";
import { type VerbTool, verbs } from "./verb-tables.ts";
import { effectOfVerb } from "./verb-tools.ts";

/** It takes any beginning of an option, and several in a word: some name another machine. */
const READS = new RegExp(
  "^(?:-[alqr]|-n\\d+|--(?:after|all|before|failed|full|no-legend|no-pager|plain|quiet|recursive" +
    "|reverse|value|version)|--(?:lines|output|property|state|type)=.*)$",
);

const SYSTEMCTL: VerbTool = {
  reads: READS,
  oversightWith: /operator|monitor|agent/i,
  valued: ["-n", "--lines", "-o", "--output", "-t", "--type", "--state", "-p", "--property"],
  plain: ["--no-pager", "-l", "--full", "-a", "--all", "-q", "--quiet", "--no-block"],
  verbs: new Map([
    ...verbs("read", ["status", "show", "is-active", "is-failed", "is-enabled"]),
    // It shows what a service was given, keys too.
    ...verbs("oversight", ["cat", "show-environment"]),
    ...verbs("read", ["list-units", "list-unit-files", "list-timers", "list-dependencies"]),
    ...verbs("read", ["list-sockets", "list-jobs", "is-system-running", "--failed", "--version"]),
    // A unit that failed too often is started no more before it.
    ...verbs("start", ["start", "reset-failed"]),
    ...verbs("interrupt", ["stop", "restart", "reload", "kill", "try-restart"]),
    ...verbs("interrupt", ["reload-or-restart", "try-reload-or-restart", "condrestart"]),
    ...verbs("interrupt", ["force-reload", "freeze"]),
    ...verbs("start", ["thaw"]),
    // What a unit keeps: its state, its cache, its logs.
    ...verbs("destroy", ["clean"]),
    ...verbs("oversight", ["poweroff", "reboot", "halt", "kexec", "suspend", "hibernate"]),
    ...verbs("oversight", ["soft-reboot", "hybrid-sleep", "suspend-then-hibernate", "sleep"]),
    ...verbs("oversight", ["isolate", "rescue", "emergency", "exit", "switch-root", "default"]),
    // They outlast the repair, or are the machine's.
    ...verbs("foreign", ["mask", "disable", "revert", "set-property", "edit", "daemon-reexec"]),
    ...verbs("foreign", [
      "enable",
      "reenable",
      "unmask",
      "preset",
      "preset-all",
      "set-default",
      "link",
      "add-wants",
    ]),
    ...verbs("foreign", ["add-requires", "bind", "mount-image", "cancel", "service-watchdogs"]),
    ...verbs("foreign", ["log-level", "log-target", "set-environment", "unset-environment"]),
    ...verbs("foreign", ["import-environment", "daemon-reload"]),
  ]),
};

const OTHER_HOSTS = /^(-H|--host|-M|--machine)/;

export const SERVICE_TOOLS: Readonly<Record<string, Classifier>> = {
  systemctl: classifySystemctl,
  service: classifyService,
};

/** `service NAME VERB`: it runs the script of that name, wherever that leads, with every word. */
function classifyService(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const [program, name, verb, ...rest] = words;
  const isPlain =
    program && name && verb && rest.length === 0 && /^\w[\w@.-]*$/.test(name.text) && name.isExact;
  if (!isPlain || !/^(?:status|start|stop|restart|reload)$/.test(verb.text)) {
    return [
      effectBecause({ kind: "hidden", words, because: "a service, and what is known of all" }),
    ];
  }
  return classifySystemctl([program, verb, name], scope);
}

function classifySystemctl(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const effect = effectOfVerb(SYSTEMCTL, { words, scope });
  if (effect.kind === "read" && words.some(({ text }) => text === "show") && !namesPlain(words)) {
    const because =
      "it may show what a service was given; name properties with -p: ActiveState, MainPID, Result";
    return [effectBecause({ kind: "oversight", words, because })];
  }
  const isStatus = words.some(({ text }) => text === "status");
  if (isStatus && words.some(({ text }) => ALL_FIELDS.test(text))) {
    return [effectBecause({ kind: "oversight", words, because: "all fields of its log" })];
  }
  if (words.some(({ text }) => OTHER_HOSTS.test(text))) {
    return [effectBecause({ kind: "foreign", words, because: "another machine" })];
  }
  if (effect.kind !== "start" && effect.kind !== "interrupt") return [effect];
  const touched = touching(effect.kind, { words, units: unitsOf(words), scope });
  const isRestart = words.some(({ text }) => /^(?:reload-or-)?restart$/.test(text));
  return [{ ...touched, ...(isRestart && { starts: true }) }];
}

/**
 * Of systemd's own man page: how a unit is, and where. Others hold what it was given: credentials,
 * variables, command lines.
 */
const PLAIN_PROPERTY = new RegExp(
  "^(?:(?:Active|Sub|Load|UnitFile)State|Id|Names|Description|Type|Result|User|Group|Slice" +
    "|KillMode|KillSignal|MainPID|ControlPID|ControlGroup|NRestarts|Restart(?:USec)?|OOMPolicy" +
    "|FragmentPath" +
    "|DropInPaths|NeedDaemonReload|InvocationID|StatusErrno|ConditionResult|AssertResult" +
    "|Can(?:Start|Stop|Reload|Freeze)|ExecMain(?:PID|Code|Status)" +
    "|\\w+Timestamp(?:Monotonic)?|(?:Timeout|Watchdog|Runtime)\\w*USec|Limit[A-Z]+(?:Soft)?" +
    "|(?:Memory|Tasks|CPU|IO|IP)[A-Z]\\w*" +
    "|Requires|RequiredBy|Requisite|Wants|WantedBy|BindsTo|BoundBy|PartOf|ConsistsOf|Conflicts" +
    "|ConflictedBy|Triggers|TriggeredBy|After|Before|OnFailure)$",
);

/** `-p ActiveState,MainPID`, and nothing that is a list of all. */
function namesPlain(words: readonly ShellWord[]): boolean {
  const named = words.flatMap(({ text }, index) => {
    if (/^(?:-p|--property)$/.test(text)) return words[index + 1]?.text ?? "";
    return /^(?:-p|--property=)(.+)$/.exec(text)?.[1] ?? [];
  });
  const properties = named.flatMap((list) => list.split(","));
  return properties.length > 0 && properties.every((name) => PLAIN_PROPERTY.test(name));
}

/** All of them: without options and the verb. */
function unitsOf(words: readonly ShellWord[]): readonly ShellWord[] {
  const plain = words
    .slice(1)
    .filter(
      ({ text }, index) =>
        !text.startsWith("-") && !SYSTEMCTL.valued.includes(words[index]?.text ?? ""),
    );
  return plain.slice(1);
}

interface Touch {
  readonly words: readonly ShellWord[];
  readonly units: readonly ShellWord[];
  readonly scope: Scope;
}

function touching(kind: EffectKind, { words, units, scope }: Touch): Effect {
  if (words.some(({ isExact }) => !isExact)) {
    return effectBecause({ kind: "hidden", words, because: "whose, is known only when it runs" });
  }
  if (words.slice(1).some(({ text }) => text.startsWith("-") && !isKnownOption(text, kind))) {
    return effectBecause({ kind: "hidden", words, because: "an option that is not understood" });
  }
  const { members } = scope.knowledge;
  const isOurs = units.length > 0 && units.every(({ text }) => isSubjects(text, scope));
  // Whose members are known, they are no units: one of that name is the machine's own.
  if (!isOurs || areKnown(scope.knowledge)) {
    return effectBecause({ kind: "foreign", words, because: "services that are no member's" });
  }
  const names = units.map(({ text }) => text.replace(/\.service$/, ""));
  const source = words.map(({ text }) => text).join(" ");
  // Of one that is the subject's nobody knows which member runs in it.
  const areMembers = names.every((name) => members.includes(name));
  return { kind, targets: areMembers ? [...new Set(names)] : [], source };
}

/** What is stopped later, or takes others along, is another matter. */
function isKnownOption(text: string, kind: EffectKind): boolean {
  const { plain = [], valued } = SYSTEMCTL;
  if (text === "--no-block") return kind === "start";
  return plain.includes(text) || valued.includes(text);
}

/** `tikv1.service`, `tikv-20160`, `pd@2379`, `tikv-server`. */
function isSubjects(unit: string, { knowledge }: Scope): boolean {
  const { subject, members } = knowledge;
  const stems = members.map((name) => name.replace(/[-_]?\d+$/, ""));
  const name = unit.replace(/\.service$/, "");
  const [, first = ""] = /^(\w+?)(?:[-@](?:\d+|server))?$/.exec(name) ?? [];
  return members.includes(name) || [subject, ...stems, ...members].includes(first);
}
