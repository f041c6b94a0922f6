// Our own commands: what an agent may do with them, and what would touch its own supervision.
import type { Effect, EffectKind } from "../../domain/effect.ts";
import { areElsewhere } from "./container-names.ts";
import { areKnownHosts, isForeignPort } from "./hosts.ts";
import { isOfOperator } from "./paths.ts";
import { effectBecause, effectOf, type Scope, type ShellWord } from "./scope.ts";

/** By the first word alone, or the first two: flags come after them. */
const VERBS: ReadonlyMap<string, EffectKind> = new Map<string, EffectKind>([
  ["--help", "read"],
  ["--version", "read"],
  ["actions", "read"],
  ["actions list", "read"],
  ["actions show", "read"],
  ["actions approve", "oversight"],
  ["actions deny", "oversight"],
  ["agent", "oversight"],
  ["audit", "read"],
  ["audit explain", "read"],
  ["audit list", "read"],
  ["audit show", "read"],
  ["audit verify", "read"],
  ["demo", "oversight"],
  ["doctor", "read"],
  ["guard explain", "read"],
  // It names what is broken: who repairs must find out.
  ["fault list", "oversight"],
  ["fault inject", "destroy"],
  ["fault heal", "oversight"],
  ["fault recover", "oversight"],
  ["monitor", "oversight"],
  ["subject status", "read"],
  ["subject logs", "read"],
  // Of one whose topology is lost it makes another: not without having seen it.
  ["subject up", "configure"],
  ["subject start", "start"],
  ["subject resume", "start"],
  ["subject stop", "interrupt"],
  ["subject restart", "interrupt"],
  ["subject kill", "interrupt"],
  ["subject pause", "interrupt"],
  ["subject down", "destroy"],
  ["tickets", "read"],
  ["tickets list", "read"],
  ["tickets show", "read"],
  ["tickets hold", "oversight"],
  ["tickets unhold", "oversight"],
  ["tickets resolve", "oversight"],
  ["tickets retry", "oversight"],
]);

const ELSEWHERE = "the one that is here: it was named by its endpoints, and is another";

const HANDLING: readonly EffectKind[] = ["start", "interrupt", "configure", "unknown"];

/** With others it signs, and writes a file: `--sign-key`, `--head`. */
const VERIFY_ONLY = /^--(db|json)$/;

const ONE_LOOK = /^--(once|subject|db|pd|json|interval)$/;

export function classifyOperator(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const [verb, second, subject] = words.slice(1);
  const isAnother = subject?.isExact && subject.text !== scope.knowledge.subject;
  const kind = kindOf(words.slice(1));
  const trouble = troubleOfFlags(words.slice(1), { kind, scope });
  if (trouble) return [effectBecause({ ...trouble, words })];
  const isHandled = HANDLING.includes(kind);
  // What status and logs tell is of the one that is here, too.
  const isElsewhere =
    areElsewhere(scope.knowledge) && (isHandled || /^(?:status|logs)$/.test(second?.text ?? ""));
  if (verb?.text === "subject" && ((isHandled && isAnother) || isElsewhere)) {
    const because = isAnother ? "another subject" : ELSEWHERE;
    return [effectBecause({ kind: "foreign", words, because })];
  }
  const isStart = verb?.text === "subject" && /^(?:up|restart)$/.test(second?.text ?? "");
  return [{ ...effectOf({ kind, words, scope }), ...(isStart && { starts: true }) }];
}

/** Those whose value is no place: a number, a name. */
const PLAIN_FLAG =
  /^--(?:json|lines|limit|once|subject|interval|status|mode|action|ticket|args|help|version)$/;
/** What is wrong in a file is told with its words, and one that is not there is made. */
const FILE_FLAG = /^--(?:db|state|policy|head|public-key|sign-key)$/;

/** Of the subjects' endpoints. */
const ENDPOINT_FLAG = /^--(?:pd|redis|limiter)$/;

interface Trouble {
  readonly kind: "foreign" | "hidden" | "oversight";
  readonly because: string;
}

/** Endpoints of a subject that is elsewhere: reading there is reaching it. */
function troubleOfFlags(
  typed: readonly ShellWord[],
  { kind, scope }: { readonly kind: EffectKind; readonly scope: Scope },
): Trouble | undefined {
  if (kind !== "read" && !HANDLING.includes(kind)) return undefined;
  const end = typed.findIndex(({ text }) => text === "--");
  const own = end === -1 ? typed : typed.slice(0, end);
  // A word that is known only when it runs may be such a flag.
  if (own.some(({ isExact, isOperand }) => !(isExact || isOperand))) {
    return { kind: "hidden", because: "a word is known only when it runs" };
  }
  for (const [index, { text }] of own.entries()) {
    const [, flag, joined] = /^(--?[\w-]+)(?:=(.*))?$/s.exec(text) ?? [];
    if (flag === undefined || PLAIN_FLAG.test(flag)) continue;
    const value = joined ?? own[index + 1]?.text ?? "";
    if (FILE_FLAG.test(flag)) {
      const isOurs = flag === "--db" && isOfOperator({ text: value, isExact: true }, scope);
      if (isOurs) continue;
      return { kind: "oversight", because: "another file than operator's own" };
    }
    if (!ENDPOINT_FLAG.test(flag) || !/^[\w.:/,-]+$/.test(value) || value.startsWith("/")) {
      return { kind: "hidden", because: "an option that is not understood" };
    }
    if (!areKnownHosts(value, scope.knowledge) || value.split(",").some(isOthersPort)) {
      return { kind: "foreign", because: "another host, or another program" };
    }
  }
  return undefined;

  function isOthersPort(written: string): boolean {
    const url = URL.parse(/:\/\//.test(written) ? written : `tcp://${written}`);
    if (!url || url.port === "") return false;
    const place = { hostname: url.hostname, port: Number(url.port), isLook: true };
    return isForeignPort(place, scope.knowledge);
  }
}

function kindOf(typed: readonly ShellWord[]): EffectKind {
  const [first, second] = typed;
  // A word that is known only when it runs could be any verb, the forbidden ones too.
  if (!first?.isExact || second?.isExact === false) return "hidden";
  if (first.text === "monitor" && isOneLook(typed.slice(1))) return "read";
  if (first.text === "audit" && second?.text === "verify") {
    return hasOnly(VERIFY_ONLY, typed.slice(2)) ? "read" : "oversight";
  }
  if (second === undefined || first.text === "doctor") return VERBS.get(first.text) ?? "oversight";
  if (second.text === "--help" && typed.length === 2) return "read";
  const kind = VERBS.get(`${first.text} ${second.text}`);
  const isCertain = typed.every(({ isExact }) => isExact);
  const isMaking = kind === "start" || kind === "configure";
  return isMaking && !isCertain ? "unknown" : (kind ?? "oversight");
}

/** One look files no ticket; a monitor that stays would. */
function isOneLook(typed: readonly ShellWord[]): boolean {
  return typed.some(({ text }) => text === "--once") && hasOnly(ONE_LOOK, typed);
}

function hasOnly(known: RegExp, typed: readonly ShellWord[]): boolean {
  const flags = typed.filter(({ text }) => text.startsWith("-"));
  return typed.every(({ isExact }) => isExact) && flags.every(({ text }) => known.test(text));
}
