// Looks that end by themselves, soon, and keep little: with which words each of them does. Where
// nothing else bounds a look, in a container, or where something waits for it, these alone may be.
import { posix } from "node:path";
import { PROGRAM_FIRST } from "./forbidden-places.ts";
import type { ShellWord } from "./scope.ts";
import { asksAgain } from "./waits.ts";

const ANY = /^/;

/** Of everything behind the name, words joined by a space. */
const FORMS: Readonly<Record<string, RegExp>> = {
  ...each(
    [
      ...[":", "[", "basename", "cat", "cd", "cut", "date", "df", "dirname", "echo", "exit"],
      ...["export", "false", "file", "getconf", "groups", "hostname", "id", "ip", "iptables"],
      ...["ip6tables", "iptables-save", "ip6tables-save", "ls", "lscpu", "mount", "nft", "nl"],
      ...["nproc", "pgrep", "pidof", "ps", "pwd", "readlink", "realpath"],
      ...["service", "set", "stat", "tc", "test", "tr", "true", "type", "uname", "uptime", "wc"],
      ...["which", "whoami", "etcdctl", "tikv-ctl", "/tikv-ctl", "getent", "kill"],
    ],
    ANY,
  ),
  ...each(["awk", "gawk", "mawk"], /^(?!.*(?:\b(?:do|for|func|function|while)\b|%\D*\d{3}))/s),
  curl: /^(?!.*\/debug\/)/s,
  ...each(
    ["docker", "docker-compose", "podman"],
    // What `exec` runs is judged by itself.
    new RegExp(
      "^(?!(?:.* )?logs (?:.* )?(?:-\\w*f|--f))(?:(?:compose|container) )?(?:-p \\S+ )?" +
        "(?:exec|inspect|logs|port|ps|top)(?: |$)",
      "s",
    ),
  ),
  du: /^(?:-[shxacdk\d]+ )*(?!-)\S+$/,
  find: /^(?!.*(?:^| )-(?:exec|printf|fprint))/s,
  findmnt: /^(?!-)\S*$/,
  free: /^(?:-[bghkmtw]+)?$/,
  ...each(
    ["grep", "egrep", "fgrep"],
    /^(?!.*(?:(?:^| )-\w*[rRPf]|--(?:\w+-)*(?:rec|perl|file)|\{))/s,
  ),
  head: ANY,
  jq: /^(?!.*\b(?:def|foreach|input|limit|range|recurse|reduce|repeat|until|while)\b|.*\*)/s,
  lsof: /^(?!.*(?:^| )[-+]\w*r)/s,
  netstat: /^(?:-[alnptu]+)?$/,
  nslookup: /^[\w.-]+$/,
  ...each(["pd-ctl", "/pd-ctl"], /^(?!.*(?:--jq|\bscan\b))/s),
  operator:
    /^(?:--version|(?:actions|audit|tickets) (?:explain|list|show)|subject (?:logs|status))\b/,
  ping: /^(?:-[cW] ?\d )*(?!-)\S+(?: -[cW] ?\d)*$/,
  printf: /^(?!.*%[^a-zA-Z%]*(?:\d{3}|\*))/s,
  ...each(
    ["redis-cli", "valkey-cli"],
    new RegExp(
      "^--version$" +
        "|^(?:-[hpunt] \\S+ |-[23e] |--(?:csv|json|raw|no-raw|no-auth-warning) )*(?:[a-zA-Z].*)$",
      "s",
    ),
  ),
  sed: /^(?!.*\{)/s,
  seq: /^(?:\d{1,5} ?){1,3}$/,
  ss: /^(?:-[alnptuxs46]+ ?)*$/,
  systemctl: /^(?!.*--wait)/s,
  tail: /^(?!.*(?:(?:^| )[-+]\w*[fF]|--(?:f|ret)|\d{5}))/s,
  top: /^-b ?-?n ?1$/,
  vmstat: /^\d \d$/,
};

/** They take in a whole line, which in a file of data has no end; in these there are short ones. */
const TAKES_LINES = /^(?:[gm]?awk|cat|cut|[ef]?grep|jq|nl|sed)$/;
export const HAS_LINES = new RegExp(
  "^/(?:etc|proc|sys/(?:fs/cgroup|class/net)/)|(?:^|[/._-])logs?(?=[._-]|/|$)(?<!/\\d+\\.log)" +
    "|\\.(?:cfg|conf|ini|json|toml|txt|ya?ml)$",
);

/** They open no file. */
const NAMES_ALONE = /^(?:ls|readlink|\[|test)$/;

/** Whether a look is one of them. */
export function isShort(name: string, args: readonly ShellWord[]): boolean {
  const form = Object.hasOwn(FORMS, name) ? FORMS[name] : undefined;
  const isOpened = !NAMES_ALONE.test(name) && args.some(isEndless);
  if (form === undefined || isOpened || asksAgain(name, args)) return false;
  const operands = args.filter(({ text }) => !text.startsWith("-"));
  const files = operands.slice(PROGRAM_FIRST.test(name) ? 1 : 0);
  if (TAKES_LINES.test(name) && !files.every(({ text }) => HAS_LINES.test(text))) return false;
  // It counts up to a million packets without it.
  if (name === "ping" && !args.some(({ text }) => text.startsWith("-c"))) return false;
  return form.test(args.map(({ text }) => text).join(" "));
}

const ENDLESS = /^\/dev\/(?!(?:null|std(?:in|out|err)|fd\/\d+)$)|^\/proc\/(?:[^/]+\/fd|k|vmcore)/;

/** Wherever it is resolved from: the image says where a member is. */
export function isEndless({ text }: ShellWord): boolean {
  const at = text.search(/\/|dev\b/);
  if (at === -1) return false;
  const path = posix.resolve("/", text.slice(at));
  return ENDLESS.test(path) || /(?:^|\/)\.\.(?:\/|$)/.test(text);
}

function each(names: readonly string[], form: RegExp): Readonly<Record<string, RegExp>> {
  return Object.fromEntries(names.map((name) => [name, form]));
}
