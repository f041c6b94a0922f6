// Programs that write files. Removing and overwriting destroys data in every mode: what is in the
// way of a repair is for a person to delete.
import type { Effect } from "../../domain/effect.ts";
import { isProtected, writeTo } from "./redirects.ts";
import { type Classifier, effectBecause, effectOf, type Scope, type ShellWord } from "./scope.ts";

const DESTROYERS = [
  ...["rm", "rmdir", "unlink", "shred", "srm", "wipe", "wipefs", "truncate", "blkdiscard"],
  ...["mkfs", "mke2fs", "mkfs.ext4", "mkfs.xfs", "mkfs.btrfs", "mkswap", "fdisk", "parted"],
  ...["lvremove", "vgremove", "pvremove", "zfs", "zpool", "btrfs"],
];

export const FILE_TOOLS: Readonly<Record<string, Classifier>> = {
  ...Object.fromEntries(
    DESTROYERS.map((name): [string, Classifier] => [
      name,
      (words, scope) => [effectOf({ kind: "destroy", words, scope })],
    ]),
  ),
  dd: classifyDd,
  mv: classifyMove,
  cp: (words, scope) => classifyWrites(words, scope),
  install: (words, scope) => classifyWrites(words, scope),
  ln: (words, scope) => classifyWrites(words, scope),
  tee: (words, scope) => operandsOf(words).flatMap((word) => writeTo(word, scope)),
};

/** Reading a device or a file is harmless, writing `of=` is not. */
function classifyDd(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const isWriting = words.some(
    ({ text, isExact }) => !isExact || /^of=(?!\/dev\/null$)/.test(text),
  );
  return [effectOf({ kind: isWriting ? "destroy" : "read", words, scope })];
}

/** Its source goes away and its target is overwritten: harmless only among temporary files. */
function classifyMove(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const isTemporary = operandsOf(words).every(
    (word) => word.isExact && /^\/tmp\/(?!.*\.\.)./.test(word.text) && !isProtected(word, scope),
  );
  return [effectOf({ kind: isTemporary ? "unknown" : "destroy", words, scope })];
}

function classifyWrites(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const target = operandsOf(words).at(-1);
  if (!target) return [effectOf({ kind: "unknown", words, scope })];
  const effects = writeTo(target, scope);
  return effects.length > 0
    ? effects
    : [effectBecause({ kind: "unknown", words, because: "writes a file" })];
}

function operandsOf(words: readonly ShellWord[]): readonly ShellWord[] {
  return words.slice(1).filter(({ text }) => !/^-./.test(text));
}
