// Programs whose first words say what they do, as verb-tables.ts lists them.
import type { Effect, EffectKind } from "../../domain/effect.ts";
import { isForeignPort, ownerOf } from "./hosts.ts";
import {
  type Classifier,
  type CommandKnowledge,
  effectBecause,
  effectOf,
  knowledgeOfPorts,
  type Scope,
  type ShellWord,
} from "./scope.ts";
import {
  hasStrangers,
  isBeyond,
  placesOfCall,
  troubleOfHosts,
  troubleOfOptions,
} from "./verb-options.ts";
import { ETCD_CTL, PD_CTL, REDIS, TIKV_CTL, type VerbTool } from "./verb-tables.ts";
import { isJoinedOption } from "./wrappers.ts";

export const VERB_TOOLS: Readonly<Record<string, Classifier>> = {
  "redis-cli": verbsOf(REDIS),
  "valkey-cli": verbsOf(REDIS),
  "pd-ctl": verbsOf(PD_CTL),
  "/pd-ctl": verbsOf(PD_CTL),
  etcdctl: verbsOf(ETCD_CTL),
  "tikv-ctl": verbsOf(TIKV_CTL),
  "/tikv-ctl": verbsOf(TIKV_CTL),
};

const VERB_WORDS_MAX = 3;

function verbsOf(tool: VerbTool): Classifier {
  return (words, scope) => {
    const args = words.slice(1);
    const trouble = troubleOfOptions(tool, args) ?? troubleOfHosts(tool, args, scope);
    if (trouble) return [effectBecause({ ...trouble, words })];
    const effect = effectOfVerb(tool, { words, scope });
    const isLook = effect.kind === "read";
    const knowledge = knowledgeOfPorts(scope);
    const places = isLook && asksNobody(args) ? [] : placesOfCall(tool, args);
    const isOthers = places.some((place) => isForeignPort({ ...place, isLook }, knowledge));
    if (!isOthers) {
      const owners = effect.kind === "configure" ? ownersOf(tool, { args, knowledge }) : [];
      const targets = [...new Set([...effect.targets, ...owners])];
      const isHandedOn = owners.some((name) => tool.handsOn?.(name));
      return [{ ...effect, targets, ...(isHandedOn && { means: "any" }) }];
    }
    return [effectBecause({ kind: "foreign", words, because: "a port that is no member's" })];
  };
}

/** It tells of itself, and connects to nothing. */
function asksNobody([only, ...others]: readonly ShellWord[]): boolean {
  return only?.text === "--version" && others.length === 0;
}

function ownersOf(
  tool: VerbTool,
  {
    args,
    knowledge,
  }: { readonly args: readonly ShellWord[]; readonly knowledge: CommandKnowledge },
): readonly string[] {
  if (!tool.changes) return [];
  const places = placesOfCall({ ...tool, hosts: tool.changes }, args);
  return places.flatMap((place) => ownerOf(place, knowledge) ?? []);
}

export interface VerbUse {
  readonly words: readonly ShellWord[];
  readonly scope: Scope;
}

/** Of the words behind the program's name. */
export function effectOfVerb(tool: VerbTool, { words, scope }: VerbUse): Effect {
  const read = readVerbs(tool, words.slice(1));
  const found = kindOf(tool, read);
  const texts = textsFrom(tool, words.slice(1));
  const kind = found && tool.judge ? tool.judge(found, texts) : found;
  const has = (signs: RegExp | undefined) => words.slice(1).some(({ text }) => signs?.test(text));
  const withheld = kind === "read" ? tool.withholds?.(texts, scope.isHandedOn) : undefined;
  if (withheld) return effectBecause({ kind: "oversight", words, because: withheld });
  if (kind === "read") {
    const isHeavy = has(tool.changesWith) || isBeyond(tool, words.slice(1));
    if (hasStrangers(tool, words.slice(1))) {
      const because = "an option that is not understood";
      return effectBecause({ kind: "hidden", words, because });
    }
    return effectOf({ kind: isHeavy ? "unknown" : kind, words, scope });
  }
  if (has(tool.destroysWith)) return effectOf({ kind: "destroy", words, scope });
  if (has(tool.oversightWith)) return effectOf({ kind: "oversight", words, scope });
  if (found === "hidden") {
    return effectBecause({
      kind: "hidden",
      words,
      because: tool.instead?.(texts) ?? "a verb that is not known, or not plain",
    });
  }
  if (kind === undefined) {
    const because = tool.instead?.(texts) ?? "a verb that is not known";
    return effectBecause({ kind: "hidden", words, because });
  }
  // What is set to what must be written out where it decides.
  const isReadable = found !== "configure" || words.every(({ isExact }) => isExact);
  const effect = effectOf({ kind: isReadable ? kind : "hidden", words, scope });
  return { ...effect, ...(effect.kind === "configure" && tool.facts?.(texts)) };
}

/** From the first verb on, without the tool's own options, wherever it takes them. */
function textsFrom(tool: VerbTool, args: readonly ShellWord[]): readonly string[] {
  const texts: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const text = args[index]?.text ?? "";
    const mayBeOwn = text.startsWith("-") && (texts.length === 0 || tool.areLeading !== true);
    const isOwn = mayBeOwn && !tool.verbs.has(text);
    if (isOwn && tool.valued.includes(text)) index += 1;
    else if (!(isOwn && (tool.plain?.includes(text) || isJoinedOption(text, tool.valued))))
      texts.push(text);
  }
  return texts;
}

export interface ReadVerbs {
  readonly typed: readonly ShellWord[];
  readonly isCutShort: boolean;
}

/** The plain words in front. An option that is not known ends them: its value is not a verb. */
export function readVerbs(tool: VerbTool, args: readonly ShellWord[]): ReadVerbs {
  const typed: ShellWord[] = [];
  for (let index = 0; index < args.length && typed.length < VERB_WORDS_MAX; index += 1) {
    const word = args[index];
    if (!word) break;
    const { text } = word;
    if (!text.startsWith("-") || tool.verbs.has(text)) typed.push(word);
    else if (tool.valued.includes(text)) index += 1;
    else if (!tool.plain?.includes(text) && !isJoinedOption(text, tool.valued)) {
      return { typed, isCutShort: true };
    }
  }
  return { typed, isCutShort: false };
}

/** Hidden when a word that cannot be read might be a verb that changes the meaning. */
export function kindOf(tool: VerbTool, { typed, isCutShort }: ReadVerbs): EffectKind | undefined {
  if (typed.length === 0) return tool.isShell || isCutShort ? "hidden" : undefined;
  const texts = typed.map(({ text }) => (tool.areCaseless ? text.toLowerCase() : text));
  for (let count = texts.length; count > 0; count -= 1) {
    const verb = texts.slice(0, count).join(" ");
    const kind = tool.verbs.get(verb);
    if (kind === undefined) continue;
    if (typed.slice(0, count).some(({ isExact }) => !isExact)) return "hidden";
    // With an option for a verb all others count, and one of them, or a verb, may change the mode.
    if (verb.startsWith("-") && (isCutShort || typed.length > 1)) return "hidden";
    const next = typed[count];
    const isEnd = (next === undefined && !isCutShort) || /^\d+$/.test(next?.text ?? "");
    if (isEnd || !hasVerbsBelow(tool, verb)) return kind;
    return next?.isExact ? undefined : "hidden";
  }
  return typed.every(({ isExact }) => isExact) && !isCutShort ? undefined : "hidden";
}

function hasVerbsBelow(tool: VerbTool, verb: string): boolean {
  return [...tool.verbs.keys()].some((other) => other.startsWith(`${verb} `));
}
