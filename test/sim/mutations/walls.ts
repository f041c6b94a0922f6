// What a command that looks may say to the subject, and get of the machine, whatever the guard
// took it for.
import type { Mutation } from "./mutation.ts";

const BREAKS = "a look changes nothing";
const HTTP = {
  breaks: BREAKS,
  file: "src/infra/wire-http.ts",
  tests: ["test/infra/wire-judge.test.ts"],
};
const REDIS = { ...HTTP, file: "src/infra/wire-redis.ts" };
const JUDGE = { ...HTTP, file: "src/infra/wire-judge.ts" };
const DOOR = {
  breaks: BREAKS,
  file: "src/infra/sandbox-door.ts",
  tests: ["test/infra/sandbox-door.test.ts"],
};
const WORDS = {
  breaks: "a look is held",
  file: "src/infra/sandbox-words.ts",
  tests: ["test/infra/sandbox-walls.test.ts"],
};

export const WALLS: readonly Mutation[] = [
  {
    ...HTTP,
    name: "a look posts",
    original: 'const READING_METHODS = ["GET", "HEAD"];',
    planted: 'const READING_METHODS = ["GET", "HEAD", "POST"];',
  },
  {
    ...HTTP,
    name: "a look asks another server by way of a member",
    original: 'return target.startsWith("/") ? whyNotTarget(target) : ',
    planted: "return target.length > 0 ? undefined : ",
  },
  {
    ...HTTP,
    name: "a look changes a server by a GET",
    original: "const isRead = isHarmlessGet({ path,",
    planted: 'const isRead = isHarmlessGet({ path: "/",',
  },
  {
    ...HTTP,
    name: "a look has a body, or another method in a header",
    original: "if (!FORBIDDEN_FIELD.test(name)) return undefined;",
    planted: "if (name.length > 0) return undefined;",
  },
  {
    ...HTTP,
    name: "a header may be what a server reads otherwise",
    original: 'if (name === undefined) return "a header that is not understood";',
    planted: "if (name === undefined) return undefined;",
  },
  {
    ...HTTP,
    name: "a request without a Host passes to whoever speaks Redis's protocol",
    original: 'if (hosts.length !== 1) return refusal("a request has one Host");',
    planted: 'if (hosts.length > 1) return refusal("a request has one Host");',
  },
  {
    ...JUDGE,
    name: "only the first request of a connection is judged",
    original: "passed += unit.bytes;",
    planted: "passed += rest.length;",
  },
  {
    ...JUDGE,
    name: "TLS passes to everybody",
    original: "isSealed && rest[0] === TLS_HANDSHAKE ? passSealed",
    planted: "rest[0] === TLS_HANDSHAKE ? passSealed",
  },
  {
    ...REDIS,
    name: "each use of a command is one that reads",
    original: 'if (reading === "always" || reading?.includes(next.toUpperCase())) {',
    planted: "if (reading) {",
  },
  {
    ...REDIS,
    name: "a key may hold a request",
    original: String.raw`end !== "\r\n" || /[\r\n]/.test(word)`,
    planted: String.raw`end !== "\r\n"`,
  },
  {
    ...REDIS,
    name: "quotes hide what a line says",
    original: "if (!PLAIN_LINE.test(line)) return refusal(NOT_UNDERSTOOD);",
    planted: "if (PLAIN_LINE.test(line) && line === NOT_UNDERSTOOD) return refusal(line);",
  },
  {
    ...DOOR,
    file: "src/domain/redis-reads.ts",
    name: "a command that writes is taken for one that reads",
    original: '...always("GET", "GETRANGE",',
    planted: '...always("GETDEL", "GET", "GETRANGE",',
  },
  {
    ...DOOR,
    name: "what is refused is said to the member nevertheless",
    original: "if (passes.length > 0 && !outside.write(passes)) {",
    planted: "if (!outside.write(refusal ? chunk : passes)) {",
  },
  {
    ...WORDS,
    file: "src/infra/sandbox-questions.ts",
    tests: ["test/infra/sandbox.test.ts"],
    name: "a look has what is hidden read for it",
    original: "return !(isOnData || isSignal || namesHidden(words, here));",
    planted: "return !(isOnData || isSignal);",
  },
  {
    ...WORDS,
    name: "root's look sets the kernel",
    original: '["--ro-bind", "/proc", "/proc"]',
    planted: '["--bind", "/proc", "/proc"]',
  },
  {
    ...WORDS,
    name: "a look finds the members' processes dead",
    original: '["--ro-bind", "/proc", "/proc"]',
    planted: '["--proc", "/proc"]',
  },
  {
    ...WORDS,
    name: "a look speaks to the sockets of the machine",
    original: "...homes(), ...sockets(), ...hidden",
    planted: "...homes(), ...hidden",
  },
  {
    ...WORDS,
    name: "a look speaks to the sockets below what is shown",
    original: "shown.filter((one) => isWithin(one, hidden)),",
    planted: "[],",
  },
  {
    ...WORDS,
    name: "what is hidden within what is shown is seen",
    original: "...within.flatMap(",
    planted: "...[].flatMap(",
  },
  {
    ...WORDS,
    name: "a look asks the kernel for keys",
    original: '["--seccomp", FILTER_FD]',
    planted: "[]",
  },
  {
    ...WORDS,
    name: "who looks at other machines has the whole network",
    original: '"--uid", "0", "--gid", "0", "--unshare-net"]',
    planted: '"--uid", "0", "--gid", "0"]',
  },
];
