// How the guard reads a line, where shells, or a shell and a parser, do not agree.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts of our own code
import type { Mutation } from "./mutation.ts";

const READING = {
  breaks: "what runs was read",
  tests: ["test/guard/differential/differential.test.ts"],
};

export const READINGS: readonly Mutation[] = [
  {
    ...READING,
    file: "src/agent/guard/node-facts.ts",
    name: "bash's own quotations are everybody's",
    original: '  "AnsiCQuoted",\n',
    planted: "",
  },
  {
    ...READING,
    file: "src/agent/guard/expansions.ts",
    name: "a quote within quotes is one",
    original: String.raw`if (operation && /['"\\]/.test(text)) return`,
    planted: 'if (operation && text === "") return',
  },
  {
    ...READING,
    file: "src/agent/guard/redirects.ts",
    name: "behind >& stands no code",
    original: String.raw`if (word.isExact && /^(?:\d+|-)$/.test(word.text)) return [];`,
    planted: "return [];",
  },
  {
    ...READING,
    file: "src/agent/guard/script-facts.ts",
    name: "a change of folder leads nowhere",
    original: "changesFolder ||= isOpen || FOLDER_CHANGERS.has(name);",
    planted: "changesFolder ||= false;",
  },
  {
    ...READING,
    file: "src/agent/guard/script-facts.ts",
    name: "a variable keeps its first value",
    original: "assigned.filter((other) => other === name).length === 1;",
    planted: "assigned.includes(name);",
  },
];
