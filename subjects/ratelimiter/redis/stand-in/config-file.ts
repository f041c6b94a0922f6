// redis.conf as the stand-in reads and rewrites it. What it does not know it leaves as it is.
import { readFileSync } from "node:fs";
import { replaceFile } from "./replace-file.ts";
import type { Settings } from "./settings.ts";
import { quoteWord, splitWords } from "./wire/split-words.ts";

/** By name; a later line counts more than an earlier one of the same name, but for `save`. */
export function readConfigFile(path: string): Map<string, string> {
  const said = new Map<string, string>();
  for (const line of readFileSync(path, "utf8").split("\n")) {
    const [name, ...words] = wordsOf(line);
    if (name === undefined) continue;
    const value = words.join(" ");
    const before = said.get(name);
    said.set(name, name === "save" && before && value ? `${before} ${value}` : value);
  }
  return said;
}

/** Every line of a setting that has changed is replaced; those that were not named are added. */
export function rewriteConfigFile(
  path: string,
  { settings, defaults }: { readonly settings: Settings; readonly defaults: Settings },
): void {
  const said = readConfigFile(path);
  const lines = readFileSync(path, "utf8").split("\n");
  const changed = [...settings].filter(
    ([name, value]) => value !== (said.get(name) ?? defaults.get(name)),
  );
  const names = new Set(changed.map(([name]) => name));
  const kept = lines.filter((line) => line !== "" && !names.has(wordsOf(line)[0] ?? ""));
  const added = changed.map(([name, value]) => `${name} ${wordsFor(name, value)}`);
  replaceFile(path, `${[...kept, ...added].join("\n")}\n`);
}

/** Pairs of `save` are words of their own. */
function wordsFor(name: string, value: string): string {
  return name === "save" && value !== "" ? value : quoteWord(value);
}

function wordsOf(line: string): readonly string[] {
  if (line.trim().startsWith("#")) return [];
  const [name, ...words] = splitWords(line) ?? [];
  return name === undefined ? [] : [name.toLowerCase(), ...words];
}
