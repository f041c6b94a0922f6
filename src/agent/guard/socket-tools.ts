// Who is connected to whom: ss, lsof and fuser only show it, but a name of a host among their words
// is asked of a name server, and with it goes out what stands in the name. So each word is a known
// one, an address in numbers, or a host of the subject.
import type { Effect, EffectKind } from "../../domain/effect.ts";
import { areKnownHosts } from "./hosts.ts";
import { kindOfReadOnlyUse } from "./read-only-tools.ts";
import { type Classifier, effectBecause, effectOf, type Scope, type ShellWord } from "./scope.ts";

export const SOCKET_TOOLS: Readonly<Record<string, Classifier>> = {
  fuser: classifyFuser,
  lsof: ofExactWords((words, scope) => {
    const kind = kindOfReadOnlyUse("lsof", words.slice(1)) ?? "hidden";
    return judged({
      kind,
      words,
      scope,
      areOurs: words.every((word) => isPlaceOfLsof(word, scope)),
    });
  }),
  ss: ofExactWords((words, scope) => {
    const args = words.slice(1);
    const kind = kindOfReadOnlyUse("ss", args) ?? "hidden";
    const filter = args.map(({ text }) => text).filter((text) => !/^-./.test(text));
    return judged({ kind, words, scope, areOurs: isOwnFilter(filter.join(" "), scope) });
  }),
};

function ofExactWords(classify: Classifier): Classifier {
  return (words, scope) => {
    if (words.every(({ isExact }) => isExact)) return classify(words, scope);
    return [effectBecause({ kind: "hidden", words, because: "whom it asks, is not written out" })];
  };
}

interface Judged {
  readonly kind: EffectKind;
  readonly words: readonly ShellWord[];
  readonly scope: Scope;
  readonly areOurs: boolean;
}

function judged({ kind, words, scope, areOurs }: Judged): readonly Effect[] {
  if (kind !== "read" || areOurs) return [effectOf({ kind, words, scope })];
  const because = "a name that would be looked up elsewhere; write addresses in numbers";
  return [effectBecause({ kind: "foreign", words, because })];
}

const NUMBERS = String.raw`\d{1,3}(?:\.\d{1,3}){3}`;
/** With dots in it, it might be a name. */
const BRACKETED = String.raw`\[[\da-f]*:[\da-f]*:[\da-f:]*\]`;
const ADDRESS = new RegExp(`^(?:${NUMBERS}|${BRACKETED})$`, "i");

function isOwnHost(host: string, { knowledge }: Scope): boolean {
  return ADDRESS.test(host) || (/^[\w.-]+$/.test(host) && areKnownHosts(host, knowledge));
}

/** `TCP@127.0.0.1:2379`, alone or behind `-i`: a host stands behind an `@`, and nowhere else. */
function isPlaceOfLsof({ text }: ShellWord, scope: Scope): boolean {
  if (!text.includes("@")) return true;
  const place = /^(?:-[a-zA-Z]*i)?[46]?(?:TCP|UDP)?@([\w.-]+|\[.*\])(?::[\w,-]+)?$/i.exec(text);
  return isOwnHost(place?.[1] ?? "", scope);
}

const COMPARES = /^(?:eq|neq?|geq?|gt|leq?|lt)$/;
const ASKS_WHERE = /^(?:src|dst|sport|dport)$/;
const KIND =
  "(?:all|inet6?|link|tcp|mptcp|udp|raw|netlink|dccp|sctp|tipc|xdp" +
  "|(?:unix|packet|vsock)(?:_[a-z]+)?)";
const FILTER_WORD = new RegExp(
  "^(?:src|dst|sport|dport|state|exclude|and|or|not|autobound" +
    "|connected|synchronized|bucket|big|established|syn-sent|syn-recv|fin-wait-[12]|time-wait" +
    `|closed?|close-wait|last-ack|listen(?:ing)?|closing|${KIND}(?:,${KIND})*)$`,
);
const FILTER_ADDRESS = new RegExp(
  `^(?:\\*|(?:${NUMBERS}|${BRACKETED})(?:/\\d{1,3})?)?(?::(?:\\*|[a-z\\d-]+))?$|^\\d{1,5}$`,
  "i",
);

/** As ss reads its filter, however it is divided into words. */
function isOwnFilter(filter: string, scope: Scope): boolean {
  const tokens = filter
    .split(/[\s()=!<>|&]+/)
    .filter((token) => token !== "" && !COMPARES.test(token));
  return tokens.every((token, index) => {
    if (FILTER_ADDRESS.test(token)) return true;
    if (!ASKS_WHERE.test(tokens[index - 1] ?? "")) return FILTER_WORD.test(token);
    const [, host = "", port = ""] = /^([\w.-]+)((?::\d{1,5})?)$/.exec(token) ?? [];
    return host !== "" && areKnownHosts(`${host}${port}`, scope.knowledge);
  });
}

const FUSER_SHOWS = new RegExp(
  "^-(?:[acfiIlmMsuvVw46]*n?|n(?:file|tcp|udp))$" +
    "|^--(?:all|inode|list-signals|mount|ismountpoint|silent|user|verbose|version|writeonly" +
    "|ipv[46]|namespace(?:=(?:file|tcp|udp))?)$",
);

/** Without `k` among its options it only shows who uses a file, or a port: `80,HOST,PORT/tcp`. */
function classifyFuser(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const args = words.slice(1);
  if (args.some(({ text, isExact }) => !isExact || /^-.*k/.test(text))) {
    return [effectOf({ kind: "oversight", words, scope })];
  }
  const isKnown = args.every(({ text }) => !text.startsWith("-") || FUSER_SHOWS.test(text));
  const areOurs = args.every(({ text }) => {
    if (!text.includes(",")) return true;
    const [, host] = /^\w*,([^,/]*)(?:,\d*)?(?:\/(?:tcp|udp))?$/.exec(text) ?? [];
    return host === "" || (host !== undefined && isOwnHost(host, scope));
  });
  return judged({ kind: isKnown ? "read" : "hidden", words, scope, areOurs });
}
