// The command lines of what asks members: pd-ctl and tikv-ctl 8.5, redis-cli 7, curl 7 and 8.
import type { Grammar } from "./grammar.ts";

const COUNT = /^\d{1,12}$/;
const SECONDS = /^\d{1,3}(?:\.\d+)?$/;
const PLACE = /^[\w.:/[\],-]+$/;
/** No blanks, no quotes, nothing that a program might take apart. */
const PLAIN = /^[\w.:,/%+=@*-]*$/;

export const PD_CTL: Grammar = {
  options: { values: { "-u --pd": PLACE } },
  arePermuted: true,
  verbs: {
    "": {
      options: {
        flags: ["--delete", "--rewrite"],
        values: { "--jq": /^[^-]/s, "--state": /^\w+$/, "--status": /^\w+$/, "--limit": COUNT },
      },
      // Some become parts of the path that it asks, which the server cleans.
      operands: [/^(?!.*\.\.)\w[\w.:,/+=-]*$/],
      max: 12,
    },
    "--version": {},
    "-V": {},
  },
};

export const TIKV_CTL: Grammar = {
  options: { values: { "--host": PLACE, "--pd": PLACE } },
  arePermuted: true,
  verbs: {
    "": {
      options: {
        values: {
          ...{ "-r --region": COUNT, "-m --module": PLAIN, "-n --name": PLAIN },
          ...{ "-v --value": PLAIN, "-k --key": PLAIN, "--show-cf": PLAIN },
          ...{ "--data-dir": PLAIN, "--config": PLAIN },
        },
      },
      operands: [/^\w[\w.:,/%+-]*$/],
      max: 6,
    },
    "--version": {},
    "-V": {},
  },
};

export const ETCD_CTL: Grammar = {
  options: {
    values: { "--endpoints": PLACE, "-w --write-out": /^\w+$/, "--command-timeout": /^\d{1,3}s$/ },
  },
  arePermuted: true,
  verbs: {
    "endpoint status": { options: { flags: ["--cluster"] } },
    "endpoint health": { options: { flags: ["--cluster"] } },
    "member list": {},
    "alarm list": {},
    "alarm disarm": {},
    defrag: {},
    version: {},
  },
};

export const REDIS_CLI: Grammar = {
  options: {
    flags: [
      ...["--raw", "--no-raw", "--csv", "--json", "--no-auth-warning", "--scan", "--bigkeys"],
      ...["--memkeys", "--hotkeys", "--latency", "--latency-history", "--stat", "--version"],
      ...["-2", "-3", "-e"],
    ],
    values: {
      "-h": PLACE,
      "-p": COUNT,
      "-n": COUNT,
      "-u": /^rediss?:\/\/[\w.:@/[\]-]+$/,
      "-r": COUNT,
      "-i": SECONDS,
      "-t": SECONDS,
      "--user": /^\w+$/,
      "-a --pass": /^[^-]/,
      "--pattern": /^[^-]/s,
      "--count": COUNT,
    },
  },
  areLeading: true,
  // What Redis makes of them is in its tables.
  verbs: { "": { operands: [/^\w[\w.|-]*$/, /^/], max: 1_000 } },
};

const NO_FILE = /^(?!@)/s;

export const CURL: Grammar = {
  verbs: {
    "": {
      options: {
        letters: "sSfivkLIgG46",
        flags: [
          ...["--silent", "--show-error", "--fail", "--fail-with-body", "--include", "--verbose"],
          ...["--insecure", "--location", "--head", "--globoff", "--get", "--compressed"],
          ...["--ipv4", "--ipv6", "--http1.1", "--no-progress-meter", "--no-buffer", "-N"],
        ],
        values: {
          "-X --request": /^[A-Z]+$/,
          "-d --data --data-binary --data-ascii": NO_FILE,
          "--data-raw": /^/,
          "--json": NO_FILE,
          "--data-urlencode": /^[\w.-]+=/s,
          "-H --header": /^[\w-]+:[^@]/s,
          "-A --user-agent": /^\w/,
          "-m --max-time": SECONDS,
          "--connect-timeout": SECONDS,
          "--retry": COUNT,
          "--retry-delay": SECONDS,
          "-o --output": /^(?:-|\/dev\/null|\/tmp\/[\w./-]+)$/,
          "-w --write-out": NO_FILE,
          "--noproxy": /^\*$/,
          "--url": /^[^-]/,
        },
        repeated: ["-H --header"],
      },
      operands: [/^[^-\s]\S*$/],
      max: 8,
    },
    "--version": {},
    "-V": {},
  },
};
