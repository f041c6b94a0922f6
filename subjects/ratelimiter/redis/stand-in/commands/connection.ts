// The connection itself: greeting, liveness, parting.
import type { Client } from "../client.ts";
import type { Call, Command } from "../command.ts";
import { CommandError, OK, type Reply, status } from "../wire/reply.ts";
import { readInteger } from "./arguments.ts";
import { checkedName } from "./clients.ts";

/** What we say we are: the commands are those of 7.0. */
export const VERSION = "7.0.0-stand-in";

const NO_PASSWORD =
  "ERR AUTH <password> called without any password configured for the default user. Are you " +
  "sure your configuration is correct?";

export const CONNECTION_COMMANDS: readonly Command[] = [
  {
    name: "ping",
    arity: -1,
    run({ words: [, text, ...more] }) {
      if (more.length > 0) {
        throw new CommandError("ERR wrong number of arguments for 'ping' command");
      }
      return text ?? status("PONG");
    },
  },
  { name: "echo", arity: 2, run: ({ words: [, text = ""] }) => text },
  { name: "quit", arity: -1, traits: ["allow_busy", "immediate", "no_script"], run: quit },
  { name: "reset", arity: 1, traits: ["allow_busy", "immediate", "no_script"], run: reset },
  { name: "hello", arity: -1, traits: ["allow_busy", "no_script"], run: hello },
  { name: "auth", arity: -2, traits: ["allow_busy", "no_script"], run: refuseAuth },
  { name: "select", arity: 2, run: select },
];

function quit({ client }: Call): Reply {
  client.end();
  return OK;
}

function reset({ client }: Call): Reply {
  client.transaction = undefined;
  client.protocol = 2;
  client.name = "";
  return status("RESET");
}

function hello(call: Call): Reply {
  const { client, words } = call;
  const [, version, ...options] = words;
  const protocol = version === undefined ? client.protocol : readProtocol(version);
  const name = readHelloOptions(options);
  client.protocol = protocol;
  if (name !== undefined) client.name = name;
  return introduction(client);
}

function readProtocol(text: string): 2 | 3 {
  const complaint = "ERR Protocol version is not an integer or out of range";
  const version = readInteger(text, complaint);
  if (version === 2 || version === 3) return version;
  throw new CommandError("NOPROTO unsupported protocol version");
}

/** The name that is asked for, if any. */
function readHelloOptions(words: readonly string[]): string | undefined {
  let name: string | undefined;
  for (let at = 0; at < words.length; at += 1) {
    const option = words[at]?.toLowerCase();
    if (option === "setname" && at + 1 < words.length) {
      at += 1;
      name = checkedName(words[at]);
    } else if (option === "auth" && at + 2 < words.length) {
      at += 2;
      checkUser(words[at - 1], words[at]);
    } else throw new CommandError(`ERR Syntax error in HELLO option '${words[at]}'`);
  }
  return name;
}

function introduction({ id, protocol }: Client): Reply {
  const pairs: readonly Reply[] = [
    ...["server", "redis", "version", VERSION, "proto", protocol, "id", id],
    ...["mode", "standalone", "role", "master", "modules", []],
  ];
  return { type: "map", pairs };
}

function refuseAuth({ words: [, first, second, ...more] }: Call): Reply {
  if (more.length > 0) throw new CommandError("ERR syntax error");
  if (second === undefined) throw new CommandError(NO_PASSWORD);
  checkUser(first, second);
  return OK;
}

/** As in Redis, the default user needs no password here, and takes any. */
function checkUser(user = "", _password = ""): void {
  if (user === "default") return;
  throw new CommandError("WRONGPASS invalid username-password pair or user is disabled.");
}

function select({ words: [, text] }: Call): Reply {
  if (readInteger(text) === 0) return OK;
  throw new CommandError("ERR DB index is out of range");
}
