// What may be looked at within a container. No sandbox and no bound holds it there: it has the
// member's memory and its time, and goes on when whoever asked is gone. So only what ends soon, by
// itself, and keeps little; and nothing that tells what the member was given.
import type { Effect } from "../../domain/effect.ts";
import { isAlwaysBlind } from "./companions.ts";
import { FILTERS, readsPipe } from "./pipe-filters.ts";
import { effectBecause, type ShellWord } from "./scope.ts";
import { asksAgain, type SimpleUse } from "./waits.ts";

const LOOKS: ReadonlySet<string> = new Set([
  ...[":", "[", "basename", "cat", "cut", "date", "df", "dirname", "du", "echo", "false", "file"],
  ...["find", "findmnt", "free", "getconf", "getent", "grep", "groups", "head", "hostname", "id"],
  ...["ls", "lscpu", "lsof", "mount", "netstat", "nl", "nproc", "nslookup", "pgrep", "pidof"],
  ...["ping", "printf", "ps", "pwd", "readlink", "realpath", "stat", "tail", "test", "tikv-ctl"],
  ...["/tikv-ctl", "etcdctl", "top", "tr", "true", "uname", "uptime", "wc", "which", "whoami"],
  ...["awk", "gawk", "mawk", "sed", "vmstat"],
]);

/** Of those: with these words it goes on, or takes a long time. */
const GOES_ON: Readonly<Record<string, RegExp>> = {
  find: /(?:^| )-exec/,
  free: /(?:^| )-(?:\w*s|-s)/,
  grep: /(?:^| )(?:-\w*[rR]|--\w*recursive)/,
  lsof: /(?:^| )[-+]\w*r/,
  ping: /^(?!(?:.* )?-c ?\d(?: |$))/,
  tail: /(?:^| )(?:-\w*[fF]|--f|--ret)/,
  vmstat: /^(?!\d \d$)/,
  top: /^(?!(?:.* )?-\w*n ?\d(?: |$))/,
};

/** They read what a pipe brings; these keep all of it. */
const KEEPS_ALL: ReadonlySet<string> = new Set(["column", "sort", "tac"]);

/** Here it is the agent's own. */
const ENVIRONMENT = /^(?:env|export|local|printenv|readonly|set)$/;
const READS_ENVIRONMENT = /ENVIRON|\$ENV\b|\benv\b/;

/** Wherever the path begins. */
const ENDLESS = /(?:^|[^\w.-]|^-[a-zA-Z])dev\/+(?!(?:null|std(?:in|out|err)|fd\/\d+)$)/;

/** Why a look is none there; empty when it may be. */
export function refusedInside(use: SimpleUse): readonly Effect[] {
  const { name, words } = use;
  const args = words.slice(1);
  const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
  const isFilter = filter !== undefined && !KEEPS_ALL.has(name) && readsPipe(filter, args);
  const isAsked = isFilter && args.some(({ text }) => READS_ENVIRONMENT.test(text));
  if (ENVIRONMENT.test(name) || isAsked) {
    return [effectBecause({ kind: "oversight", words, because: "it tells a member's keys" })];
  }
  const goesOn = Object.hasOwn(GOES_ON, name) ? GOES_ON[name] : undefined;
  const isShort =
    (LOOKS.has(name) || isFilter || isAlwaysBlind(name)) &&
    !(asksAgain(use) || goesOn?.test(args.map(({ text }) => text).join(" "))) &&
    !args.some((word) => isEndless(word) || isOpen(word));
  return isShort ? [] : [effectBecause({ kind: "hidden", words, because: UNBOUNDED })];
}

const UNBOUNDED =
  "in a container nothing holds it: take short looks, at files that are written out";

export function isEndless({ text }: ShellWord): boolean {
  return ENDLESS.test(text);
}

/** Known only when it runs; a pattern names what is there. */
function isOpen({ text, isExact }: ShellWord): boolean {
  return !isExact && /[$`…]/.test(text) && !/^https?:\/\//.test(text);
}
