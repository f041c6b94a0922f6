// Who is connected: names, the list, and ending one.
import type { Client } from "../client.ts";
import type { Call, Command } from "../command.ts";
import { nowMsOf } from "../server.ts";
import { CommandError, OK, type Reply, SYNTAX_ERROR } from "../wire/reply.ts";
import { optionsIn, readInteger } from "./arguments.ts";

export const CLIENT_COMMANDS: readonly Command[] = [
  { name: "client|id", arity: 2, traits: ["no_script"], run: ({ client }) => client.id },
  { name: "client|getname", arity: 2, traits: ["no_script"], run: getName },
  { name: "client|setname", arity: 3, traits: ["no_script"], run: setName },
  {
    name: "client|info",
    arity: 2,
    traits: ["no_script"],
    run: (call) => ({ type: "verbatim", text: `${lineOf(call, call.client)}\n` }),
  },
  { name: "client|list", arity: 2, traits: ["no_script"], run: list },
  { name: "client|kill", arity: -3, traits: ["no_script"], run: kill },
];

/** Throws CommandError for a name that would break the list. */
export function checkedName(name = ""): string {
  if (/^[!-~]*$/.test(name)) return name;
  throw new CommandError("ERR Client names cannot contain spaces, newlines or special characters.");
}

function getName({ client }: Call): Reply {
  return client.name === "" ? null : client.name;
}

function setName({ client, words: [, , name] }: Call): Reply {
  client.name = checkedName(name);
  return OK;
}

function list(call: Call): Reply {
  const lines = [...call.server.clients.values()].map((client) => `${lineOf(call, client)}\n`);
  return { type: "verbatim", text: lines.join("") };
}

function lineOf({ server }: Call, client: Client): string {
  const nowMs = nowMsOf(server);
  const seconds = (sinceMs: number) => Math.max(0, Math.floor((nowMs - sinceMs) / 1_000));
  return Object.entries({
    id: client.id,
    addr: client.address,
    laddr: client.localAddress,
    name: client.name,
    age: seconds(client.createdAtMs),
    idle: seconds(client.lastAtMs),
    flags: client.transaction ? "x" : "N",
    db: 0,
    sub: 0,
    psub: 0,
    multi: client.transaction?.queue.length ?? -1,
    qbuf: client.reader.waitingBytes,
    cmd: client.lastCommand,
    user: "default",
    resp: client.protocol,
  })
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}

function kill(call: Call): Reply {
  const [, , first = "", ...rest] = call.words;
  if (rest.length === 0) {
    const count = endAll(call, (client) => client.address === first);
    if (count === 0) throw new CommandError("ERR No such client");
    return OK;
  }
  const options = optionsIn([first, ...rest], ["id", "addr", "laddr", "type", "skipme"]);
  const id = options.get("id");
  if (id !== undefined && readInteger(id, BAD_ID) < 1) throw new CommandError(BAD_ID);
  const type = options.get("type");
  if (type !== undefined && type.toLowerCase() !== "normal") {
    throw new CommandError(`ERR Unknown client type '${type}'`);
  }
  const skip = options.get("skipme")?.toLowerCase() ?? "yes";
  if (skip !== "yes" && skip !== "no") throw new CommandError(SYNTAX_ERROR);
  const isMeant = (client: Client) =>
    (id === undefined || client.id === Number(id)) &&
    [undefined, client.address].includes(options.get("addr")) &&
    [undefined, client.localAddress].includes(options.get("laddr")) &&
    (skip === "no" || client !== call.client);
  return endAll(call, isMeant);
}

const BAD_ID = "ERR client-id should be greater than 0";

/** The one who asks is still answered. */
function endAll({ server, client: self }: Call, isMeant: (client: Client) => boolean): number {
  const meant = [...server.clients.values()].filter(isMeant);
  for (const client of meant) {
    if (client === self) client.end();
    else client.terminate();
  }
  return meant.length;
}
