// Which variables of our environment hold a secret, or name a file that does.
import { resolve } from "node:path";
import type { CommandContext } from "./context.ts";

const SECRET = new RegExp(
  "KEY|TOKEN|SECRET|PASS|CREDENTIAL|AUTH(?!OR)|COOKIE|DSN|WEBHOOK" +
    "|(?:^|_)(?:PAT|PW|CREDS?|HEADERS?)(?:_|$)|_PWD$",
  "i",
);
const OF_A_FILE = /_FILE$/;

export function holdsSecret(name: string): boolean {
  return SECRET.test(name) && !OF_A_FILE.test(name);
}

export function namesSecretFile(name: string): boolean {
  return SECRET.test(name) && OF_A_FILE.test(name);
}

/** Their paths, absolute: no command sees them. */
export function secretFilesOf(env: CommandContext["env"]): readonly string[] {
  return Object.entries(env).flatMap(([name, path]) =>
    path && namesSecretFile(name) ? [resolve(path)] : [],
  );
}
