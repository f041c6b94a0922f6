// What may be called within a container, where nothing holds it: each by a closed form. None makes
// much of little, follows links round and round, or keeps more than a line at a time.
import type { Grammar, Options, Verb } from "./grammar.ts";

/** A pattern in its last part at most: links that lead round would be multiplied. */
const PATH = /^(?!-)[\w./:@%+~,-]*[\w.*?:@%+~,-]*$/;
const TEXT = /^[^*?[]*$/;
const WORD = /^[\w./:%+,=@#-]*$/;
const LINES = /^\d{1,4}$/;
const BYTES = /^\d{1,5}$/;
const RULES = /^(?:qdisc|class|filter)$/;
const HOST = /^\w[\w.:-]*$/;
/** Without what looks back, or counts. */
const PATTERN = /^[^-\\({][^\\({]*$/;

const FILES: Verb = { operands: [PATH], max: 20 };

const GREP: Verb = {
  options: {
    letters: "civnwohHqsEFlLx",
    values: { "-m --max-count": LINES, "-A": LINES, "-B": LINES, "-C": LINES },
  },
  operands: [PATTERN, PATH],
  // Nothing reads a pipe there: what comes through it may have no end of a line.
  min: 2,
  max: 20,
};
const ENDS: Options = {
  letters: "q0123456789",
  values: { "-n --lines": LINES, "-c --bytes": BYTES },
};

export const FORMS_INSIDE: ReadonlyMap<string, Grammar> = new Map<string, Grammar>([
  ...each(["cat"], { ...FILES, min: 1, options: { letters: "nsA" } }),
  ...each(["ls"], { ...FILES, options: { letters: "la1htrdisFSnpAH", flags: ["--all"] } }),
  ...each(["wc"], { ...FILES, min: 1, options: { letters: "lwcm" } }),
  ...each(["stat", "file", "readlink", "realpath"], { ...FILES, options: { letters: "fe" } }),
  ...each(["df"], { ...FILES, options: { letters: "hHkTiPla" } }),
  ...each(["du"], { ...FILES, options: { letters: "shkx", values: { "-d": /^\d$/ } } }),
  ...each(["head", "tail"], { ...FILES, min: 1, options: ENDS }),
  ...each(["grep", "egrep", "fgrep"], GREP),
  ["find", findGrammar()],
  ...each(["top"], { options: { letters: "b", values: { "-n": /^1$/ } } }),
  ...each(["free"], { options: { letters: "bkmghtw" } }),
  ...each(["vmstat"], { operands: [/^\d$/, /^\d$/], min: 2 }),
  ...each(["ss", "netstat"], { options: { letters: "alnptuxs46" } }),
  ...each(["ping"], { options: { values: { "-c": /^\d$/, "-W": /^\d$/ } }, operands: [HOST] }),
  ...each(["getent"], { operands: [/^(?:a?hosts(?:v[46])?|passwd|services)$/, HOST], min: 1 }),
  ...each(["nslookup"], { operands: [HOST], min: 1 }),
  ...each(["kill"], {
    options: { flags: ["-0"], values: { "-s": /^0$/ } },
    operands: [/^\d{1,7}$/],
    min: 1,
    max: 20,
  }),
  ...each(["tc"], { options: { letters: "sdpjg" }, operands: [RULES, /^show$/, WORD], max: 6 }),
  ...each(["iptables", "ip6tables", "iptables-save", "ip6tables-save"], {
    options: { letters: "LSnvxwc", values: { "-t": /^(?:filter|mangle|raw|nat)$/ } },
    operands: [/^[A-Z][\w-]*$/],
  }),
  ...each(["nft"], { options: { letters: "an" }, operands: [/^list$/, WORD], min: 2, max: 5 }),
  ...each(["ip"], { options: { letters: "46sbo" }, operands: [/^\w+$/], min: 1, max: 4 }),
  ...each(["date"], { options: { letters: "uR" }, operands: [/^\+(?:[\w:. /-]|%[a-zA-Z])*$/] }),
  ...each(["uname"], { options: { letters: "asnrvmpio" } }),
  ...each(["id", "hostname", "pgrep", "pidof", "which", "type", "getconf"], {
    options: { letters: "uginfla" },
    operands: [WORD],
    max: 4,
  }),
  ...each(["test", "["], { options: { letters: "dfesrwxzn" }, operands: [TEXT], max: 6 }),
  ...each(["echo"], { options: { letters: "n" }, operands: [TEXT], max: 50 }),
  ...each(["uptime", "nproc", "whoami", "pwd", "lscpu", "mount", "true", "false", ":"], {}),
]);

function each(names: readonly string[], verb: Verb): readonly (readonly [string, Grammar])[] {
  return names.map((name) => [name, { verbs: { "": verb } }] as const);
}

/** Its tests look like long options with one dash. */
function findGrammar(): Grammar {
  const values = {
    ...{ "-maxdepth": /^\d$/, "-mindepth": /^\d$/, "-name": /^[\w.*?[\]-]+$/ },
    ...{ "-iname": /^[\w.*?[\]-]+$/, "-type": /^[dflsp]$/, "-size": /^[+-]?\d+[ckMG]?$/ },
    ...{ "-mmin": /^[+-]?\d+$/, "-mtime": /^[+-]?\d+$/, "-newer": PATH },
  };
  return { verbs: { "": { ...FILES, options: { flags: ["-empty", "-ls", "-xdev"], values } } } };
}
