// The command lines of what tells about the machine: systemd's, the kernel's log, its processes.
import type { Grammar, Verb } from "./grammar.ts";

const COUNT = /^\d{1,6}$/;
const WORDS = /^[\w,.-]+$/;
/** "10 min ago", "2026-11-21 09:00:00". */
const TIME = /^[\w:.+ -]+$/;
const UNIT = /^\w[\w@.:-]*$/;
const UNITS = /^[\w*][\w@.:*-]*$/;

const READ: Verb = { operands: [UNITS], max: 20 };
const CHANGE: Verb = { operands: [UNIT], min: 1, max: 20 };

export const SYSTEMCTL: Grammar = {
  options: {
    letters: "laqr",
    flags: [
      ...["--no-pager", "--full", "--all", "--quiet", "--no-block", "--failed", "--plain"],
      ...["--no-legend", "--value", "--recursive", "--reverse", "--after", "--before"],
    ],
    values: {
      "-n --lines": COUNT,
      "-o --output": /^(?:short[\w-]*|cat|with-unit)$/,
      "-t --type": WORDS,
      "--state": WORDS,
      "-p --property": /^[\w,]+$/,
    },
    repeated: ["-p --property"],
  },
  arePermuted: true,
  verbs: {
    "": {},
    "--version": {},
    ...each(
      [
        ...["status", "show", "is-active", "is-failed", "is-enabled", "list-units"],
        ...["list-unit-files", "list-timers", "list-dependencies", "list-sockets", "list-jobs"],
      ],
      READ,
    ),
    "is-system-running": {},
    ...each(
      [
        ...["start", "reset-failed", "thaw", "stop", "restart", "reload", "kill", "try-restart"],
        ...["reload-or-restart", "freeze"],
      ],
      CHANGE,
    ),
  },
};

export const JOURNALCTL: Grammar = {
  verbs: {
    "": {
      options: {
        letters: "kreqxafb",
        flags: [
          ...["--no-pager", "--dmesg", "--reverse", "--pager-end", "--quiet", "--catalog"],
          ...["--follow", "--boot", "--utc", "--no-hostname", "--disk-usage", "--list-boots"],
        ],
        values: {
          "-u --unit": UNITS,
          "-n --lines": /^(?:\d{1,6}|all)$/,
          "-S --since": TIME,
          "-U --until": TIME,
          "-p --priority": /^[\w.]+$/,
          // Others show fields that no message has: with what a process was started that crashed.
          "-o --output": /^(?:short[\w-]*|cat|with-unit)$/,
          "-t --identifier": UNIT,
          "-g --grep": /^[^-]/s,
        },
      },
    },
  },
};

export const DMESG: Grammar = {
  verbs: {
    "": {
      options: {
        letters: "THkuxtdLPeSw",
        flags: ["--ctime", "--human", "--kernel", "--userspace", "--decode", "--nopager"],
        values: {
          ...{ "-l --level": WORDS, "-f --facility": WORDS, "--since": TIME, "--until": TIME },
          "-F --file": /^\/[\w./-]+$/,
          "--color": /^never$/,
        },
      },
    },
  },
};

/** Its long options may be cut short, and some of them go through whole trees of files. */
export const GREP: Grammar = {
  verbs: {
    "": {
      options: {
        letters: "irRvcnlLwoxhHqsEFGaPzZ0123456789",
        flags: [
          ...["--ignore-case", "--invert-match", "--count", "--line-number", "--word-regexp"],
          ...["--only-matching", "--no-filename", "--with-filename", "--quiet", "--silent"],
          ...["--no-messages", "--extended-regexp", "--fixed-strings", "--text"],
          ...["--files-with-matches", "--line-buffered", "--line-regexp"],
        ],
        values: {
          "-e --regexp": /^/,
          "-m --max-count": COUNT,
          "-A --after-context": COUNT,
          "-B --before-context": COUNT,
          "-C --context": COUNT,
          "--color --colour": /^\w+$/,
        },
        repeated: ["-e --regexp"],
      },
      operands: [/^/],
      max: 50,
    },
  },
};

/** With a buffer of a size that is asked for it leaves files of that size behind. */
export const SORT: Grammar = {
  verbs: {
    "": {
      options: {
        letters: "bcCdfghiMmnrRsuVz",
        flags: ["--reverse", "--unique", "--numeric-sort", "--human-numeric-sort"],
        values: { "-k --key": /^[\d.,a-zA-Z]+$/, "-t --field-separator": /^/, "-o": /^/ },
        repeated: ["-k --key"],
      },
      operands: [/^/],
      max: 50,
    },
  },
};

/** Of a few packets, a second apart. */
export const PING: Grammar = {
  verbs: {
    "": {
      options: {
        letters: "nq46",
        values: { "-c": /^\d{1,2}$/, "-W -w": /^\d{1,2}$/, "-i": /^(?:0\.[2-9]|[1-9])$/ },
      },
      operands: [/^[\w:][\w.:-]*$/],
      min: 1,
    },
  },
};

function each(names: readonly string[], verb: Verb): Readonly<Record<string, Verb>> {
  return Object.fromEntries(names.map((name) => [name, verb]));
}
