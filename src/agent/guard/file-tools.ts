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
  ...["pd-recover", "/pd-recover", "etcdutl", "ldb", "sst_dump"],
];

/** Their files are named by what they read, or nowhere. */
const UNPACKERS = ["patch", "cpio", "7z", "scp", "sftp"];

/** The same, and they run what their words say: `rsync -e`, `zip -TT`, the code of `rename`. */
const RUNNING_UNPACKERS = ["rename", "rsync", "zip"];

/** They take files away or write over them: harmless among temporary files alone. */
const OVERWRITERS = ["mv", "lz4"];
const PACKERS = ["gzip", "gunzip", "bzip2", "bunzip2", "xz", "unxz", "zstd", "unzstd"];

const PERMISSION_TOOLS = ["chmod", "chown", "chgrp", "setfacl", "chattr"];

export const FILE_TOOLS: Readonly<Record<string, Classifier>> = {
  ...Object.fromEntries(DESTROYERS.map((name) => [name, classifyDestroyer])),
  ...Object.fromEntries(UNPACKERS.map((name) => [name, classifyDestroyer])),
  ...Object.fromEntries(RUNNING_UNPACKERS.map((name) => [name, classifyDestroyer])),
  ...Object.fromEntries(OVERWRITERS.map((name) => [name, classifyOverwriter])),
  ...Object.fromEntries(PACKERS.map((name) => [name, classifyPacker])),
  unzip: classifyUnzip,
  cp: classifyCopy,
  install: classifyCopy,
  dd: classifyDd,
  ln: alwaysIs("hidden", "it gives a file another name"),
  link: alwaysIs("hidden", "it gives a file another name"),
  tar: classifyTar,
  tee: classifyTee,
  touch: classifyMaker,
  mkdir: classifyMaker,
  mktemp: classifyMaker,
  ...Object.fromEntries(PERMISSION_TOOLS.map((name) => [name, classifyPermissions])),
};

function classifyDestroyer(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  return [effectOf({ kind: "destroy", words, scope })];
}

/** With -c among them all goes to the output, and files stay as they are. */
function classifyPacker(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const isShowing =
    hasPlainOptions(words, /^-[cdkqv1-9]+$/) && words.some(({ text }) => /^-\w*c/.test(text));
  if (isShowing) return [effectOf({ kind: "read", words, scope })];
  return classifyOverwriter(words, scope);
}

function classifyUnzip(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const [mode, archive, ...more] = words.slice(1);
  const isListing =
    mode?.isExact && /^-[lvt]$/.test(mode.text) && archive?.isExact && more.length === 0;
  return [effectOf({ kind: isListing ? "read" : "destroy", words, scope })];
}

function classifyOverwriter(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const files = operandsOf(words);
  const isHarmless =
    hasPlainOptions(words, /^-[cdfiklnqtuvT1-9]+$/) &&
    files.length > 0 &&
    files.every((word) => isScratch(word, scope));
  return [effectOf({ kind: isHarmless ? "write" : "destroy", words, scope })];
}

/** Its last operand is written. A link that is copied as one would lead elsewhere. */
function classifyCopy(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const target = operandsOf(words).at(-1);
  if (!target || !hasPlainOptions(words, /^-[finpuvL]+$/)) {
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

/** With an option that has a value, that is an operand as well: it only makes it stricter. */
function classifyMaker(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const options = words.slice(1).filter(({ text }) => /^-./.test(text));
  if (!options.every(({ text, isExact }) => isExact && /^-[acmpdqu]+$/.test(text))) {
    return [effectBecause({ kind: "hidden", words, because: "an option that is not understood" })];
  }
  const operands = operandsOf(words);
  if (operands.length === 0) {
    return writeTo({ text: `${scope.knowledge.cwd}/${words[0]?.text}`, isExact: true }, scope);
  }
  return operands.flatMap((word) => writeTo(word, scope));
}

/** Elsewhere it may lock a member out of its own data. */
function classifyPermissions(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const [, ...files] = operandsOf(words);
  if (words.some(({ isExact }) => !isExact)) {
    return [effectBecause({ kind: "hidden", words, because: "whose, is known only when it runs" })];
  }
  const isHarmless =
    hasPlainOptions(words, /^-[a-zA-Z]+$/) &&
    files.length > 0 &&
    files.every((word) => isScratch(word, scope));
  if (isHarmless) return [effectOf({ kind: "write", words, scope })];
  const isDeep = words.some(({ text }) => /^-[a-zA-Z]*R|^--r/.test(text));
  return [effectOf({ kind: isDeep ? "destroy" : "unknown", words, scope })];
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
  // `host:file` is another machine's.
  const isPlain = rest.every(({ text }) => !/^-|:/.test(text));
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
