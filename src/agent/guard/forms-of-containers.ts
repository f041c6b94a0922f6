// The command lines of docker and compose, as far as they are understood: docker's CLI 28, compose
// 2.26 and 1.29.
import type { Grammar, Verb } from "./grammar.ts";

/** A container's, a network's, a volume's. The client cleans `..` out of the path that it asks. */
const NAME = /^\w[\w.-]*$/;
/** No part of it leads elsewhere. */
const IMAGE = /^\w[\w.-]*(?:[:/@]\w[\w.-]*)*$/;
const COUNT = /^\d{1,6}$/;
const SECONDS = /^\d{1,4}$/;
const TIME = /^[\w:.+-]+$/;
const SIGNAL = /^\w+$/;
const CONDITION = /^[\w.-]+(?:[=!]+[\w.:/@-]*)+$/;
/** Of the others some tell with which words a health check, or a person, ran something. */
const EVENT =
  /^event=(?:create|destroy|die|health_status|kill|oom|pause|restart|start|stop|unpause)$/;
const TEMPLATE = /^[^-]/s;

const SHOWN = { "--format": TEMPLATE };
const LISTED = { ...SHOWN, "-f --filter": CONDITION };
const IN_TIME = { "--since": TIME, "--until": TIME };
const TAIL = { "-n --tail": /^(?:\d{1,7}|all)$/ };

const LIST: Verb = {
  options: { letters: "aqls", flags: long("all quiet latest size"), values: LISTED },
};
const INSPECT: Verb = {
  options: {
    letters: "s",
    flags: ["--size"],
    values: { "-f --format": TEMPLATE, "--type": /^\w+$/ },
  },
  operands: [NAME],
  min: 1,
  max: 50,
};
/** Of whatever has the name. */
const INSPECT_ANY: Verb = { ...INSPECT, operands: [IMAGE] };
const NAMED: Verb = { operands: [NAME], min: 1, max: 50 };
const STOP: Verb = {
  ...NAMED,
  options: { values: { "-t --time --timeout": SECONDS, "-s --signal": SIGNAL } },
};
const KILL: Verb = { ...NAMED, options: { values: { "-s --signal": SIGNAL } } };
const LOGS: Verb = {
  options: {
    letters: "tf",
    flags: long("timestamps follow"),
    values: { ...TAIL, ...IN_TIME },
  },
  operands: [NAME],
  min: 1,
};
const STATS: Verb = {
  options: { letters: "a", flags: long("all no-stream no-trunc"), values: SHOWN },
  operands: [NAME],
  max: 50,
};
/** Behind the container stand words of ps. */
const TOP: Verb = {
  options: { letters: "efF", values: { "-o": /^[\w,%=]+$/ } },
  operands: [NAME, /^aux$/],
  min: 1,
};
const PORT: Verb = { operands: [NAME, /^\d{1,5}(?:\/(?:tcp|udp))?$/], min: 1 };
const EXEC: Verb = {
  options: {
    letters: "itT",
    flags: long("interactive tty"),
    values: { "-u --user": /^\w+$/, "--index": COUNT },
  },
  operands: [NAME],
  runsAfter: 1,
};
const UPDATE: Verb = {
  ...NAMED,
  options: {
    values: {
      "--cpus": /^[\d.]+$/,
      "-m --memory": /^\d+[bkmg]?$/,
      "--memory-swap": /^(?:-1|\d+[bkmg]?)$/,
      "--memory-reservation": /^\d+[bkmg]?$/,
      "-c --cpu-shares": COUNT,
      "--cpu-quota": COUNT,
      "--cpu-period": COUNT,
      "--pids-limit": COUNT,
      "--restart": /^[\w:-]+$/,
    },
  },
};

/** What stands behind `docker` as well as behind `docker container`. */
const OF_CONTAINERS: Readonly<Record<string, Verb>> = {
  start: NAMED,
  unpause: NAMED,
  pause: NAMED,
  stop: STOP,
  restart: STOP,
  kill: KILL,
  inspect: INSPECT,
  logs: LOGS,
  stats: STATS,
  top: TOP,
  port: PORT,
  diff: { operands: [NAME], min: 1 },
  exec: EXEC,
  update: UPDATE,
};

const SERVICES = { operands: [NAME], max: 50 };

const COMPOSE: Grammar = {
  options: {
    values: {
      "-p --project-name": NAME,
      "-f --file": /^\/[\w./-]+$/,
      "--ansi": /^never$/,
      "--profile": NAME,
    },
  },
  verbs: {
    ps: {
      ...SERVICES,
      options: {
        letters: "aq",
        flags: long("all quiet services"),
        values: { ...SHOWN, "--filter": CONDITION, "--status": /^\w+$/ },
      },
    },
    logs: {
      ...SERVICES,
      options: {
        letters: "tf",
        flags: long("timestamps follow no-color no-log-prefix"),
        values: { ...TAIL, ...IN_TIME },
      },
    },
    config: {
      options: {
        letters: "q",
        flags: long("quiet services images volumes profiles"),
        values: { "--hash": /^[\w*,.-]+$/ },
      },
    },
    ls: { options: { letters: "aq", flags: long("all quiet"), values: LISTED } },
    top: SERVICES,
    images: { ...SERVICES, options: { letters: "q", flags: long("quiet"), values: SHOWN } },
    port: PORT,
    version: { options: { flags: long("short"), values: { "-f --format": TEMPLATE } } },
    start: SERVICES,
    unpause: SERVICES,
    pause: SERVICES,
    stop: { ...SERVICES, options: { values: { "-t --timeout": SECONDS } } },
    restart: { ...SERVICES, options: { values: { "-t --timeout": SECONDS } } },
    kill: { ...SERVICES, options: { values: { "-s --signal": SIGNAL } } },
    exec: EXEC,
  },
};

export const DOCKER_COMPOSE: Grammar = COMPOSE;

export const DOCKER: Grammar = {
  verbs: {
    ...OF_CONTAINERS,
    inspect: INSPECT_ANY,
    ps: { options: { ...LIST.options, values: { ...LISTED, "-n --last": COUNT } } },
    images: { ...LIST, operands: [IMAGE] },
    version: { options: { values: { "-f --format": TEMPLATE } } },
    info: { options: { values: { "-f --format": TEMPLATE } } },
    events: {
      options: { values: { "-f --filter": EVENT, ...IN_TIME }, repeated: ["-f --filter"] },
      required: "-f --filter",
    },
    "--version": {},
    "-v": {},
  },
  groups: {
    compose: COMPOSE,
    container: { verbs: { ...OF_CONTAINERS, ls: LIST, list: LIST, ps: LIST } },
    context: { verbs: { ls: LIST } },
    image: { verbs: { ls: { ...LIST, operands: [IMAGE] }, inspect: INSPECT_ANY } },
    network: {
      verbs: {
        ls: LIST,
        inspect: INSPECT,
        connect: {
          options: { values: { "--alias": NAME } },
          operands: [NAME],
          min: 2,
          max: 2,
        },
        disconnect: { operands: [NAME], min: 2, max: 2 },
      },
    },
    volume: { verbs: { ls: LIST, inspect: INSPECT } },
    system: { verbs: { df: { options: { letters: "v", values: SHOWN } } } },
  },
};

const PODMAN_LIST: Verb = {
  options: {
    letters: "aqls",
    flags: long("all quiet latest size"),
    values: { "--filter": CONDITION },
  },
};

/** In another form than its table it shows whole command lines. */
export const PODMAN: Grammar = {
  verbs: { ...DOCKER.verbs, ps: PODMAN_LIST },
  groups: { container: { verbs: { ...OF_CONTAINERS, ls: PODMAN_LIST, ps: PODMAN_LIST } } },
};

function long(names: string): readonly string[] {
  return names.split(" ").map((name) => `--${name}`);
}
