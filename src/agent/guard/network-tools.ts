// Rules of traffic. Looking at them reads; a rule that slows or drops traffic may be taken away;
// who adds one disturbs members that nobody has named. Some options run programs, or write files.
import type { Effect } from "../../domain/effect.ts";
import { areElsewhere } from "./container-names.ts";
import { areKnownHosts, isForeignPort, ownerOf } from "./hosts.ts";
import {
  alwaysIs,
  type Classifier,
  effectBecause,
  effectOf,
  knowledgeOfPorts,
  type Scope,
  type ShellWord,
} from "./scope.ts";

interface Lifted {
  /** Of everything behind the name, words joined by a space. */
  readonly text: string;
  readonly scope: Scope;
}

interface NetworkTool {
  /** Of everything behind the name, words joined by a space. */
  readonly reads: RegExp;
  readonly lifts?: RegExp;
  /** What is lifted hinders the subject, or nobody else; always so when absent. */
  readonly isOurs?: (lifted: Lifted) => boolean;
  /** What goes at once with much that is not the subject's. */
  readonly sweeps?: RegExp;
  /** What cuts somebody off. All else may run or write what is not shown. */
  readonly cuts?: RegExp;
}

/** An option without effect on what is done. */
const QUIET = "(?:-{1,2}(?:n|v|x|w|t (?:filter|mangle|raw|nat)|numeric|verbose|line-numbers) )*";
const CHAIN = String.raw`(?: [A-Z][\w-]*)?`;

const LOOK = "(?: -(?:[nvxw]+|-line-numbers|-numeric|-verbose))*";
/** Whose traffic: the last rule of a firewall names nobody. */
const MATCH =
  "(?:(?:-p \\w+|-[sdio] [\\w.:/-]+|--[sd]ports? [\\d:,]+" +
  "|-m (?:tcp|udp|multiport|comment|conntrack|state)|--comment \\S+|--(?:ct)?state [A-Z,]+) )";
const MATCHES = `(?=.*(?:-s|-d|-i|-o|--[sd]ports?) )${MATCH}+`;
const BLOCKS = "(?:-j|--jump) (?:DROP|REJECT(?: --reject-with [\\w-]+)?)";

const IPTABLES: NetworkTool = {
  reads: new RegExp(
    `^${QUIET}(?:-[nvx]*[LS][nvx]*|--list|--list-rules)${CHAIN}${LOOK}$|^-V$|^--version$`,
  ),
  // A rule that blocks, as it was written: by its number it could be any.
  lifts: new RegExp(`^(?:-w )?(?:-D|--delete) (?:INPUT|OUTPUT|FORWARD) ${MATCHES}${BLOCKS}$`),
  isOurs: isAboutSubject,
  sweeps: /(?:^| )(?:-F|-X|-P|-Z|-D|--flush|--policy|--delete\S*|--zero)\b/,
  cuts: new RegExp(`^${QUIET}-[AI] [\\w-]+ (?:\\d+ )?${MATCH}*(?:-j|--jump) [\\w-]+$`),
};

const TABLE: Readonly<Record<string, NetworkTool>> = {
  iptables: IPTABLES,
  ip6tables: IPTABLES,
  ...Object.fromEntries(
    ["iptables", "ip6tables"].flatMap((name) => [
      [`${name}-legacy`, IPTABLES],
      [`${name}-nft`, IPTABLES],
    ]),
  ),
  "iptables-save": { reads: /^(?:-c|-t \w+)?$/ },
  "ip6tables-save": { reads: /^(?:-c|-t \w+)?$/ },
  "iptables-restore": { reads: /^$a/, sweeps: /^/ },
  "ip6tables-restore": { reads: /^$a/, sweeps: /^/ },
  nft: {
    reads: /^(?:-[an]+ )*list (?:ruleset|tables?|chains?|sets?)(?: \w[\w.-]*)*$/,
    sweeps: /(?:^| )(?:flush|-f)\b/,
    cuts: /^(?:add|insert|delete) (?:rule|chain|table)\b[^-;]*$/,
  },
  tc: {
    reads: /^(?:-[sdpjg] )*(?:qdisc|class|filter)(?: (?:show|ls|list|get)\b.*)?$/,
    lifts: /^qdisc del(?:ete)? dev [\w.-]+ (?:root|parent [\w:]+)(?: \w+)*$/,
    // By another kind machines shape their traffic.
    isOurs: ({ text }) => / dev lo | netem\b/.test(text),
    cuts: /^(?:qdisc|class) (?:add|replace|change|del(?:ete)?) dev [\w .:%-]+$/,
  },
  ip: {
    reads: new RegExp(
      // Of a shorter word each object makes another verb: `ip link s` sets.
      "^(?:-(?:[46sdoj]|br|brief|c) )*(?:a|addr|address|r|route|l|link|n|neigh|rule|netns|maddr)" +
        String.raw`(?: (?:sh|show|ls|list|get)\b.*)?$`,
    ),
    lifts: /^link set (?:dev )?[\w.-]+ up$/,
    // What others are for, and why one is down, nobody knows here.
    isOurs: ({ text, scope }) => scope.isInside || / lo up$/.test(text),
    sweeps: /\b(?:netns|flush|exec)\b/,
    cuts: new RegExp(
      String.raw`^(?:-[46] )*(?:l(?:ink)? s(?:et)? (?:dev )?[\w.-]+ down` +
        String.raw`|(?:addr|route) (?:add|del|replace)(?: [\w.:/]+)+)$`,
    ),
  },
  ifconfig: { reads: /^(?:-a|[\w.:-]+)?$/, cuts: /^[\w.:-]+ down$/ },
  route: { reads: /^(?:-n)?$/, cuts: /^(?:add|del)(?: [\w.:/]+)+$/ },
  arp: { reads: /^(?:-an?|-n)?$/ },
  bridge: { reads: /^(?:link|fdb|vlan|mdb)(?: show(?: dev [\w.-]+)?)?$/ },
  conntrack: {
    reads: /^(?:-L|-C|-S|--dump|--count|--stats)(?: (?:-[fopsd]|--state) \w[\w.,:/]*)*$/,
    sweeps: /^/,
  },
  ethtool: { reads: /^(?:-[iSk] )?[\w.-]+$/ },
  ufw: { reads: /^status(?: \w+)?$/ },
  ipset: { reads: /^(?:list|save|-L)(?: [\w.]+| -[nts]| -(?:name|terse|sorted))*$/, sweeps: /^/ },
  "firewall-cmd": { reads: /^--(?:state|list-[\w-]+|get-[\w-]+)$/, sweeps: /^/ },
  nmcli: { reads: /^(?:device|connection|general)(?: (?:status|show))?$/, sweeps: /^/ },
  ...Object.fromEntries(
    ["ifup", "ifdown", "tcpkill", "brctl", "vconfig", "wondershaper", "ebtables"].map((name) => [
      name,
      { reads: /^$a/ },
    ]),
  ),
};

/** They ask a name server, or knock: what stands in the question goes out. */
const QUESTIONS = [
  ...["dig", "host", "nslookup", "ping", "ping6", "traceroute", "tracepath", "mtr", "arping"],
  ...["resolvectl", "getent"],
];

export const NETWORK_TOOLS: Readonly<Record<string, Classifier>> = {
  ...Object.fromEntries(Object.entries(TABLE).map(([name, tool]) => [name, classifierOf(tool)])),
  ...Object.fromEntries(QUESTIONS.map((name) => [name, classifyQuestion])),
  ...Object.fromEntries(["nc", "ncat", "netcat"].map((name) => [name, classifyKnock])),
  whois: alwaysIs("foreign", "it asks a registry"),
};

function classifierOf(tool: NetworkTool): Classifier {
  return (words, scope) => {
    const args = words.slice(1);
    if (args.some(({ isExact }) => !isExact)) {
      return [
        effectBecause({ kind: "hidden", words, because: "its rule is known only when it runs" }),
      ];
    }
    const text = args.map((word) => word.text).join(" ");
    if (tool.reads.test(text)) return [effectOf({ kind: "read", words, scope })];
    if (tool.lifts?.test(text)) {
      // Of one that is elsewhere nothing passes here.
      const isHere = scope.isInside || !areElsewhere(scope.knowledge);
      const isOurs = isHere && (tool.isOurs?.({ text, scope }) ?? true);
      if (isOurs) {
        const effect = effectOf({ kind: "network", words, scope });
        const owners = ownersIn(text, scope);
        return [{ ...effect, targets: [...new Set([...effect.targets, ...owners])] }];
      }
      return [effectBecause({ kind: "foreign", words, because: "a rule of others, perhaps" })];
    }
    if (tool.sweeps?.test(text)) {
      const because = "rules and connections of others, too; name the one rule that blocks";
      return [effectBecause({ kind: "foreign", words, because })];
    }
    if (tool.cuts?.test(text)) {
      return [effectBecause({ kind: "interrupt", words, because: "it may cut members off" })];
    }
    const because = "a form that is not understood: it may run or write what is not shown";
    return [effectBecause({ kind: "hidden", words, because })];
  };
}

/**
 * By ports of members, or else by hosts of the subject; all but those is everybody else. A rule for
 * an outer interface keeps strangers away.
 */
function isAboutSubject({ text, scope }: Lifted): boolean {
  const { knowledge } = scope;
  const faces = [...text.matchAll(/(?:^| )-[io] (\S+)/g)].map(([, face]) => face);
  if (faces.some((face) => face !== "lo")) return false;
  const hosts = [...text.matchAll(/(?:^| )-[sd] (\S+)/g)].map(([, host = ""]) => host);
  if (!hosts.every((host) => isOneHost(host, knowledge))) return false;
  const ports = portsIn(text);
  if (ports.length > 0) {
    // With a zero in front it is a number of another kind.
    const areOurs = (port: string) => knowledge.ports?.includes(Number(port)) ?? true;
    return ports.every((port) => /^[1-9]\d*$/.test(port) && areOurs(port));
  }
  return hosts.length > 0;
}

/** Behind `--sport` and the like. */
function portsIn(text: string): readonly string[] {
  return [...text.matchAll(/--[sd]ports? (\S+)/g)].flatMap(([, list = ""]) => list.split(","));
}

function ownersIn(text: string, scope: Scope): readonly string[] {
  const knowledge = knowledgeOfPorts(scope);
  return portsIn(text).flatMap(
    (port) => ownerOf({ hostname: "", port: Number(port) }, knowledge) ?? [],
  );
}

/** A mask makes it many, and of 0 bits everybody. */
function isOneHost(written: string, knowledge: Scope["knowledge"]): boolean {
  const host = written.replace(/\/(?:32|128)$/, "");
  const isWhole = host === "127.0.0.0/8";
  const isAny = /^0\.0\.0\.0$|\//.test(host);
  return isWhole || (!isAny && areKnownHosts(host, knowledge));
}

/** Questions from a file or the input, and to servers that nobody named. */
const GOES_ROUND = /^(?:-f.*|-|\+(?:trace|nssearch).*)$/;

/** A name alone: to these programs what follows it belongs to it. */
const ASKED = /^@?(?:[\w.-]+|[\da-f:]+)$/i;

/** `+domain=secret` would be asked for with every name. */
const NO_NAME = new RegExp(
  "^-(?:[46aAbdDnOqrRsSvVxX]+|[cCimMpqsTwWz]\\d{0,5}|(?:timeout|retry)=\\d+|type=[A-Za-z]+)$" +
    "|^\\+(?:no)?(?:short|tcp|recurse|all|answer|stats|cmd|comments|question|ttlid|vc)$" +
    "|^\\+(?:time|tries|retry|timeout)=\\d+$" +
    "|^\\d{1,5}$|^(?:A|AAAA|ANY|TXT|SRV|ahosts(?:v[46])?|hosts|passwd|group)$",
);

/** Record types, options and their numbers are no hosts; each other word must be a known one. */
function classifyQuestion(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const asked = words.slice(1).filter(({ text, isExact }) => !(isExact && NO_NAME.test(text)));
  const [name] = words;
  // What is asked for is a name, whichever port it has.
  const readHosts = scope.knowledge.readHosts.map((host) => host.replace(/:\d+$/, ""));
  const isNameless = asked.length === 0 && /^(?:dig|host|nslookup)$/.test(name?.text ?? "");
  const isOurs =
    !isNameless &&
    !words.some(({ text }) => GOES_ROUND.test(text)) &&
    asked.every(
      ({ text, isExact }) =>
        isExact && ASKED.test(text) && areKnownHosts(text.replace(/^@/, ""), { readHosts }),
    );
  if (isOurs) return [effectOf({ kind: "read", words, scope })];
  return [effectBecause({ kind: "foreign", words, because: "another host" })];
}

const KNOCK = /^(?=.*-\w*z)(?:-(?:[zvn46]+|w ?\d+) )+([\w.:-]+) (\d+)$/;

/** `nc -zv HOST PORT`: it knocks, and sends nothing. */
function classifyKnock(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const text = words
    .slice(1)
    .map((word) => word.text)
    .join(" ");
  const [, host = "", port = ""] = KNOCK.exec(text) ?? [];
  if (host === "" || words.some(({ isExact }) => !isExact)) {
    const because = "what it sends or runs elsewhere cannot be read; use curl";
    return [effectBecause({ kind: "hidden", words, because })];
  }
  const knowledge = knowledgeOfPorts(scope);
  const isOurs =
    areKnownHosts(host, knowledge) &&
    !isForeignPort({ hostname: host, port: Number(port), isLook: true }, knowledge);
  if (isOurs) return [effectOf({ kind: "read", words, scope })];
  return [effectBecause({ kind: "foreign", words, because: "another host, or another program" })];
}
