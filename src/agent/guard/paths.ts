// What is known of a word that names a file: protected, for temporary use, or another's secret.
import { posix } from "node:path";
import type { Scope, ShellWord } from "./scope.ts";

/** Whether it names, contains or may become one of the protected paths. */
export function isProtected(word: ShellWord, scope: Scope): boolean {
  const { cwd, protectedPaths } = scope.knowledge;
  if (protectedPaths.some((one) => word.text.includes(one))) return true;
  const written = writtenPart(word);
  if (written === "") return false;
  const path = posix.resolve(cwd, written);
  const isRest = !word.isExact && !written.endsWith("/");
  return protectedPaths.some(
    // A prefix, not a folder: `tickets.db` has companions such as `tickets.db-wal`.
    (one) => path.startsWith(one) || isAbove(path, one) || (isRest && one.startsWith(path)),
  );
}

/**
 * Programs read them without being told: compose where it is started, whose hooks run programs in
 * members; others what begins with a dot, where the temporary folder is somebody's home.
 */
const STEERING_FILE = /\/(?:(?:docker-)?compose\b|\.)/i;

/** Whether it certainly names a file that the agent alone has, and may overwrite. */
export function isScratch(word: ShellWord, scope: Scope): boolean {
  if (scope.isInside) return false;
  return scope.knowledge.isUnheld !== true && isTemporary(word, scope);
}

/** Whether it certainly names a file for temporary use, whosever it is. */
export function isTemporary(word: ShellWord, scope: Scope): boolean {
  const { cwd } = scope.knowledge;
  if (!isCertainPath(word, scope) || isProtected(word, scope)) return false;
  const path = posix.resolve(cwd, word.text);
  if (/\/operator-demo-/.test(path) || STEERING_FILE.test(path)) return false;
  return [cwd, "/tmp"].some((folder) => path.startsWith(`${folder}/`));
}

/** After a `cd` only an absolute path is certain. */
export function isCertainPath({ text, isExact }: ShellWord, scope: Scope): boolean {
  return isExact && (text.startsWith("/") || !scope.isElsewhere);
}

/** Below operator's folder: logs alone are of use to who repairs; the rest are secrets. */
const FOR_READING = /^\/(?:.*\/)?(?:logs|members\/[^/]*)(?:\/|$)/;

/** The same files, by way of a process. */
const ROOT_OF_PROCESS = /^\/proc\/[^/]+\/root(?=\/)/;

/** One of operator's own files that is of no use to who repairs. */
export function isSecret(word: ShellWord, scope: Scope): boolean {
  const { cwd, protectedPaths } = scope.knowledge;
  if (!isOfOperator(word, scope)) return false;
  const isOpen = !word.isExact && word.text.includes("..");
  const path = posix.resolve(cwd, isOpen ? writtenPart(word) : pathIn(word));
  const above = protectedPaths.filter((one) => path.startsWith(one)).map(({ length }) => length);
  return above.length === 0 || !FOR_READING.test(path.slice(Math.min(...above)));
}

/** One of operator's own files by its name. A folder above them is another matter. */
export function isOfOperator(word: ShellWord, scope: Scope): boolean {
  const { cwd, protectedPaths } = scope.knowledge;
  const written = writtenPart(word);
  const path = posix.resolve(cwd, written).replace(ROOT_OF_PROCESS, "");
  const mayBecome = !word.isExact && written !== "" && !written.endsWith("/");
  const pattern = word.isExact ? undefined : posix.resolve(cwd, word.text);
  return protectedPaths.some(
    (one) =>
      path.startsWith(one) ||
      (mayBecome && one.startsWith(path)) ||
      (pattern !== undefined && mayReach(pattern, one)),
  );
}

/** Whether a pattern may name what is within a folder. */
export function mayReach(pattern: string, folder: string): boolean {
  const written = pattern.split("/");
  return folder.split("/").every((name, index) => mayBe(written[index], name));
}

function mayBe(written: string | undefined, name: string): boolean {
  if (written === undefined || written === name) return written === name;
  const [start = ""] = written.split(/[*?[{$`]/, 1);
  if (start.length === written.length) return false;
  const end = /[$`]/.test(written) ? "" : (written.split(/[*?\]}]/).at(-1) ?? "");
  return start.length + end.length <= name.length && name.startsWith(start) && name.endsWith(end);
}

/** Where the keys of a process can be read: redaction knows them as they are, and not encoded. */
const FOREIGN_MEMORY = /(^|\/)(environ|mem)\b/;
/** What the last part of such a path may yet become. */
const OPEN_END = /\/proc\/.*[*?[{$`][^/]*$/;

export function isForeignMemory({ text }: ShellWord): boolean {
  const isInProc = /(^|\/)proc(\/|$)/.test(text);
  if (!isInProc) return /(^|\/)environ$/.test(text);
  return FOREIGN_MEMORY.test(text) || OPEN_END.test(text);
}

/** Of `name=path` the path. */
function pathIn({ text }: ShellWord): string {
  return text.replace(/^[\w-]*=/, "");
}

/** Of that what stands before the first thing to be expanded. */
function writtenPart(word: ShellWord): string {
  const path = pathIn(word);
  return word.isExact ? path : (/^[^*?[{$`]*/.exec(path)?.[0] ?? "");
}

function isAbove(folder: string, path: string): boolean {
  return folder === "/" || path.startsWith(`${folder}/`);
}
