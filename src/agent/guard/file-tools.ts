// Programs that write files. Removing and overwriting destroys data in every mode: what is in the
// way of a repair is for a person to delete.
import type { Effect } from "../../domain/effect.ts";
import { isScratch } from "./paths.ts";
import { writeTo } from "./redirects.ts";
import {
  alwaysIs,
  type Classifier,
  effectBecause,
  effectOf,
  type Scope,
  type ShellWord,
} from "./scope.ts";

const DESTROYERS = [
  ...["rm", "rmdir", "unlink", "shred", "srm", "wipe", "wipefs", "truncate", "blkdiscard"],
  ...["mkfs", "mke2fs", "mkfs.ext4", "mkfs.xfs", "mkfs.btrfs", "mkswap", "fdisk", "parted"],
  ...["lvremove", "vgremove", "pvremove", "zfs", "zpool", "btrfs", "fallocate", "logrotate"],
  ...["tmpwatch", "tmpreaper", "systemd-tmpfiles", "sponge", "split", "csplit"],
];

/** They take files away or write over them: harmless among temporary files alone. */
const OVERWRITERS = [
  ...["mv", "rename", "rsync", "scp", "sftp", "unzip", "patch", "gzip", "gunzip", "bzip2"],
  ...["bunzip2", "xz", "unxz", "zstd", "unzstd", "lz4", "zip", "7z", "cpio"],
];

export const FILE_TOOLS: Readonly<Record<string, Classifier>> = {
  ...Object.fromEntries(DESTROYERS.map((name) => [name, classifyDestroyer])),
  ...Object.fromEntries(OVERWRITERS.map((name) => [name, classifyOverwriter])),
  cp: classifyCopy,
  install: classifyCopy,
  dd: classifyDd,
  ln: alwaysIs("hidden", "it gives a file another name"),
  tar: classifyTar,
  tee: classifyTee,
};

function classifyDestroyer(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  return [effectOf({ kind: "destroy", words, scope })];
}

function classifyOverwriter(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const isHarmless =
    hasPlainOptions(words, /^-[a-zA-Z]+$/) &&
    operandsOf(words).every((word) => isScratch(word, scope));
  return [effectOf({ kind: isHarmless ? "unknown" : "destroy", words, scope })];
}

/** Its last operand is written. With links, or the target named first, it is not so simple. */
function classifyCopy(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const target = operandsOf(words).at(-1);
  if (!target || !hasPlainOptions(words, /^-[afinpPrRuvLHx]+$/)) {
    return [effectBecause({ kind: "hidden", words, because: "an option that is not understood" })];
  }
  return writeTo(target, scope);
}

function classifyTee(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  if (!hasPlainOptions(words, /^-[ai]+$/)) {
    return [effectBecause({ kind: "hidden", words, because: "an option that is not understood" })];
  }
  return operandsOf(words).flatMap((word) => writeTo(word, scope));
}

/** Reading a device or a file is harmless, writing `of=` is not. */
function classifyDd(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const isWriting = words.some(
    ({ text, isExact }) => !isExact || /^of=(?!\/dev\/null$)/.test(text),
  );
  return [effectOf({ kind: isWriting ? "destroy" : "read", words, scope })];
}

/** Listing is harmless; packing and unpacking overwrite, and its long options run programs. */
function classifyTar(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const [mode, ...rest] = words.slice(1);
  const isListing =
    mode?.isExact && /^-?t[vzjJf]*$/.test(mode.text) && rest.every(({ isExact }) => isExact);
  const isPlain = rest.every(({ text }) => !text.startsWith("-"));
  return [effectOf({ kind: isListing && isPlain ? "read" : "destroy", words, scope })];
}

function hasPlainOptions(words: readonly ShellWord[], plain: RegExp): boolean {
  return words
    .slice(1)
    .every(({ text, isExact, isOperand }) =>
      text.startsWith("-") ? isExact && plain.test(text) : isExact || isOperand === true,
    );
}

function operandsOf(words: readonly ShellWord[]): readonly ShellWord[] {
  return words.slice(1).filter(({ text }) => !/^-./.test(text));
}
