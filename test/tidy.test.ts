// The house style, where a machine can check it: layers, homes of packages, sizes, leftovers.
// Biome checks the rest: formatting, `any`, `!`, lines per function.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { Glob } from "bun";

interface Source {
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  /** As written for packages; relative to the project's root for our own files. */
  readonly imports: readonly string[];
}

const ROOT = join(import.meta.dir, "..");
const LINES_MAX = 300;
const COLUMNS_MAX = 100;

const SOURCES = readSources(["src/**/*.{ts,mjs}", "demo/**/*.ts", "subjects/**/*.ts", "build.ts"]);
const TESTS = readSources(["test/**/*.ts"]);

/** Which of our folders a layer may import, besides itself. The first matching folder counts. */
const LAYERS: readonly { readonly folder: string; readonly may: readonly string[] }[] = [
  { folder: "src/domain/", may: [] },
  { folder: "src/store/", may: ["src/domain/"] },
  { folder: "src/monitor/", may: ["src/domain/", "src/store/"] },
  { folder: "src/agent/", may: ["src/domain/", "src/store/"] },
  { folder: "src/replay/", may: ["src/domain/", "src/agent/"] },
  { folder: "src/models/", may: ["src/domain/"] },
  { folder: "src/runtimes/", may: ["src/domain/", "src/infra/"] },
  { folder: "src/faults/", may: ["src/domain/", "src/infra/"] },
  { folder: "src/actions/", may: ["src/domain/"] },
  { folder: "src/runbooks/", may: ["src/domain/", "src/infra/"] },
  { folder: "src/disturbances/", may: ["src/domain/"] },
  { folder: "src/infra/", may: ["src/domain/"] },
  { folder: "src/panels/", may: ["src/domain/"] },
  { folder: "src/commands/", may: ["src/", "subjects/index.ts", "demo/", "package.json"] },
  { folder: "src/command-table.ts", may: ["src/commands/", "subjects/index.ts"] },
  { folder: "src/", may: ["src/commands/", "src/domain/", "src/infra/", "package.json"] },
  { folder: "subjects/index.ts", may: ["src/domain/", "subjects/"] },
  {
    folder: "subjects/",
    may: ["src/domain/", "src/infra/", "src/actions/", "src/runbooks/", "src/disturbances/"],
  },
  {
    folder: "demo/",
    may: ["src/commands/", "src/panels/", "src/faults/", "src/domain/", "src/infra/", "subjects/"],
  },
];

/** Each package has one home, so that replacing it touches one place. */
const HOMES: Readonly<Record<string, readonly string[]>> = {
  "bun:sqlite": ["src/store/", "subjects/tikv/stand-in/"],
  "@anthropic-ai/sdk": ["src/models/"],
  dockerode: ["src/runtimes/"],
  ioredis: ["subjects/ratelimiter/"],
  "log-update": ["src/panels/screen.ts"],
  chalk: ["src/panels/theme.ts"],
  cac: ["src/command-line.ts"],
  unbash: ["src/agent/guard/"],
  "@xterm/headless": ["demo/picture/"],
};

/** Time, chance and the process are passed in; only these may ask for them. */
const WORLD = /\b(Date\.now|Math\.random|process\.env|process\.exit)\b/;
const WORLDLY = ["src/main.ts", "src/setup.mjs", "src/commands/", "src/infra/clock.ts"];

const LEFTOVERS = /\b(TODO|FIXME|XXX|HACK)\b|\bconsole\.(log|debug)\b|\bdebugger\b/;

test("every layer imports only the layers below it", () => {
  const wrong = SOURCES.flatMap(({ path, imports }) => {
    const layer = LAYERS.find(({ folder }) => path.startsWith(folder));
    if (!layer) return [];
    const allowed = [layer.folder, ...layer.may];
    const isOurs = (target: string) => /^(src|demo|subjects|test)\/|^package\.json$/.test(target);
    const bad = imports.filter(
      (target) => isOurs(target) && !allowed.some((prefix) => target.startsWith(prefix)),
    );
    return bad.map((target) => `${path} imports ${target}`);
  });
  expect(wrong).toEqual([]);
});

test("no subject imports another", () => {
  const wrong = SOURCES.flatMap(({ path, imports }) => {
    const own = /^subjects\/[^/]+\//.exec(path)?.[0];
    if (!own) return [];
    const foreign = imports.filter(
      (target) => /^subjects\//.test(target) && !target.startsWith(own),
    );
    return foreign.map((target) => `${path} imports ${target}`);
  });
  expect(wrong).toEqual([]);
});

test("each package is imported in its one home", () => {
  const wrong = SOURCES.flatMap(({ path, imports }) =>
    imports
      .filter((target) => {
        const name = Object.keys(HOMES).find(
          (key) => target === key || target.startsWith(`${key}/`),
        );
        return name !== undefined && !HOMES[name]?.some((home) => path.startsWith(home));
      })
      .map((target) => `${path} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test("time, chance and the process are asked for in few places", () => {
  const asking = SOURCES.filter(({ path }) => !WORLDLY.some((place) => path.startsWith(place)));
  expect(findLines(asking, WORLD)).toEqual([]);
});

test("files and lines are short, sources and tests alike", () => {
  const long = [...SOURCES, ...TESTS].filter(({ lines }) => lines.length > LINES_MAX);
  expect(long.map(({ path, lines }) => `${path}: ${lines.length} lines`)).toEqual([]);
  expect(findLines([...SOURCES, ...TESTS], new RegExp(`^.{${COLUMNS_MAX + 1},}$`))).toEqual([]);
});

test("every source opens with what it is for", () => {
  const silent = SOURCES.filter(({ lines }) => !/^(\/\/|#!)/.test(lines[0] ?? ""));
  expect(silent.map(({ path }) => path)).toEqual([]);
});

test("nothing is left over", () => {
  const shipped = SOURCES.filter(({ path }) => path !== "build.ts");
  expect(findLines(shipped, LEFTOVERS)).toEqual([]);
});

function findLines(sources: readonly Source[], pattern: RegExp): readonly string[] {
  return sources.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) =>
      pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [],
    ),
  );
}

function readSources(patterns: readonly string[]): readonly Source[] {
  return patterns.flatMap((pattern) =>
    [...new Glob(pattern).scanSync({ cwd: ROOT })].sort().map((path) => {
      const text = readFileSync(join(ROOT, path), "utf8");
      return { path, text, lines: text.trimEnd().split("\n"), imports: importsOf(path, text) };
    }),
  );
}

function importsOf(path: string, text: string): readonly string[] {
  const written = [...text.matchAll(/(?:\bfrom|\bimport\(|^import)\s*"([^"]+)"/gm)];
  return written.map(([, target = ""]) =>
    target.startsWith(".") ? normalize(join(dirname(path), target)) : target,
  );
}
