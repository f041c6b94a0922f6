// What the executable of the tests of crashes has in place of two modules of ours: the table of
// subjects, and a clock that can hurry. All else of it is the program as it is published.
import { join } from "node:path";
import type { BunPlugin } from "bun";

const here = (name: string) => JSON.stringify(join(import.meta.dir, name));

export const exchangeModules: BunPlugin = {
  name: "exchange modules",
  setup(build) {
    build.onLoad({ filter: /\/subjects\/index\.ts$/ }, () => ({
      contents: `export * from ${here("subjects.ts")};`,
      loader: "ts",
    }));
    build.onLoad({ filter: /\/src\/infra\/clock\.ts$/ }, async ({ path }) => {
      const text = await Bun.file(path).text();
      const renamed = text.replace("export const systemClock", "const realClock");
      if (renamed === text) throw new Error(`${path} has no systemClock`);
      const speed = "Number(process.env[SPEED_ENV] ?? 1)";
      const hurried = `export const systemClock = hurry(realClock, ${speed});`;
      const imported = `import { hurry, SPEED_ENV } from ${here("hurry.ts")};`;
      return { contents: `${imported}\n${renamed}\n${hurried}\n`, loader: "ts" };
    });
  },
};
