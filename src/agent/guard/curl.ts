// curl: which request it makes, to whom, and what the answer is written to.
import type { Effect } from "../../domain/effect.ts";
import { membersIn } from "./hosts.ts";
import { type Asked, classifyRequest, type RequestFacts } from "./http-requests.ts";
import { copiesAskedIn } from "./pd-settings.ts";
import { writeTo } from "./redirects.ts";
import { effectBecause, effectOf, knowledgeOfPorts, type Scope, type ShellWord } from "./scope.ts";

/** Options that change nothing of what is asked for. */
const PLAIN = new Set([
  ...["-s", "-S", "-f", "-L", "-k", "-v", "-i", "-g", "-N", "-4", "-6", "-#", "-G", "-I"],
  ...["--silent", "--show-error", "--fail", "--location", "--insecure", "--verbose", "--include"],
  ...["--globoff", "--no-buffer", "--compressed", "--get", "--head", "--fail-with-body"],
  ...["--http1.0", "--http1.1", "--http2", "--ipv4", "--ipv6", "-0", "-q", "--disable"],
  ...["--no-progress-meter", "--no-keepalive", "--path-as-is"],
]);

/** The same, with a value. */
const VALUED = new Set([
  ...["-m", "-w", "-A", "-e", "-r", "-u", "-y", "-Y"],
  ...["--max-time", "--write-out", "--user-agent", "--connect-timeout", "--range"],
  ...["--retry", "--retry-delay", "--retry-max-time", "--max-filesize", "--limit-rate"],
]);

const HEADER = new Set(["-H", "--header"]);
const ABOUT_CURL = new Set(["--help", "-h", "--version", "-V"]);

const METHOD = new Set(["-X", "--request"]);
const BODY = new Set(["-d", "--data", "--data-raw", "--data-binary", "--data-urlencode", "--json"]);
const OUTPUT = new Set(["-o", "--output", "-D", "--dump-header"]);

/**
 * Some servers take another method from a header; without its Host, Redis takes a request for
 * commands, one in each line. These say nothing of the kind.
 */
const HARMLESS_HEADER = new RegExp(
  "^(?:accept(?:-[a-z]+)?|authorization|cache-control|connection|content-type|pragma|user-agent" +
    "|pd-allow-follower-handle|x-request-id) *[:;][^\\r\\n]*$",
  "i",
);

/** Of the others: a line of its own, a file that is read, one that is written. */
const TELLING = /^@|[\r\n]|%output/i;

interface CurlCall {
  readonly urls: readonly ShellWord[];
  readonly outputs: readonly ShellWord[];
  readonly method: string | undefined;
  readonly bodies: readonly Body[];
  readonly asksForHead: boolean;
  readonly bodyInUrl: boolean;
  /** To where an answer points. */
  readonly goesOn: boolean;
}

interface Body extends ShellWord {
  /** Which says what an `@` in it is. */
  readonly option: string;
}

export function classifyCurl(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const [, first, ...others] = words;
  if (first && ABOUT_CURL.has(first.text) && others.length === 0) {
    return [effectOf({ kind: "read", words, scope })];
  }
  const call = readCall(words.slice(1));
  if (!call) {
    return [
      effectBecause({ kind: "hidden", words, because: "a curl call that is not understood" }),
    ];
  }
  const method = call.method ?? defaultMethod(call);
  const knowledge = knowledgeOfPorts(scope);
  const body = bodyOf(call);
  const written = body === "unreadable" ? undefined : body;
  const ask = (url: string | undefined, isOpen: boolean): Asked =>
    url === undefined
      ? { kind: "hidden" }
      : classifyRequest({ method, url, isOpen, body: written, knowledge });
  const isReading = method === "GET" || method === "HEAD";
  if (isReading && body !== undefined && !call.bodyInUrl) {
    // Redis reads the body of a GET as commands.
    return [effectBecause({ kind: "hidden", words, because: "a body with a method that reads" })];
  }
  if (!isReading && body === "unreadable") {
    return [
      effectBecause({ kind: "hidden", words, because: "a file, or what is not written out" }),
    ];
  }
  if (!isReading && call.urls.length > 1) {
    return [effectBecause({ kind: "hidden", words, because: "one change in each request" })];
  }
  if (isReading && call.bodies.some(isFromFile)) {
    return [effectBecause({ kind: "hidden", words, because: "a file within the address" })];
  }
  if (call.goesOn) {
    const because = "where -L sends it on to, is known only when it runs";
    return [effectBecause({ kind: "hidden", words, because })];
  }
  const requests = call.urls.map((typed) => {
    const word = call.bodyInUrl ? withQuery(typed, call.bodies) : typed;
    const url = word.isExact ? word.text : writtenStart(word);
    // Who is asked for what is not known: a DELETE may be for the data of a store.
    const { kind, asks, ...more } = ask(word.isExact || isReading ? url : undefined, !word.isExact);
    const named = membersIn(word.text, scope.knowledge);
    const targets = [...new Set([...named, ...(asks === undefined ? [] : [asks])])];
    const copies = kind === "configure" && written ? copiesAskedIn(written.text) : undefined;
    return {
      ...effectOf({ kind, words, scope }),
      ...more,
      targets,
      ...(copies !== undefined && { copies }),
    };
  });
  const files = call.outputs.filter(({ text }) => text !== "-");
  return [...requests, ...files.flatMap((word) => writeTo(word, scope))];
}

/** With `-G`, what is sent stands behind the path. */
function withQuery({ text, isExact, ...rest }: ShellWord, bodies: readonly Body[]): ShellWord {
  const query = bodies
    .map((body) => body.text.replace(/[^\w&=.%-]/g, encodeURIComponent))
    .join("&");
  return {
    ...{ ...rest, isExact: isExact && bodies.every((body) => body.isExact) },
    text: `${text}${text.includes("?") ? "&" : "?"}${query}`,
  };
}

/**
 * What of a URL is written out, up to where it may become anything; undefined when its host is not.
 * A pattern that matches no file is the text itself.
 */
function writtenStart({ text }: ShellWord): string | undefined {
  const [, scheme = "", rest = ""] = /^(https?:\/\/)?(.*)$/s.exec(text) ?? [];
  const host = /^[\w.:[\]-]+\//.exec(rest)?.[0];
  const path = /^[\w./%-]*/.exec(rest.slice(host?.length))?.[0] ?? "";
  return host === undefined ? undefined : `${scheme}${host}${path}`;
}

function defaultMethod({ asksForHead, bodies, bodyInUrl }: CurlCall): string {
  if (asksForHead) return "HEAD";
  return bodies.length > 0 && !bodyInUrl ? "POST" : "GET";
}

/** `@file` is read by curl; several are joined. */
function bodyOf({ bodies }: CurlCall): RequestFacts["body"] | "unreadable" {
  if (bodies.length === 0) return undefined;
  if (bodies.some((body) => !body.isExact || isFromFile(body))) return "unreadable";
  return { text: bodies.map(({ text }) => text).join("&") };
}

/** `@file`; to --data-urlencode whatever stands before the `@` is a name. */
function isFromFile({ text, option }: Body): boolean {
  if (option === "--data-raw") return false;
  return option === "--data-urlencode" ? text.includes("@") : text.startsWith("@");
}

/** Undefined when a word may be an option, or an option is not in the tables. */
function readCall(words: readonly ShellWord[]): CurlCall | undefined {
  const urls: ShellWord[] = [];
  const outputs: ShellWord[] = [];
  const bodies: Body[] = [];
  const seen = new Set<string>();
  let method: string | undefined;
  const queue = words.flatMap(splitOption);
  while (queue.length > 0) {
    const word = queue.shift();
    if (!(word?.isExact || word?.isOperand)) return undefined;
    const { text } = word;
    if (!text.startsWith("-")) urls.push(word);
    else if (PLAIN.has(text)) seen.add(text);
    else {
      const value = queue.shift();
      if (!value || !(value.isExact || (BODY.has(text) && value.isOperand))) return undefined;
      if (METHOD.has(text)) method = value.text.toUpperCase();
      else if (BODY.has(text)) bodies.push({ ...value, option: text });
      else if (OUTPUT.has(text)) outputs.push(value);
      else if (HEADER.has(text) && HARMLESS_HEADER.test(value.text)) seen.add(text);
      else if (TELLING.test(value.text)) return undefined;
      else if (text === "--url") urls.push(value);
      else if (!VALUED.has(text)) return undefined;
    }
  }
  if (urls.length === 0) return undefined;
  return {
    urls,
    outputs,
    method,
    bodies,
    asksForHead: seen.has("-I") || seen.has("--head"),
    bodyInUrl: seen.has("-G") || seen.has("--get"),
    goesOn: seen.has("-L") || seen.has("--location"),
  };
}

/** `-sS` is `-s -S`; `-XDELETE` is `-X DELETE`; `--max-time=2` is `--max-time 2`. */
function splitOption(word: ShellWord): readonly ShellWord[] {
  const { text, isExact } = word;
  const [, long, value] = /^(--[\w-]+)=(.*)$/s.exec(text) ?? [];
  if (long !== undefined && value !== undefined) {
    return [
      { text: long, isExact: true },
      { text: value, isExact },
    ];
  }
  if (!/^-[^-]./.test(text)) return [word];
  const option = text.slice(0, 2);
  const rest = text.slice(2);
  if (PLAIN.has(option)) {
    return [{ text: option, isExact: true }, ...splitOption({ text: `-${rest}`, isExact })];
  }
  return [
    { text: option, isExact: true },
    { text: rest, isExact },
  ];
}
