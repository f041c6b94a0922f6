// The options of programs that take verbs: where a call goes, and whether all are understood. Pure.
import { areKnownHosts } from "./hosts.ts";
import type { Scope, ShellWord } from "./scope.ts";
import type { VerbTool } from "./verb-tables.ts";
import { isJoinedOption } from "./wrappers.ts";

export interface OptionTrouble {
  readonly kind: "foreign" | "hidden";
  readonly because: string;
}

/** Of two that say where it goes a program takes the last, or one: so there is one. */
export function troubleOfOptions(
  tool: VerbTool,
  args: readonly ShellWord[],
): OptionTrouble | undefined {
  const { forms = {}, isUnjoined = false } = tool;
  const own = optionsOf(tool, args);
  const placing = own.filter((one) => one.option in forms || hostsAmong(tool, [one]).length > 0);
  const isTwice = placing.some(({ option }, index) =>
    placing.slice(0, index).some((other) => other.option === option),
  );
  const goesTo = placing.filter((one) => one.option === "-p" || hostsAmong(tool, [one]).length > 0);
  const isMixed = goesTo.length > 1 && goesTo.some(({ value }) => value?.text.includes("://"));
  const isOdd = own.some(
    ({ option, value, isJoined }) =>
      (isUnjoined && isJoined) ||
      value === undefined ||
      /^-(?!\d+$)/.test(value.text) ||
      (value.isExact && forms[option]?.test(value.text) === false),
  );
  if (!(isTwice || isMixed || isOdd)) return undefined;
  return { kind: "hidden", because: "options that are not understood: each once, with its value" };
}

interface TypedOption {
  readonly option: string;
  readonly value: ShellWord | undefined;
  /** `-p6380`, `--pd=…`. */
  readonly isJoined: boolean;
}

/** Those with a value. */
function optionsOf(
  { valued, areLeading }: VerbTool,
  args: readonly ShellWord[],
): readonly TypedOption[] {
  const found: TypedOption[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index];
    if (!word || word.text === "--") break;
    const joined = valued.find((option) => isJoinedOption(word.text, [option]));
    if (valued.includes(word.text)) {
      index += 1;
      found.push({ option: word.text, value: args[index], isJoined: false });
    } else if (joined !== undefined) {
      const text = word.text.slice(joined.length).replace(/^=/, "");
      found.push({ option: joined, value: { ...word, text }, isJoined: true });
    } else if (areLeading && !word.text.startsWith("-")) break;
  }
  return found;
}

/** Where it goes: the hosts that are named, or else this machine. */
export function placesOfCall(
  tool: VerbTool,
  args: readonly ShellWord[],
): readonly { readonly hostname: string; readonly port: number }[] {
  const own = optionsOf(tool, args);
  const typedPort = own.find(({ option }) => option === "-p")?.value?.text;
  const named = hostsAmong(tool, own).flatMap(({ value }) => value?.text ?? []);
  if (named.length === 0 && tool.port === undefined) return [];
  return named
    .join(",")
    .split(",")
    .map((one) => {
      const url = URL.parse(/:\/\//.test(one) ? one : `tcp://${one}`);
      return { hostname: url?.hostname ?? "", port: Number(typedPort ?? (url?.port || tool.port)) };
    });
}

function hostsAmong({ hosts = [] }: VerbTool, own: readonly TypedOption[]) {
  return own.filter(({ option }) => hosts.includes(option));
}

/** Options besides those of the table. */
export function hasStrangers(tool: VerbTool, args: readonly ShellWord[]): boolean {
  const { reads, valued, plain = [], verbs } = tool;
  if (!reads) return false;
  return args.some(
    ({ text }) =>
      text.startsWith("-") &&
      !(reads.test(text) || plain.includes(text) || verbs.has(text)) &&
      !(valued.includes(text) || isJoinedOption(text, valued)),
  );
}

/** More than who is asked can do while others wait. */
export function isBeyond(tool: VerbTool, args: readonly ShellWord[]): boolean {
  return optionsOf(tool, args).some(({ option, value }) => {
    const max = tool.bounds?.[option];
    const text = value?.text ?? "";
    return max !== undefined && !(/^\d+$/.test(text) && Number(text) <= max);
  });
}

/** Where a host begins and ends in anything else, programs see in several ways. */
const PLAIN_PLACE = new RegExp(
  String.raw`^(?:[a-z]+:\/\/)?(?:[^@/#?\\]*@)?` +
    String.raw`(?:[\w.-]+|\[[\da-f:.]+\]|[\da-f:]*::[\da-f:]*)(?::\d{1,5})?(?:\/\d*)?$`,
  "i",
);

/** Undefined when each host that an option names is the subject's. */
export function troubleOfHosts(
  tool: VerbTool,
  args: readonly ShellWord[],
  scope: Scope,
): OptionTrouble | undefined {
  for (const { value } of hostsAmong(tool, optionsOf(tool, args))) {
    if (!value?.isExact) {
      return { kind: "hidden", because: "which host, is known only when it runs" };
    }
    const isPlain = value.text.split(",").every((one) => one === "" || PLAIN_PLACE.test(one));
    if (!(isPlain && areKnownHosts(value.text, scope.knowledge))) {
      return { kind: "foreign", because: "another host" };
    }
  }
  return undefined;
}
