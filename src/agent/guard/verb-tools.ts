// Programs whose first words say what they do, as verb-tables.ts lists them.
import type { Effect, EffectKind } from "../../domain/effect.ts";
import { type Classifier, effectBecause, effectOf, type Scope, type ShellWord } from "./scope.ts";
import { DOCKER, PD_CTL, REDIS, SYSTEMCTL, TIKV_CTL, type VerbTool } from "./verb-tables.ts";
import { classifyWrapped, isJoinedOption, type Wrapper } from "./wrappers.ts";

export const VERB_TOOLS: Readonly<Record<string, Classifier>> = {
  docker: verbsOf(DOCKER),
  "docker-compose": ([first, ...rest], scope) =>
    first ? verbsOf(DOCKER)([first, { text: "compose", isExact: true }, ...rest], scope) : [],
  podman: verbsOf(DOCKER),
  systemctl: verbsOf(SYSTEMCTL),
  "redis-cli": verbsOf(REDIS),
  "valkey-cli": verbsOf(REDIS),
  "pd-ctl": verbsOf(PD_CTL),
  "/pd-ctl": verbsOf(PD_CTL),
  "tikv-ctl": verbsOf(TIKV_CTL),
  "/tikv-ctl": verbsOf(TIKV_CTL),
};

const VERB_WORDS_MAX = 3;

/** How `docker exec` and `docker compose exec` stand before a command. */
const EXEC: Wrapper = {
  plain: ["-i", "-t", "-it", "-ti", "-d", "-T"],
  valued: ["-e", "-u", "-w", "--env", "--user", "--workdir", "--index"],
  skips: 1,
};

function verbsOf(tool: VerbTool): Classifier {
  return (words, scope) => {
    const args = words.slice(1);
    const read = readVerbs(tool, args);
    const run = read.typed.slice(0, 2).find(({ text }) => text === tool.runs);
    if (run) return classifyWrapped({ wrapper: EXEC, words: args.slice(args.indexOf(run)), scope });
    return [effectOfVerb(kindOf(tool, read), { tool, words, scope })];
  };
}

interface VerbUse {
  readonly tool: VerbTool;
  readonly words: readonly ShellWord[];
  readonly scope: Scope;
}

/** Undefined: a verb that is in no table. */
function effectOfVerb(kind: EffectKind | undefined, { tool, words, scope }: VerbUse): Effect {
  const has = (signs: RegExp | undefined) => words.slice(1).some(({ text }) => signs?.test(text));
  if (kind === "read") return effectOf({ kind, words, scope });
  if (has(tool.destroysWith)) return effectOf({ kind: "destroy", words, scope });
  if (has(tool.oversightWith)) return effectOf({ kind: "oversight", words, scope });
  if (kind) return effectOf({ kind, words, scope });
  return effectBecause({ kind: tool.otherwise, words, because: "a verb that is not known" });
}

interface ReadVerbs {
  readonly typed: readonly ShellWord[];
  readonly isCutShort: boolean;
}

/** The plain words in front. An option that is not known ends them: its value is not a verb. */
function readVerbs(tool: VerbTool, args: readonly ShellWord[]): ReadVerbs {
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
function kindOf(tool: VerbTool, { typed, isCutShort }: ReadVerbs): EffectKind | undefined {
  if (typed.length === 0) return tool.isShell || isCutShort ? "hidden" : undefined;
  const texts = typed.map(({ text }) => text.toLowerCase());
  for (let count = texts.length; count > 0; count -= 1) {
    const verb = texts.slice(0, count).join(" ");
    const kind = tool.verbs.get(verb);
    if (kind === undefined) continue;
    if (typed.slice(0, count).some(({ isExact }) => !isExact)) return "hidden";
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
