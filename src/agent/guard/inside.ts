// What may be looked at within a container. No sandbox and no bound holds it there: it has the
// member's memory and its time, and goes on when whoever asked is gone. So only short looks; and
// nothing that tells what the member was given.
import type { Effect } from "../../domain/effect.ts";
import { isWalled } from "./forms.ts";
import { FORMS_INSIDE } from "./forms-inside.ts";
import { isInForm } from "./grammar.ts";
import { effectBecause, type ShellWord } from "./scope.ts";
import { HAS_LINES, isShort } from "./short-looks.ts";
import type { SimpleUse } from "./waits.ts";

/** Here it is the agent's own, there a member's with all that it was given. */
const ENVIRONMENT = /^(?:env|export|local|printenv|readonly|set)$/;

/** Why a look is none there; empty when it may be. */
export function refusedInside({ name, words }: SimpleUse): readonly Effect[] {
  const args = words.slice(1);
  if (ENVIRONMENT.test(name)) {
    return [effectBecause({ kind: "oversight", words, because: "it tells a member's keys" })];
  }
  const endless = whyEndless(name, args.map(({ text }) => text).join(" "));
  if (endless !== undefined) return [effectBecause({ kind: "hidden", words, because: endless })];
  if (isShort(name, args) && isClosed(name, args) && !args.some(isOpen)) return [];
  return [effectBecause({ kind: "hidden", words, because: UNBOUNDED })];
}

/** Up to 60 s, for each address; written with `-s -m 5`, `-sm5` or `--max-time 5`. */
const CURL_BOUND = /(?<=^| )(?:-[sSfkiIvLgG]*m ?|--max-time[ =])([^ ]*)/g;
const BOUND = /^(?:[1-9]|[1-5]\d|60)$/;
const REDIS_HOST = /(?<=^| )(?:-h ?|-u \w+:\/\/(?:[^ @]*@)?)(\[[^\]]*\]|[^ :/]+)/g;
const OWN_HOST = /^(?:127(?:\.\d+){3}|localhost|\[?::1\]?)$/;

/** Of a peer that accepts and says nothing they wait for ever, and nobody there ends them. */
function whyEndless(name: string, text: string): string | undefined {
  if (name === "curl") {
    const bounds = [...text.matchAll(CURL_BOUND)].map(([, value = ""]) => value);
    const isBound = bounds.length === 1 && BOUND.test(bounds[0] ?? "") && !/--next|-:/.test(text);
    return isBound ? undefined : "in a container nothing else ends it: give it -m 5, 60 at most";
  }
  if (!/^(?:redis|valkey)-cli$/.test(name)) return undefined;
  const hosts = [...text.matchAll(REDIS_HOST)].map(([, host = ""]) => host);
  const isOwn = hosts.every((host) => OWN_HOST.test(host));
  return isOwn
    ? undefined
    : "in a container nothing ends it: ask each Redis in its own, without -h";
}

const UNBOUNDED =
  "in a container nothing holds it: take short looks, at files that are written out";

/** Each program's own reading; what asks members is behind a wall of its own, and so is ps. */
function isClosed(name: string, args: readonly ShellWord[]): boolean {
  const grammar = FORMS_INSIDE.get(name);
  if (!grammar) return isWalled(name) || name === "ps";
  // Of a file without an end of a line the first line is all of it.
  const areLines = /^(?:head|tail)$/.test(name) && !args.some(({ text }) => /^-\w*c/.test(text));
  const files = args.filter(({ text }) => text.includes("/"));
  if (areLines && !files.every(({ text }) => HAS_LINES.test(text))) return false;
  return isInForm(
    grammar,
    args.map(({ text }) => text),
  );
}

/** Known only when it runs; a pattern names what is there. */
function isOpen({ text, isExact }: ShellWord): boolean {
  return !isExact && /[$`…]/.test(text) && !/^https?:\/\//.test(text);
}
